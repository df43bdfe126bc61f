import type { LoggedEvent } from "#contracts";
import type { Queryable, WakeListener } from "#platform";

export interface EventFilter {
  /** Full types, `sales-order.accepted.v1`. */
  readonly types?: readonly string[];
  readonly correlationId?: string;
  readonly subject?: string;
}

export interface ReadOptions extends EventFilter {
  /** A cursor of an earlier read; null: from the beginning. */
  readonly after: string | null;
  readonly limit: number;
}

export interface EventPage {
  readonly events: readonly LoggedEvent[];
  /** Where to read on, also when nothing was found. Opaque. */
  readonly cursor: string;
}

interface EventRow extends Omit<LoggedEvent, "id"> {
  readonly horizon: string;
  readonly tx: string | null;
  readonly seq: string | null;
  readonly id: string | null;
}

const conditionFor = {
  types: "e.type = any",
  correlationId: "e.correlation_id = ",
  subject: "e.subject = ",
} as const;
const filterNames = ["types", "correlationId", "subject"] as const;

/**
 * Everything at or above the horizon may still be joined by a transaction that began before and commits later; what is below it is complete.
 * The horizon comes from the same snapshot as the rows.
 */
const readText = (conditions: string) => `
  with now_open as (select pg_snapshot_xmin(pg_current_snapshot()) as horizon)
  select o.horizon, e.* from now_open o left join lateral (
    select tx, seq, id, type, source, subject, time, correlation_id as "correlationId", causation_id as "causationId", data
      from events e
     where (e.tx, e.seq) > ($1::text::xid8, $2::bigint) and e.tx < o.horizon ${conditions}
     order by e.tx, e.seq limit $3) e on true
   order by e.tx, e.seq`;

const beginning = "0.0";
const parseCursor = (cursor: string | null): readonly string[] => {
  const position = /^(\d+)\.(\d+)$/.exec(cursor ?? beginning);
  if (!position) throw new RangeError(`"${cursor}" is no cursor of the event log.`);
  return position.slice(1);
};

const logged = ({ horizon: _horizon, tx: _tx, seq: _seq, ...event }: EventRow): readonly LoggedEvent[] =>
  event.id === null ? [] : [{ ...event, id: event.id }];

/** Reads on from a cursor, in the order (transaction, position), without ever skipping what commits late. */
export async function readEvents(database: Queryable, options: ReadOptions): Promise<EventPage> {
  const given = filterNames.filter((name) => options[name] !== undefined);
  const conditions = given.map((name, index) => `and ${conditionFor[name]}($${index + 4})`).join(" ");
  const parameters = [...parseCursor(options.after), options.limit, ...given.map((name) => options[name])];
  const statement = { name: `read-events:${given.join("+")}`, text: readText(conditions) };
  const rows = await database.query<EventRow>(statement, parameters);
  const events = rows.flatMap(logged);
  const last = rows.at(-1);
  // A page that is not full has seen all there is below the horizon.
  const cursor = events.length < options.limit ? `${last?.horizon}.0` : `${last?.tx}.${last?.seq}`;
  return { events, cursor };
}

/** The cursor behind everything that is complete now: a tail begins here. */
export async function endOfLog(database: Queryable): Promise<string> {
  const [row] = await database.query<{ horizon: string }>(
    "select pg_snapshot_xmin(pg_current_snapshot())::text as horizon",
  );
  return `${row?.horizon ?? 0}.0`;
}

export interface FollowOptions extends EventFilter {
  readonly after: string | null;
  readonly news: WakeListener;
  readonly signal: AbortSignal;
  /** Looks by itself so often, should a wake-up get lost. */
  readonly pollMs?: number;
}

const FOLLOW_PAGE = 500;

/** What is in the log, then what comes, until the signal aborts. */
export async function* followEvents(database: Queryable, options: FollowOptions): AsyncGenerator<LoggedEvent> {
  const { news, signal, pollMs = 1_000, after, ...filter } = options;
  let cursor = after;
  while (!signal.aborted) {
    const page = await readEvents(database, { ...filter, after: cursor, limit: FOLLOW_PAGE });
    yield* page.events;
    cursor = page.cursor;
    if (page.events.length < FOLLOW_PAGE && !signal.aborted) await news.wait(pollMs, signal);
  }
}
