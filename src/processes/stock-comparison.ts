import { CrossdockError } from "#contracts";
import { applyStock, compareStock, fillBackorders, isExplained, type StockDrift, type StockLevel } from "#domains";
import type { EventLog } from "#events";
import type { Clock, Database, Ids, Transaction } from "#platform";
import type { Erp } from "#systems";
import type { SystemHandle } from "./systems-at-hand.ts";

/** What the ERP states of its whole stock now, held against ours. */
export interface StockComparison {
  readonly system: string;
  readonly compared: number;
  /** As they are at the end: what was corrected is not among them. */
  readonly drifts: readonly StockDrift[];
  /** As they were before. */
  readonly corrected: readonly StockDrift[];
}

/** In the transaction that corrects: why, and by whom. */
export type RecordCorrected = (tx: Transaction, corrected: readonly StockDrift[]) => Promise<void>;

/**
 * Both read every level of the ERP, from the first on: as long as that takes, a call a page, each with the lane's timeout. They throw CallFailure
 * or CrossdockError where it does not answer, or answers what cannot be read.
 */
export interface StockComparer {
  compare(signal: AbortSignal): Promise<StockComparison>;
  /** The same, and takes what the ERP states wherever the ledger does not explain the difference. Each page commits for itself. */
  correct(record: RecordCorrected, signal: AbortSignal): Promise<StockComparison>;
}

interface ComparerOptions {
  readonly database: Database;
  readonly eventLog: EventLog;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly erp: SystemHandle<Erp>;
}

interface ComparedPage {
  readonly drifts: readonly StockDrift[];
  readonly corrected: readonly StockDrift[];
}

const RETRIES = 5;

export function createStockComparer(options: ComparerOptions): StockComparer {
  const { database, clock, erp } = options;

  async function overPages(
    judge: (levels: readonly StockLevel[]) => Promise<ComparedPage>,
    signal: AbortSignal,
  ): Promise<StockComparison> {
    let compared = 0;
    const drifts: StockDrift[] = [];
    const corrected: StockDrift[] = [];
    for await (const levels of readLevels(options, signal)) {
      const judged = await judge(levels);
      compared += levels.length;
      drifts.push(...judged.drifts);
      corrected.push(...judged.corrected);
    }
    return { system: erp.code, compared, drifts, corrected };
  }

  return {
    compare: (signal) =>
      overPages(async (levels) => {
        const drifts = await compareStock(database, levels, { source: erp.code, now: clock.now() });
        return { drifts, corrected: [] };
      }, signal),
    correct: (record, signal) => overPages((levels) => correctPage(options, levels, record), signal),
  };
}

async function* readLevels(
  { erp, ids, clock }: ComparerOptions,
  signal: AbortSignal,
): AsyncGenerator<readonly StockLevel[]> {
  const { connector, code: system } = erp;
  const read = connector.readStock?.bind(connector);
  if (!read) throw new CrossdockError("not-possible-now", `The connector of ${system} reads no stock.`);
  for (let since: string | null = null, isComplete = false; !isComplete;) {
    const call = erp.call({
      idempotencyKey: ids.next("key"),
      correlationId: `doctor:${system}:stock`,
      attempt: 1,
      signal,
      maybeDone: false,
      now: clock.now(),
    });
    const page: Awaited<ReturnType<typeof read>> = await read(since, call);
    yield page.documents;
    if (!page.complete && page.cursor === since)
      throw new CrossdockError(
        "system-unavailable",
        `${system} goes on telling the stock after ${since} and never ends.`,
      );
    since = page.cursor;
    isComplete = page.complete;
  }
}

/** Looks again in the same transaction: whatever was not taken (a later snapshot says otherwise) is not said to be. */
async function correctPage(
  { database, eventLog, clock, erp }: ComparerOptions,
  levels: readonly StockLevel[],
  record: RecordCorrected,
): Promise<ComparedPage> {
  const context = { source: erp.code, now: clock.now() };
  const found = await compareStock(database, levels, context);
  const wrong = new Set(found.filter((drift) => !isExplained(drift)).map(keyOf));
  if (wrong.size === 0) return { drifts: found, corrected: [] };
  const stated = levels.filter((level) => wrong.has(keyOf(level)));
  const taken = await database.transaction(
    async (tx) => {
      const { events, risen } = await applyStock(tx, stated, { ...context, isCorrection: true });
      const drifts = await compareStock(tx, levels, context);
      const left = new Set(drifts.filter((drift) => !isExplained(drift)).map(keyOf));
      const corrected = found.filter((drift) => wrong.has(keyOf(drift)) && !left.has(keyOf(drift)));
      await eventLog.append(tx, events);
      if (corrected.length > 0) await record(tx, corrected);
      return { drifts, corrected, risen };
    },
    { retries: RETRIES },
  );
  await database.transaction(async (tx) => eventLog.append(tx, await fillBackorders(tx, taken.risen, {})), {
    retries: RETRIES,
  });
  return taken;
}

const keyOf = ({ sku, branch }: { readonly sku: string; readonly branch: string }) => `${sku}@${branch}`;
