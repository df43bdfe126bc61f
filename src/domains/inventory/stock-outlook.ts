import { add, subtract, type Queryable } from "#platform";
import { textArraySql } from "../built-documents.ts";
import type { FreeStock } from "./choose-branches.ts";
import { availableSql } from "./read-stock.ts";

export interface PositionKey {
  readonly sku: string;
  readonly branch: string;
}

/** What can be promised of an item at a branch. */
export interface FreePosition extends PositionKey {
  readonly available: string;
}

/**
 * What can probably be promised: seen without a lock. Whoever decides by it holds it against locked rows before he writes. It may be wrong, and says the same
 * until a decision is made.
 */
export interface StockOutlook {
  available(sku: string, branch: string): string;
}

export interface StockOutlookSource {
  /** Where it remembers: reads what it does not know of these items, beside whatever else is asked. Who plans by them then waits for nothing. */
  readAhead?(database: Queryable, skus: readonly string[]): Promise<void>;
  /** Whatever is free of these items, as of now or of a moment ago. */
  forSkus(database: Queryable, skus: readonly string[]): Promise<StockOutlook>;
  /** What locked rows said, less what their transaction took. `tx` is its id. */
  learn(tx: string, positions: readonly FreePosition[]): void;
  /** Where it remembers: what a list is about to take, so that lists decided beside it do not count on it. Answers how to say that this is over. */
  announce?(positions: readonly RecordedPosition[]): () => void;
  /** Where it remembers: something of these is not as it said. They are read again. */
  doubt?(positions: readonly PositionKey[]): void;
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

/** What is free at each of these positions, be it nothing. Nothing is locked. */
export async function readFreePositions(
  database: Queryable,
  positions: readonly PositionKey[],
): Promise<readonly FreePosition[]> {
  const statement = {
    name: "read-free-positions",
    text: `select v ->> 0 as sku, v ->> 1 as branch, coalesce(found.available, '0') as available
             from jsonb_array_elements($1::jsonb) v left join lateral (
               select trim_scale(greatest(${availableSql}, 0))::text as available from inventory_positions where sku = v ->> 0 and branch = v ->> 1) found on true`,
  };
  return database.query<FreePosition>(statement, [JSON.stringify(positions.map(({ sku, branch }) => [sku, branch]))]);
}

/** A position as a decision found and left it. */
export interface RecordedPosition extends PositionKey {
  /** What it was said to have before anything was taken. */
  readonly seen: string;
  /** How much was taken of it in all. */
  readonly taken: string;
}

/** Free stock that remembers what was taken, so that a decision can be held against the truth. */
export interface RecordedStock extends FreeStock {
  /** Every position of which something was taken. */
  taken(): readonly RecordedPosition[];
  /** These items at these branches, whether anything was taken of them or not. As long as the outlook says what it said. */
  positionsOf(skus: Iterable<string>, branches: readonly string[]): readonly RecordedPosition[];
  /** How much was taken of this one in all. */
  takenOf(sku: string, branch: string): string;
}

interface Recorded extends RecordedPosition {
  left: string;
  taken: string;
}

export function recordStock(outlook: StockOutlook): RecordedStock {
  // Nested, so that a position is found without a key being put together first. Most positions are asked for and left alone: of those nothing is kept.
  const items = new Map<string, Map<string, Recorded>>();
  const recorded = (sku: string, branch: string) => items.get(sku)?.get(branch);

  function toTakeFrom(sku: string, branch: string): Recorded {
    const known = recorded(sku, branch);
    if (known) return known;
    const seen = outlook.available(sku, branch);
    const position = { sku, branch, seen, left: seen, taken: "0" };
    items.set(sku, (items.get(sku) ?? new Map<string, Recorded>()).set(branch, position));
    return position;
  }
  const untouched = (sku: string, branch: string): RecordedPosition => ({
    sku,
    branch,
    seen: outlook.available(sku, branch),
    taken: "0",
  });
  return {
    taken: () => [...items.values()].flatMap((branches) => [...branches.values()]),
    positionsOf: (skus, branches) =>
      [...skus].flatMap((sku) => branches.map((branch) => recorded(sku, branch) ?? untouched(sku, branch))),
    takenOf: (sku, branch) => recorded(sku, branch)?.taken ?? "0",
    available: (sku, branch) => recorded(sku, branch)?.left ?? outlook.available(sku, branch),
    take(sku, branch, quantity) {
      const position = toTakeFrom(sku, branch);
      position.left = subtract(position.left, quantity);
      position.taken = add(position.taken, quantity);
    },
  };
}
