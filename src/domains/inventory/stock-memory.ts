import type { Clock, Database, Queryable } from "#platform";
import { endOfChanges, readChanges, type ChangePage, type ChangeStream } from "../changes/read-changes.ts";
import {
  outlookOf,
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
  readonly skus: readonly string[];
}
const touched: ChangeStream = {
  name: "stock",
  table: "position_changes",
  columns: "c.tx::text as writer, to_json(c.skus) as skus",
};
const ROWS_AT_ONCE = 500;

export function createStockMemory({ database, clock }: { database: Database; clock: Clock }): StockMemory {
  const free = new Map<string, FreeByBranch>();
  const own = new Set<string>();
  let forgotten = 0;
  let cursor: string | null = null;
  let readAtMs = Number.NEGATIVE_INFINITY;

  function put({ sku, branch, available }: FreePosition): void {
    free.get(sku)?.set(branch, available);
  }

  /** What was read while something was forgotten may be older than what made us forget: it serves once. */
  async function recall(queryable: Queryable, skus: readonly string[]): Promise<StockOutlook | null> {
    const unknown = skus.filter((sku) => !free.has(sku));
    if (unknown.length === 0) return null;
    const before = forgotten;
    const found = await readFreeStock(queryable, unknown);
    if (before !== forgotten) return outlookOf(found);
    for (const sku of unknown) free.set(sku, new Map());
    found.forEach(put);
    return null;
  }

  function forget(skus: readonly string[]): void {
    for (const sku of skus) free.delete(sku);
    forgotten += 1;
  }

  async function readOn(): Promise<void> {
    const from = clock.now().getTime();
    let after = cursor ?? (await endOfChanges(database));
    for (let isFull = true; isFull;) {
      const page: ChangePage<Touched> = await readChanges(database, touched, { after, limit: ROWS_AT_ONCE });
      if (page.hasGap) forget([...free.keys()]);
      for (const { writer, skus } of page.rows) if (!own.has(writer)) forget(skus);
      ({ cursor: after, isFull } = page);
    }
    cursor = after;
    readAtMs = from;
  }

  return {
    async forSkus(queryable, skus) {
      if (clock.now().getTime() - readAtMs > TRUSTED_MS) forget([...free.keys()]);
      const read = await recall(queryable, skus);
      return { available: (sku, branch) => free.get(sku)?.get(branch) ?? read?.available(sku, branch) ?? "0" };
    },
    learn(tx, positions) {
      own.add(tx);
      if (own.size > OWN_MAX) for (const oldest of own) if (own.size > OWN_MAX / 2) own.delete(oldest);
      positions.forEach(put);
    },
    refresh: readOn,
  };
}
