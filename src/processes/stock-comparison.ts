import { applyStock, compareStock, fillBackorders, type StockDrift, type StockLevel } from "#domains";
import type { EventLog } from "#events";
import { CallFailure, type Clock, type Database, type Ids, type Transaction } from "#platform";
import type { Erp } from "#systems";
import type { SystemHandle } from "./systems-at-hand.ts";

/** What the ERP states of its whole stock now, held against ours. */
export interface StockComparison {
  readonly system: string;
  readonly compared: number;
  readonly drifts: readonly StockDrift[];
}

export interface StockComparer {
  /** Reads every level of the ERP, from the first on: as long as that takes. Throws CallFailure. */
  compare(): Promise<StockComparison>;
  /** The same, and takes what the ERP states wherever what it has not posted yet does not explain the difference. */
  correct(record: (tx: Transaction, corrected: readonly StockDrift[]) => Promise<void>): Promise<StockComparison>;
}

interface ComparerOptions {
  readonly database: Database;
  readonly eventLog: EventLog;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly erp: SystemHandle<Erp>;
}

const RETRIES = 5;
const isWrong = ({ cause }: StockDrift) => cause !== "not-posted-yet";

export function createStockComparer({ database, eventLog, clock, ids, erp }: ComparerOptions): StockComparer {
  async function* pages(): AsyncGenerator<readonly StockLevel[]> {
    const { connector, code: system } = erp;
    const operation = "read-stock";
    const signal = new AbortController().signal;
    for (let since: string | null = null, isComplete = false; !isComplete;) {
      if (!connector.readStock) {
        const explanation = "Its connector reads no stock.";
        throw new CallFailure(explanation, { category: "conflict", outcome: "not-done", system, operation });
      }
      const call = erp.call({
        idempotencyKey: ids.next("key"),
        correlationId: `doctor:${system}:stock`,
        attempt: 1,
        signal,
        maybeDone: false,
        now: clock.now(),
      });
      const page: Awaited<ReturnType<NonNullable<Erp["readStock"]>>> = await connector.readStock(since, call);
      yield page.documents;
      since = page.cursor;
      isComplete = page.complete;
    }
  }

  async function over(
    take: (levels: readonly StockLevel[], drifts: readonly StockDrift[]) => Promise<void>,
  ): Promise<StockComparison> {
    let compared = 0;
    const drifts: StockDrift[] = [];
    for await (const levels of pages()) {
      const found = await compareStock(database, levels, { source: erp.code, now: clock.now() });
      await take(levels, found);
      compared += levels.length;
      drifts.push(...found);
    }
    return { system: erp.code, compared, drifts };
  }

  return {
    compare: () => over(() => Promise.resolve()),
    correct: (record) =>
      over(async (levels, found) => {
        const wrong = found.filter(isWrong);
        if (wrong.length === 0) return;
        const keys = new Set(wrong.map(({ sku, branch }) => `${sku}@${branch}`));
        const stated = levels.filter(({ sku, branch }) => keys.has(`${sku}@${branch}`));
        const { risen } = await database.transaction(
          async (tx) => {
            const applied = await applyStock(tx, stated, { source: erp.code, now: clock.now(), isCorrection: true });
            await eventLog.append(tx, applied.events);
            await record(tx, wrong);
            return applied;
          },
          { retries: RETRIES },
        );
        await database.transaction(async (tx) => eventLog.append(tx, await fillBackorders(tx, risen, {})), {
          retries: RETRIES,
        });
      }),
  };
}
