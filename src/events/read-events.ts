import type { LoggedEvent } from "#contracts";
import type { Queryable, Waker } from "#platform";

export interface EventRow {
  readonly id: string;
  readonly type: string;
  readonly source: string;
  readonly subject: string;
  readonly time: Date;
  readonly correlation_id: string;
  readonly causation_id: string | null;
  readonly data: unknown;
}

export const eventOf = (row: EventRow): LoggedEvent => ({
  id: row.id,
  type: row.type,
  source: row.source,
  subject: row.subject,
  time: row.time,
  correlationId: row.correlation_id,
  causationId: row.causation_id,
  data: row.data,
});

export interface EventQuery {
  /** Where to go on; null from the beginning. Opaque: keep it, do not read it. */
  readonly after: string | null;
  readonly limit: number;
  readonly types?: readonly string[];
  readonly correlationId?: string;
  readonly subject?: string;
}

export interface EventPage {
  readonly events: readonly LoggedEvent[];
  readonly cursor: string;
}

const START = "0-0";
const CURSOR = /^\d{1,20}-\d{1,19}$/;

export const isCursor = (text: string): boolean => CURSOR.test(text);

const readOn = {
  name: "read-events",
  text: `select tx::text, seq::text, id, type, source, subject, time, correlation_id, causation_id, data from events
    where (tx, seq) > ($1::xid8, $2::bigint) and tx < pg_snapshot_xmin(pg_current_snapshot())
      and ($4::text[] is null or type = any($4)) and ($5::text is null or correlation_id = $5) and ($6::text is null or subject = $6)
    order by tx, seq limit $3`,
};

/** Reads on from a cursor. Stops below the oldest transaction still open, so that what commits late is never skipped. */
export async function readEvents(database: Queryable, query: EventQuery): Promise<EventPage> {
  const { after, limit, types, correlationId, subject } = query;
  const [tx, seq] = (after ?? START).split("-");
  const rows = await database.query<EventRow & { readonly tx: string; readonly seq: string }>(readOn, [
    tx,
    seq,
    limit,
    types ?? null,
    correlationId ?? null,
    subject ?? null,
  ]);
  const last = rows.at(-1);
  return { events: rows.map(eventOf), cursor: last ? `${last.tx}-${last.seq}` : (after ?? START) };
}

/** The cursor behind everything visible now: where to begin when only news is wanted. */
export async function endOfLog(database: Queryable): Promise<string> {
  const [row] = await database.query<{ readonly tx: string; readonly seq: string }>(
    `select tx::text, seq::text from events where tx < pg_snapshot_xmin(pg_current_snapshot()) order by tx desc, seq desc limit 1`,
  );
  return row ? `${row.tx}-${row.seq}` : START;
}

interface FollowOptions {
  readonly database: Queryable;
  readonly waker: Pick<Waker, "wait">;
  readonly after: string;
  readonly types?: readonly string[];
  readonly signal: AbortSignal;
}

const PAGE = 200;
const POLL_MS = 500;

/** The tail of the log, page by page: wakes when something was appended, and looks by itself twice a second. */
export async function* followEvents({
  database,
  waker,
  after,
  types,
  signal,
}: FollowOptions): AsyncGenerator<EventPage> {
  let cursor = after;
  while (!signal.aborted) {
    const page = await readEvents(database, { after: cursor, limit: PAGE, ...(types ? { types } : {}) });
    cursor = page.cursor;
    if (page.events.length > 0) yield page;
    if (page.events.length < PAGE) await waker.wait(POLL_MS, signal);
  }
}
