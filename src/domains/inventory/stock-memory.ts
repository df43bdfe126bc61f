import type { Clock, Database, Queryable } from "#platform";
import { oneAtATime } from "../changes/one-at-a-time.ts";
import { endOfChanges, readChanges, type ChangePage, type ChangeStream } from "../changes/read-changes.ts";
import { createAnnouncedStock } from "./announced-stock.ts";
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
  /** Reads what others changed until now. */
  refresh(): Promise<void>;
}

/** Without news for so long, memory is not asked: its reader may have died. */
const TRUSTED_MS = 2_000;
/** So many of our own transactions are remembered, to know their changes for our own. */
const OWN_MAX = 10_000;

/** Our own transactions, and the `seq` of what is told of each; null: nothing is told of it yet. */
type OwnTransactions = Map<string, number | null>;

function remember(own: OwnTransactions, tx: string): void {
  own.set(tx, null);
  if (own.size > OWN_MAX) for (const oldest of own.keys()) if (own.size > OWN_MAX / 2) own.delete(oldest);
}

interface KnownPosition {
  available: string;
  /** The own transaction we learned that of; none: read, or told of others. */
  writer: string | undefined;
}

interface Touched {
  /** The transaction's id. */
  readonly writer: string;
  /** Grows from change to change of a position, for it is drawn while the position is locked. Transactions' ids do not. */
  readonly seq: string;
  /** `ToldPositions` as JSON: of what we took ourselves, which is most of it, nobody reads it. */
  readonly positions: string;
}
interface ToldPositions {
  readonly skus: readonly string[];
  readonly branches: readonly string[];
  /** What was left free of them, in the same order. Null: it does not say. */
  readonly available: readonly string[] | null;
}
const touched: ChangeStream = {
  name: "stock",
  table: "position_changes",
  columns: `c.tx::text as writer,
            json_build_object('skus', c.skus, 'branches', c.branches, 'available', c.available)::text as positions`,
};
/** Told of lines that wait for an item: of no position. */
const NO_BRANCH = "";
const ROWS_AT_ONCE = 500;

interface News extends ToldPositions {
  readonly seq: number;
}

/** What a page tells of others, the oldest first. Of many pages nothing is kept but that there was something: within one all that was told of a position is there. */
function newsOf({ rows, isFull }: ChangePage<Touched>, isFirst: boolean, own: OwnTransactions): readonly News[] {
  const isWhole = isFirst && !isFull;
  const others = rows.filter(({ writer }) => !own.has(writer)).toSorted((a, b) => Number(a.seq) - Number(b.seq));
  return others.map(({ seq, positions }) => {
    const told: ToldPositions = JSON.parse(positions);
    return { ...told, available: isWhole ? told.available : null, seq: Number(seq) };
  });
}

/** What we took ourselves was learned when it was taken; a page only says where it stands among what others did. */
function noteOwn({ rows }: ChangePage<Touched>, own: OwnTransactions): void {
  for (const { writer, seq } of rows) if (own.has(writer)) own.set(writer, Math.max(own.get(writer) ?? 0, Number(seq)));
}

