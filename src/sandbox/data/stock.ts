import { branches } from "./branches.ts";
import { daysAfter } from "./calendar.ts";
import type { Chance } from "./chance.ts";
import type { PricedProduct } from "./products.ts";

/** The stock of one item at one branch, in base units, as the ERP states it. */
export interface SandboxStock {
  readonly sku: string;
  readonly branch: string;
  readonly onHand: string;
  readonly safetyStock: string;
  readonly inbound: readonly { readonly expectedOn: string; readonly quantity: string }[];
  readonly sequence: string;
  readonly asOf: string;
}

/** Nothing of these anywhere until what is on its way arrives: what a backorder is tried with. */
export const soldOut: readonly string[] = ["VLV-BFLY-800", "WH-GAS-75", "TL-PWR-AG18", "BLK-NIP-125-12", "RCP-GFI"];

/** Of what is not made any more, still on the first branch's shelf: sold until it is gone. */
const LAST_PIECES = 6;

/** Every item at every branch: mostly well stocked, one in seven out somewhere, cheap things deep and heavy ones shallow. */
export function buildStock(
  products: readonly PricedProduct[],
  chance: Chance,
  openedOn: string,
): readonly SandboxStock[] {
  return products.flatMap(({ product, listPrice }) =>
    branches.map(({ branch, depth }) => {
      const typical = Math.max(8, Math.round((20_000 * depth) / (8 + Number(listPrice) * 12)));
      const empty = soldOut.includes(product.sku) || product.status !== "active" || chance.happens(0.14);
      const isLast = product.status === "discontinued" && branch === branches[0]?.branch;
      const onHand = isLast ? LAST_PIECES : empty ? 0 : Math.round(typical * (0.4 + chance.below(120) / 100));
      const comes = empty || chance.happens(0.2);
      return {
        sku: product.sku,
        branch,
        onHand: String(onHand),
        safetyStock: String(isLast ? 0 : Math.floor(typical * 0.05)),
        inbound:
          comes && product.status === "active"
            ? [{ expectedOn: daysAfter(openedOn, 3 + chance.below(25)), quantity: String(typical) }]
            : [],
        sequence: "1",
        asOf: `${openedOn}T00:00:00Z`,
      };
    }),
  );
}
