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

export const positionKey = ({ sku, branch }: { readonly sku: string; readonly branch: string }): string =>
  `${sku}@${branch}`;

/** As these positions have it; nothing is free where none of them lies. */
export function outlookOf(positions: readonly FreePosition[]): StockOutlook {
  const free = new Map(positions.map((position) => [positionKey(position), position.available]));
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

/** Free stock that remembers what was asked of it and what was taken, so that a decision can be held against the truth. */
export interface RecordedStock extends FreeStock {
  /** What each position was said to have when it was first asked for. */
  readonly seen: ReadonlyMap<string, FreePosition>;
  /** How much was taken of each position in all. */
  readonly taken: ReadonlyMap<string, { readonly sku: string; readonly branch: string; readonly quantity: string }>;
}

export function recordStock(outlook: StockOutlook): RecordedStock {
  const seen = new Map<string, FreePosition>();
  const left = new Map<string, string>();
  const taken = new Map<string, { sku: string; branch: string; quantity: string }>();
  function available(sku: string, branch: string): string {
    const key = `${sku}@${branch}`;
    const known = left.get(key);
    if (known !== undefined) return known;
    const first = outlook.available(sku, branch);
    seen.set(key, { sku, branch, available: first });
    left.set(key, first);
    return first;
  }
  return {
    seen,
    taken,
    available,
    take(sku, branch, quantity) {
      const key = `${sku}@${branch}`;
      left.set(key, subtract(available(sku, branch), quantity));
      taken.set(key, { sku, branch, quantity: add(taken.get(key)?.quantity ?? "0", quantity) });
    },
  };
}
