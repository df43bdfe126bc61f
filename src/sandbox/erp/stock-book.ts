import { Decimal } from "decimal.js";
import type { SandboxStock } from "../data/stock.ts";
import { Feed } from "./feed.ts";

/** One change of stock as Granite enters it. Quantities are signed: what leaves is negative. */
export interface Movement {
  readonly number: string;
  readonly sequence: string;
  readonly sku: string;
  readonly branch: string;
  readonly quantity: string;
  readonly kind: "receipt" | "issue";
  /** Of an issue: the shipment. */
  readonly reference: string;
  readonly at: string;
}

/** When the goods of a shipment came off the stock. */
export interface GoodsIssue {
  readonly sequence: string;
  readonly at: string;
}

interface Entry {
  readonly kind: Movement["kind"];
  readonly reference: string;
  readonly lines: readonly { readonly sku: string; readonly branch: string; readonly quantity: Decimal }[];
}

export const stockKey = ({ sku, branch }: { readonly sku: string; readonly branch: string }): string =>
  `${sku} ${branch}`;

/** Granite's stock: levels, the movements they come from, and one row of numbers for all that happens to them. */
export class StockBook {
  readonly levels: Feed<SandboxStock>;
  readonly movements = new Feed<Movement>([], ({ number }) => number);
  readonly issues = new Map<string, GoodsIssue>();
  #sequence: number;

  constructor(stock: readonly SandboxStock[]) {
    this.levels = new Feed(stock, stockKey);
    this.#sequence = stock.reduce((newest, { sequence }) => Math.max(newest, Number(sequence)), 0);
  }

  /** What the next entry will be numbered. */
  get nextSequence(): string {
    return String(this.#sequence + 1);
  }

  /** All lines of one entry have its number; what is not stocked there is passed over. */
  enter({ kind, reference, lines }: Entry, at: string): void {
    this.#sequence += 1;
    const sequence = String(this.#sequence);
    if (kind === "issue") this.issues.set(reference, { sequence, at });
    for (const [index, { sku, branch, quantity }] of lines.entries()) {
      const level = this.levels.get(stockKey({ sku, branch }));
      if (level === undefined) continue;
      const onHand = new Decimal(level.onHand).plus(quantity).toString();
      const inbound = kind === "receipt" ? stillToCome(level.inbound, quantity) : level.inbound;
      this.levels.put({ ...level, onHand, inbound, sequence, asOf: at });
      const number = `GM-${sequence}-${index + 1}`;
      this.movements.put({ number, sequence, sku, branch, quantity: quantity.toString(), kind, reference, at });
    }
  }
}

/** What arrived is no longer on its way: the earliest expectations are met first. */
function stillToCome(inbound: SandboxStock["inbound"], received: Decimal): SandboxStock["inbound"] {
  let left = received;
  return inbound.flatMap(({ expectedOn, quantity }) => {
    const met = Decimal.min(left, quantity);
    left = left.minus(met);
    const open = new Decimal(quantity).minus(met);
    return open.isZero() ? [] : [{ expectedOn, quantity: open.toString() }];
  });
}
