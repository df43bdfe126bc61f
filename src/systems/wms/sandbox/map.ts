import type { HandlingUnit } from "#contracts";
import { Type, type Static } from "typebox";
import type { Refused, WarehouseNews, WarehouseRelease } from "../../ports.ts";
import { readerOf } from "../../reading.ts";

/** Between our words and Dockside's. */

export const toWave = ({ branch, customerPurchaseOrder, shipTo, lines }: WarehouseRelease) => ({
  facility: branch,
  po: customerPurchaseOrder ?? null,
  consignee: {
    attn: shipTo.name,
    firm: shipTo.company ?? null,
    line1: [shipTo.street1, shipTo.street2].filter(Boolean).join(", "),
    city: shipTo.city,
    st: shipTo.region ?? null,
    zip: shipTo.postalCode,
    ctry: shipTo.country,
  },
  tasks: lines.map(({ lineNumber, sku, quantity, unitOfMeasure, weightLb }) => ({
    seq: lineNumber,
    item: sku,
    units: quantity,
    uom: unitOfMeasure,
    lbs: weightLb,
  })),
});

const readWave = readerOf("Dockside", "a wave", Type.Object({ wave: Type.String({ minLength: 1 }) }));
export const fromWave = (body: unknown) => ({ warehouseReference: readWave(body).wave });

const readFault = readerOf("Dockside", "a refusal", Type.Object({ fault: Type.String(), note: Type.String() }));
export function fromFault(body: unknown): Refused {
  const { fault, note } = readFault(body);
  return { refused: `${note} (${fault})`, kind: fault === "LOADED" ? "too-late" : "other" };
}

const about = { ref: Type.String(), at: Type.String() };
const task = { seq: Type.Integer({ minimum: 1 }), item: Type.String(), units: Type.String() };

const Picked = Type.Object({
  event: Type.Literal("WAVE_PICKED"),
  ...about,
  tasks: Type.Array(Type.Object({ ...task, short: Type.String() })),
});
const Packed = Type.Object({
  event: Type.Literal("WAVE_PACKED"),
  ...about,
  units: Type.Array(
    Type.Object({
      sscc: Type.String({ pattern: "^\\d{18}$" }),
      type: Type.Enum(["CTN", "PLT"]),
      lbs: Type.String(),
      dims: Type.Object({ l: Type.String(), w: Type.String(), h: Type.String() }),
      nmfc: Type.Union([Type.String(), Type.Null()]),
      hazmat: Type.Boolean(),
      contents: Type.Array(Type.Object(task)),
    }),
    { minItems: 1 },
  ),
});
const Loaded = Type.Object({ event: Type.Literal("WAVE_LOADED"), ...about, tasks: Type.Array(Type.Object(task)) });

const readNews = readerOf("Dockside", "news of a wave", Type.Union([Picked, Packed, Loaded]));
type Unit = Static<typeof Packed>["units"][number];

const lineOf = ({ seq, item, units }: { readonly seq: number; readonly item: string; readonly units: string }) => ({
  lineNumber: seq,
  sku: item,
  quantity: units,
});

const toHandlingUnit = ({ sscc, type, lbs, dims, nmfc, hazmat, contents }: Unit): HandlingUnit => ({
  sscc,
  kind: type === "PLT" ? "pallet" : "carton",
  weightLb: lbs,
  lengthIn: dims.l,
  widthIn: dims.w,
  heightIn: dims.h,
  ...(nmfc === null ? {} : { freightClass: nmfc }),
  hazardous: hazmat,
  contents: contents.map(lineOf),
});

/** What Dockside tells by itself. */
export function fromNews(body: unknown, messageId: string): WarehouseNews {
  const news = readNews(body);
  const common = { messageId, reference: news.ref, occurredAt: news.at };
  if (news.event === "WAVE_PICKED") {
    return {
      ...common,
      news: "picked",
      lines: news.tasks.map((one) => ({ ...lineOf(one), quantityShort: one.short })),
    };
  }
  if (news.event === "WAVE_PACKED") return { ...common, news: "packed", handlingUnits: news.units.map(toHandlingUnit) };
  return { ...common, news: "shipped", lines: news.tasks.map(lineOf) };
}
