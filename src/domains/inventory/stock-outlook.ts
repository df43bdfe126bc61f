import { add, subtract, type Queryable } from "#platform";
import { textArraySql } from "../built-documents.ts";
import type { FreeStock } from "./choose-branches.ts";
import { availableSql } from "./read-stock.ts";

/** What can be promised of an item at a branch. */
export interface FreePosition {
  readonly sku: string;
  readonly branch: string;
  readonly available: string;
}

/** What can probably be promised: seen without a lock. Whoever decides by it holds it against locked rows before he writes. */
export interface StockOutlook {
  available(sku: string, branch: string): string;
}

export interface StockOutlookSource {
  /** Whatever is free of these items, as of now or of a moment ago. */
  forSkus(database: Queryable, skus: readonly string[]): Promise<StockOutlook>;
  /** What locked rows said, less what their transaction took. `tx` is its id. */
  learn(tx: string, positions: readonly FreePosition[]): void;
}

/** As these positions have it; nothing is free where none of them lies. */
export function outlookOf(positions: readonly FreePosition[]): StockOutlook {
  const free = new Map(positions.map(({ sku, branch, available }) => [`${sku}@${branch}`, available]));
  return { available: (sku, branch) => free.get(`${sku}@${branch}`) ?? "0" };
}

/** Read anew each time. */
export const stockInDatabase: StockOutlookSource = {
  forSkus: async (database, skus) => outlookOf(await readFreeStock(database, skus)),
  learn: () => undefined,
};

/** Where anything is free. Nothing is locked. */
export async function readFreeStock(database: Queryable, skus: readonly string[]): Promise<readonly FreePosition[]> {
  const statement = {
    name: "read-free-stock",
    text: `select sku, branch, trim_scale(${availableSql})::text as available
             from inventory_positions where sku = any(${textArraySql("$1::jsonb")}) and ${availableSql} > 0`,
  };
  return database.query<FreePosition>(statement, [JSON.stringify(skus)]);
}

/** A position that was asked for. */
export interface RecordedPosition {
  readonly sku: string;
  readonly branch: string;
  /** What it was said to have when it was first asked for. */
  readonly seen: string;
  /** How much was taken of it in all. */
  readonly taken: string;
}

/** Free stock that remembers what was asked of it and what was taken, so that a decision can be held against the truth. */
export interface RecordedStock extends FreeStock {
  /** Every position that was asked for. */
  positions(): readonly RecordedPosition[];
  /** How much was taken of this one in all. */
  takenOf(sku: string, branch: string): string;
}

interface Recorded {
  readonly sku: string;
  readonly branch: string;
  readonly seen: string;
  left: string;
  taken: string;
}

export function recordStock(outlook: StockOutlook): RecordedStock {
  // Nested, so that a position is found without a key being put together first: none is asked for once only.
  const items = new Map<string, Map<string, Recorded>>();

  function positionOf(sku: string, branch: string): Recorded {
    const branches = items.get(sku) ?? new Map<string, Recorded>();
    const known = branches.get(branch);
    if (known) return known;
    const seen = outlook.available(sku, branch);
    const position = { sku, branch, seen, left: seen, taken: "0" };
    items.set(sku, branches.set(branch, position));
    return position;
  }
  return {
    positions: () => [...items.values()].flatMap((branches) => [...branches.values()]),
    takenOf: (sku, branch) => items.get(sku)?.get(branch)?.taken ?? "0",
    available: (sku, branch) => positionOf(sku, branch).left,
    take(sku, branch, quantity) {
      const position = positionOf(sku, branch);
      position.left = subtract(position.left, quantity);
      position.taken = add(position.taken, quantity);
    },
  };
}
