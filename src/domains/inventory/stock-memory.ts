import type { Clock, Database, Queryable } from "#platform";
import { endOfChanges, readChanges, type ChangePage, type ChangeStream } from "../changes/read-changes.ts";
import {
  outlookOf,
  readFreePositions,
  readFreeStock,
  type FreePosition,
  type StockOutlook,
  type StockOutlookSource,
} from "./stock-outlook.ts";

/** The outlook of the stock kept in memory: what this node reads once it remembers, and what it or anybody changes it hears of. */
export interface StockMemory extends StockOutlookSource {
  /** Reads what others changed until now, and forgets those items. */
  refresh(): Promise<void>;
}

/** Without news for so long, memory is not asked: its reader may have died. */
const TRUSTED_MS = 2_000;
/** So many of our own transactions are remembered, to know their changes for our own. */
const OWN_MAX = 10_000;

type FreeByBranch = Map<string, string>;

interface Touched {
  /** The transaction's id. */
  readonly writer: string;
  /** The positions' items, ... */
  readonly skus: readonly string[];
  /** ... and their branches, in the same order. */
  readonly branches: readonly string[];
}
const touched: ChangeStream = {
  name: "stock",
  table: "position_changes",
  columns: "c.tx::text as writer, to_json(c.skus) as skus, to_json(c.branches) as branches",
};
/** Told of lines that wait for an item: of no position. */
const NO_BRANCH = "";
const ROWS_AT_ONCE = 500;

export function createStockMemory({ database, clock }: { database: Database; clock: Clock }): StockMemory {
  const free = new Map<string, FreeByBranch>();
  /** What others changed of items that are known: read again when it is asked for, position by position. */
  const stale = new Map<string, Set<string>>();
  const own = new Set<string>();
  let forgotten = 0;
  let cursor: string | null = null;
  let readAtMs = Number.NEGATIVE_INFINITY;

  const isStale = (sku: string, branch: string) => stale.get(sku)?.has(branch) === true;

  /** Who was quicker than we were has made it stale meanwhile, and then we know no better. */
  function put({ sku, branch, available }: FreePosition): void {
    if (!isStale(sku, branch)) free.get(sku)?.set(branch, available);
  }

  /** Null: all of it is known. What was read while something was forgotten may be older than what made us forget: it serves once. */
  async function recall(queryable: Queryable, skus: readonly string[]): Promise<StockOutlook | null> {
    if (clock.now().getTime() - readAtMs > TRUSTED_MS) forgetAll();
    const unknown = skus.filter((sku) => !free.has(sku));
    const changed = skus.flatMap((sku) => [...(stale.get(sku) ?? [])].map((branch) => ({ sku, branch })));
    if (unknown.length + changed.length === 0) return null;
    const before = forgotten;
    const [whole, pieces] = await Promise.all([
      unknown.length === 0 ? [] : readFreeStock(queryable, unknown),
      changed.length === 0 ? [] : readFreePositions(queryable, changed),
    ]);
    if (before !== forgotten) return outlookOf([...whole, ...pieces]);
    for (const sku of unknown) free.set(sku, new Map());
    for (const { sku } of changed) stale.delete(sku);
    whole.forEach(put);
    pieces.forEach(put);
    return null;
  }

  function forgetAll(): void {
    free.clear();
    stale.clear();
    forgotten += 1;
  }

  function forget({ skus, branches }: Touched): void {
    for (const [index, sku] of skus.entries()) {
      const branch = branches[index] ?? NO_BRANCH;
      if (branch !== NO_BRANCH && free.has(sku)) stale.set(sku, (stale.get(sku) ?? new Set()).add(branch));
    }
    forgotten += 1;
  }

  async function readOn(): Promise<void> {
    const from = clock.now().getTime();
    let after = cursor ?? (await endOfChanges(database));
    for (let isFull = true; isFull;) {
      const page: ChangePage<Touched> = await readChanges(database, touched, { after, limit: ROWS_AT_ONCE });
      if (page.hasGap) forgetAll();
      for (const row of page.rows) if (!own.has(row.writer)) forget(row);
      ({ cursor: after, isFull } = page);
    }
    cursor = after;
    readAtMs = from;
  }

  return {
    async readAhead(queryable, skus) {
      await recall(queryable, skus);
    },
    async forSkus(queryable, skus) {
      const read = await recall(queryable, skus);
      if (read === null) return { available: (sku, branch) => free.get(sku)?.get(branch) ?? "0" };
      const isKnown = (sku: string, branch: string) => free.has(sku) && !isStale(sku, branch);
      return {
        available: (sku, branch) =>
          isKnown(sku, branch) ? (free.get(sku)?.get(branch) ?? "0") : read.available(sku, branch),
      };
    },
    learn(tx, positions) {
      own.add(tx);
      if (own.size > OWN_MAX) for (const oldest of own) if (own.size > OWN_MAX / 2) own.delete(oldest);
      positions.forEach(put);
    },
    refresh: readOn,
  };
}