/** What is known to be free, and of what it is known that it is not known any more. */
function createKnownStock() {
  const free = new Map<string, Map<string, KnownPosition>>();
  /** What others changed of items that are known, and we did not hear how: read again when it is asked for, position by position. */
  const stale = new Map<string, Set<string>>();
  const isStale = (sku: string, branch: string) => stale.get(sku)?.has(branch) === true;
  function set({ sku, branch, available }: FreePosition, writer?: string): void {
    const branches = free.get(sku);
    const known = branches?.get(branch);
    if (!known) return void branches?.set(branch, { available, writer });
    known.available = available;
    known.writer = writer;
  }
  return {
    has: (sku: string) => free.has(sku),
    isKnown: (sku: string, branch: string) => free.has(sku) && !isStale(sku, branch),
    available: (sku: string, branch: string) => free.get(sku)?.get(branch)?.available ?? "0",
    writerOf: (sku: string, branch: string) => free.get(sku)?.get(branch)?.writer,
    staleOf: (sku: string) => [...(stale.get(sku) ?? [])].map((branch) => ({ sku, branch })),
    /** Who was quicker than we were has made it stale meanwhile, and then we know no better. */
    put(position: FreePosition, writer?: string): void {
      if (!isStale(position.sku, position.branch)) set(position, writer);
    },
    hear(position: FreePosition): void {
      set(position);
      stale.get(position.sku)?.delete(position.branch);
    },
    forget(sku: string, branch: string): void {
      if (branch !== NO_BRANCH && free.has(sku)) stale.set(sku, (stale.get(sku) ?? new Set()).add(branch));
    },
    /** Of all its positions, or of those that were stale, what it is follows now. */
    expect(sku: string): void {
      stale.delete(sku);
      if (!free.has(sku)) free.set(sku, new Map());
    },
    clear(): void {
      free.clear();
      stale.clear();
    },
  };
}

export function createStockMemory({ database, clock }: { database: Database; clock: Clock }): StockMemory {
  const known = createKnownStock();
  const announced = createAnnouncedStock();
  const own: OwnTransactions = new Map();
  /** How often something became known that a reading under way may not have seen. */
  let news = 0;
  let cursor: string | null = null;
  let readAtMs = Number.NEGATIVE_INFINITY;

  /** Null: all of it is known. What was read while there was news may be older than the news: it serves once. */
  async function recall(queryable: Queryable, skus: readonly string[]): Promise<StockOutlook | null> {
    if (clock.now().getTime() - readAtMs > TRUSTED_MS) forgetAll();
    const unknown = skus.filter((sku) => !known.has(sku));
    const changed = skus.flatMap((sku) => known.staleOf(sku));
    if (unknown.length + changed.length === 0) return null;
    const before = news;
    const [whole, pieces] = await Promise.all([
      unknown.length === 0 ? [] : readFreeStock(queryable, unknown),
      changed.length === 0 ? [] : readFreePositions(queryable, changed),
    ]);
    if (before !== news) return outlookOf([...whole, ...pieces]);
    for (const sku of [...unknown, ...changed.map((position) => position.sku)]) known.expect(sku);
    for (const position of [...whole, ...pieces]) known.put(position);
    return null;
  }

  function forgetAll(): void {
    known.clear();
    news += 1;
  }

  /** Of a position the last holds, ours or theirs. Where ours stands is not known while nothing is told of it: then the position is read again. */
  function hear({ skus, branches, available, seq }: News): void {
    for (const [index, sku] of skus.entries()) {
      const branch = branches[index] ?? NO_BRANCH;
      const left = available?.[index];
      const ours = own.get(known.writerOf(sku, branch) ?? "");
      if (left === undefined || ours === null) known.forget(sku, branch);
      else if (ours === undefined || ours < seq) known.hear({ sku, branch, available: left });
    }
    news += 1;
  }

  async function readOn(): Promise<void> {
    const from = clock.now().getTime();
    let after = cursor ?? (await endOfChanges(database));
    for (let isFirst = true, isFull = true; isFull; isFirst = false) {
      const page: ChangePage<Touched> = await readChanges(database, touched, { after, limit: ROWS_AT_ONCE });
      if (page.hasGap) forgetAll();
      noteOwn(page, own);
      for (const told of newsOf(page, isFirst, own)) hear(told);
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
      if (read === null) return announced.beyond(known);
      return announced.beyond({
        available: (sku, branch) => (known.isKnown(sku, branch) ? known : read).available(sku, branch),
      });
    },
    learn(tx, positions) {
      remember(own, tx);
      for (const position of positions) known.put(position, tx);
    },
    announce: announced.announce,
    doubt(positions) {
      for (const { sku, branch } of positions) known.forget(sku, branch);
    },
    // A page of then would undo what one of later told.
    refresh: oneAtATime(readOn),
  };
}
