import type { Product } from "#contracts";
import { Decimal } from "decimal.js";
import type { PackedUnit, PickedTask, WaveRequest } from "./waves.ts";

/** A carton is lifted by one person; from here on goods go on pallets. */
const CARTON_LBS_MAX = 45;
const PALLET_FROM_LBS = 150;
const PALLET_LBS_MAX = 1800;
const COMPANY_PREFIX = "0614141";

/** SSCC-18: extension digit, GS1 company prefix, serial, check digit (GS1 General Specifications, 7.9.1). */
export function sscc(serial: number): string {
  const digits = `0${COMPANY_PREFIX}${String(serial).padStart(9, "0")}`;
  const sum = Array.from(digits, Number).reduce((total, digit, index) => total + digit * (index % 2 === 0 ? 3 : 1), 0);
  return `${digits}${(10 - (sum % 10)) % 10}`;
}

interface Load {
  readonly contents: { readonly seq: number; readonly item: string; readonly units: string }[];
  lbs: Decimal;
}

/** Fills load after load up to the weight it may have; a single unit that is heavier goes by itself. */
function loadsOf(tasks: readonly PickedTask[], lbsOf: (seq: number) => Decimal, lbsMax: number): readonly Load[] {
  const loads: Load[] = [];
  for (const { seq, item, units } of tasks) {
    let left = new Decimal(units);
    while (left.gt(0)) {
      let load = loads.at(-1);
      const room = load ? new Decimal(lbsMax).minus(load.lbs) : new Decimal(0);
      const each = Decimal.max(lbsOf(seq), "0.01");
      let fits = Decimal.min(left, room.div(each).floor());
      if (!load || fits.lte(0)) {
        load = { contents: [], lbs: new Decimal(0) };
        loads.push(load);
        fits = Decimal.min(left, Decimal.max(1, new Decimal(lbsMax).div(each).floor()));
      }
      load.contents.push({ seq, item, units: fits.toString() });
      load.lbs = load.lbs.plus(each.times(fits));
      left = left.minus(fits);
    }
  }
  return loads;
}

const cartonSize = (lbs: Decimal) => (lbs.gt(20) ? { l: "18", w: "14", h: "12" } : { l: "12", w: "10", h: "8" });
const palletSize = (lbs: Decimal) => ({ l: "48", w: "40", h: Decimal.min(72, lbs.div(22).plus(12)).toFixed(0) });

/** Packs what was picked into cartons, or onto pallets when it is much. `packedBefore` numbers the SSCCs on. */
export function pack(
  tasks: readonly PickedTask[],
  wave: WaveRequest,
  products: ReadonlyMap<string, Product>,
  packedBefore: number,
): readonly PackedUnit[] {
  const picked = tasks.filter(({ units }) => Number(units) > 0);
  const lbsOf = (seq: number) => new Decimal(wave.tasks.find((task) => task.seq === seq)?.lbs ?? "1");
  const total = picked.reduce((sum, { seq, units }) => sum.plus(lbsOf(seq).times(units)), new Decimal(0));
  const isPallet = total.gte(PALLET_FROM_LBS);
  return loadsOf(picked, lbsOf, isPallet ? PALLET_LBS_MAX : CARTON_LBS_MAX).map(({ contents, lbs }, index) => {
    const goods = contents.map(({ item }) => products.get(item));
    // The highest class decides what the pallet pays.
    const classes = goods
      .flatMap((product) => (product?.freightClass ? [product.freightClass] : []))
      .sort((a, b) => Number(b) - Number(a));
    const tare = isPallet ? 40 : 1;
    return {
      sscc: sscc(packedBefore + index + 1),
      type: isPallet ? "PLT" : "CTN",
      lbs: lbs.plus(tare).toFixed(2),
      dims: isPallet ? palletSize(lbs) : cartonSize(lbs),
      nmfc: classes[0] ?? (isPallet ? "70" : null),
      hazmat: goods.some((product) => product?.hazardous ?? false),
      contents,
    };
  });
}
