import type { Queryable, Transaction } from "#platform";
import { rowsOf } from "./sql.ts";

/** Where the reading of one kind of document from one system stands. */
export interface Feed {
  readonly system: string;
  readonly entity: string;
  readonly cursor: string | null;
  /** When it was last read with success: how old our knowledge may be. */
  readonly readAt: Date | null;
  readonly documentsRead: number;
  readonly documentsChanged: number;
  /** Repeated. */
  readonly documentsDropped: number;
  /** Contained in a later statement that was there before: kept, not applied. */
  readonly documentsLate: number;
  readonly lastError: string | null;
}

const columns = `system, entity, cursor, read_at as "readAt", documents_read::float8 as "documentsRead",
  documents_changed::float8 as "documentsChanged", documents_dropped::float8 as "documentsDropped",
  documents_late::float8 as "documentsLate", last_error as "lastError"`;

export async function readFeed(database: Queryable, system: string, entity: string): Promise<Feed> {
  const [feed] = await database.query<Feed>(`select ${columns} from feeds where system = $1 and entity = $2`, [
    system,
    entity,
  ]);
  const counts = { documentsRead: 0, documentsChanged: 0, documentsDropped: 0, documentsLate: 0 };
  return feed ?? { system, entity, cursor: null, readAt: null, ...counts, lastError: null };
}

export async function readFeeds(database: Queryable): Promise<readonly Feed[]> {
  return database.query<Feed>(`select ${columns} from feeds order by system, entity`);
}

export interface FeedProgress {
  readonly system: string;
  readonly entity: string;
  readonly cursor: string;
  readonly received: number;
  readonly changed: number;
  readonly dropped?: number;
  readonly late?: number;
}

/** Moves the cursor on, in the transaction that applied the page: a page is never applied twice or lost. */
export async function advanceFeed(tx: Transaction, progress: FeedProgress, now: Date): Promise<void> {
  await rowsOf(
    tx,
    `insert into feeds (system, entity, cursor, read_at, documents_read, documents_changed, documents_dropped, documents_late)
     select p.system, p.entity, p.cursor, p.now, p.received, p.changed, coalesce(p.dropped, 0), coalesce(p.late, 0)
       from jsonb_to_record($1::jsonb) as p(system text, entity text, cursor text, now timestamptz, received bigint, changed bigint,
            dropped bigint, late bigint)
     on conflict (system, entity) do update
       set cursor = excluded.cursor, read_at = excluded.read_at, last_error = null,
           documents_read = feeds.documents_read + excluded.documents_read,
           documents_changed = feeds.documents_changed + excluded.documents_changed,
           documents_dropped = feeds.documents_dropped + excluded.documents_dropped,
           documents_late = feeds.documents_late + excluded.documents_late`,
    { ...progress, now },
  );
}

/** Keeps why a feed could not be read. The cursor and the time of the last success stay. */
export async function recordFeedFailure(
  database: Queryable,
  system: string,
  entity: string,
  explanation: string,
): Promise<void> {
  await database.query(
    `insert into feeds (system, entity, last_error) values ($1, $2, $3)
     on conflict (system, entity) do update set last_error = excluded.last_error`,
    [system, entity, explanation],
  );
}
