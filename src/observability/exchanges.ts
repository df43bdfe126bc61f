import type { Clock, Exchange, Log, Queryable } from "#platform";

export interface ExchangeRecorder {
  /** Takes note of a call. Never waits and never fails. */
  record(exchange: Exchange): void;
  /** Writes what is noted; for an orderly stop, and for tests. */
  flush(): Promise<void>;
  /** How many were let go because writing could not keep up. */
  dropped(): number;
}

interface RecorderOptions {
  readonly database: Queryable;
  readonly clock: Clock;
  readonly log: Log;
  readonly batchMax?: number;
  /** Beyond so many the oldest are let go: a slow database must not become a full memory. */
  readonly waitingMax?: number;
  readonly lingerMs?: number;
}

const insertExchanges = {
  name: "insert-exchanges",
  text: `
    insert into exchanges (correlation_id, command_id, system, operation, method, url, request_headers, request_body, status,
      answer_headers, answer_body, category, explanation, latency_ms, attempt, idempotency_key, started_at)
    select correlation_id, command_id, system, operation, method, url, request_headers, request_body, status,
      answer_headers, answer_body, category, explanation, latency_ms, attempt, idempotency_key, started_at
    from jsonb_to_recordset($1::jsonb) as e(correlation_id text, command_id text, system text, operation text, method text, url text,
      request_headers jsonb, request_body text, status integer, answer_headers jsonb, answer_body text, category text, explanation text,
      latency_ms integer, attempt integer, idempotency_key text, started_at timestamptz)`,
};

/** PostgreSQL's text holds every character but one. */
const holdable = (text: string | null) => text?.replaceAll("\u0000", "\uFFFD").toWellFormed() ?? null;

const rowOf = (exchange: Exchange) => ({
  correlation_id: exchange.correlationId,
  command_id: exchange.commandId,
  system: exchange.system,
  operation: exchange.operation,
  method: exchange.method,
  url: holdable(exchange.url),
  request_headers: exchange.requestHeaders ?? {},
  request_body: holdable(exchange.requestBody),
  status: exchange.status,
  answer_headers: exchange.answerHeaders ?? {},
  answer_body: holdable(exchange.answerBody),
  category: exchange.category,
  explanation: holdable(exchange.explanation),
  latency_ms: exchange.latencyMs,
  attempt: exchange.attempt,
  idempotency_key: exchange.idempotencyKey,
  started_at: exchange.startedAt.toISOString(),
});

/**
 * Keeps exchanges without standing in their way: calls only note them, one writer writes what has gathered. What could not be written is tried with
 * the next batch; what can never be written is told in the log and let go, since a record of the work must not stop the work.
 */
export function createExchangeRecorder(options: RecorderOptions): ExchangeRecorder {
  const { database, clock, log, batchMax = 200, waitingMax = 5_000, lingerMs = 50 } = options;
  let waiting: Exchange[] = [];
  let writing: Promise<void> | null = null;
  let droppedCount = 0;
  let failuresInARow = 0;

  function letGo(): void {
    const tooMany = waiting.length - waitingMax;
    if (tooMany <= 0) return;
    waiting = waiting.slice(tooMany);
    droppedCount += tooMany;
  }

  async function writeBatch(): Promise<boolean> {
    const batch = waiting.slice(0, batchMax);
    waiting = waiting.slice(batch.length);
    try {
      await database.query(insertExchanges, [JSON.stringify(batch.map(rowOf))]);
      failuresInARow = 0;
      return true;
    } catch (error) {
      failuresInARow += 1;
      log.warn({ err: error, exchanges: batch.length, attempt: failuresInARow }, "Exchanges could not be recorded.");
      if (failuresInARow < 3) waiting = [...batch, ...waiting];
      else droppedCount += batch.length;
      letGo();
      return false;
    }
  }

  async function writeAll(): Promise<void> {
    while (waiting.length > 0) {
      const isWritten = await writeBatch();
      if (!isWritten) await clock.sleep(lingerMs * 10);
    }
  }

  const start = (lingering: number): Promise<void> =>
    (writing ??= clock
      .sleep(lingering)
      .then(writeAll)
      .finally(() => (writing = null)));

  return {
    record(exchange) {
      waiting.push(exchange);
      letGo();
      void start(lingerMs);
    },
    async flush() {
      await (writing ?? Promise.resolve());
      if (waiting.length > 0) await start(0);
    },
    dropped: () => droppedCount,
  };
}

const PURGED_AT_ONCE = 5_000;

/** Deletes what is older, in small bites so that nobody waits for it. Answers how many went. */
export async function purgeExchanges(database: Queryable, olderThan: Date, signal?: AbortSignal): Promise<number> {
  for (let purged = 0; ;) {
    const rows = await database.query(
      `delete from exchanges where exchange_id in (select exchange_id from exchanges where started_at < $1 order by started_at limit $2)
       returning exchange_id`,
      [olderThan, PURGED_AT_ONCE],
    );
    purged += rows.length;
    if (rows.length < PURGED_AT_ONCE || signal?.aborted) return purged;
  }
}

interface ExchangeColumns extends Omit<Exchange, "startedAt"> {
  readonly startedAt: Date;
}

const selectExchanges = {
  name: "select-exchanges",
  text: `
    select correlation_id as "correlationId", command_id as "commandId", system, operation, method, url, request_headers as "requestHeaders",
      request_body as "requestBody", status, answer_headers as "answerHeaders", answer_body as "answerBody", category, explanation,
      latency_ms as "latencyMs", attempt, idempotency_key as "idempotencyKey", started_at as "startedAt"
    from exchanges where correlation_id = any($1) order by started_at, exchange_id limit $2`,
};

/** The calls made for a story, in order. */
export const readExchanges = (
  database: Queryable,
  correlationIds: readonly string[],
  limit = 2_000,
): Promise<readonly Exchange[]> => database.query<ExchangeColumns>(selectExchanges, [correlationIds, limit]);
