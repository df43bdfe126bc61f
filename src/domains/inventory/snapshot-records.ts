import type { Queryable, Transaction } from "#platform";
import { rowsOf } from "../sql.ts";
import type { StockSnapshot } from "./snapshot-staging.ts";

export interface SnapshotCounts {
  readonly received: number;
  readonly changed: number;
  readonly dropped: number;
  readonly rejected: number;
  readonly missing: number;
  readonly zeroed: number;
}

export interface StockReject {
  readonly line: number;
  readonly reason: string;
  readonly content: string;
}

/** What becomes of a position that a snapshot does not name: nothing is there, or the snapshot says nothing of it. */
export type MissingPositions = "zero" | "left-alone";

/** How a snapshot came, and what was asked of it. */
export interface SnapshotOrigin {
  readonly door: "api" | "folder";
  /** Who called, or the file. */
  readonly sentBy: string;
  readonly missingPositions: MissingPositions;
  readonly isDryRun: boolean;
  /** The snapshot of which it states anew what could not be taken. */
  readonly mends: string | null;
  /** The first line of a CSV; null: NDJSON. */
  readonly header: string | null;
  /** Null: not announced. */
  readonly bytesTotal: number | null;
}

export async function beginSnapshot(
  database: Queryable,
  snapshotId: string,
  snapshot: StockSnapshot,
  origin: Partial<SnapshotOrigin>,
  now: Date,
): Promise<void> {
  await rowsOf(
    database,
    `insert into stock_snapshots (snapshot_id, source, branches, sequence, as_of, begun_at, told_at, phase, door, sent_by,
            missing_positions, is_dry_run, mends, header, bytes_total)
     select s."snapshotId", s.source, s.branches, s.sequence, s."asOf", s.now, s.now, 'waiting', coalesce(s.door, 'api'),
            coalesce(s."sentBy", ''), coalesce(s."missingPositions", 'left-alone'), coalesce(s."isDryRun", false), s.mends, s.header, s."bytesTotal"
       from jsonb_to_record($1::jsonb) as s("snapshotId" text, source text, branches text[], sequence numeric, "asOf" timestamptz,
            now timestamptz, door text, "sentBy" text, "missingPositions" text, "isDryRun" boolean, mends text, header text, "bytesTotal" bigint)`,
    { ...origin, ...snapshot, snapshotId, now },
  );
}

/** Whether all that this snapshot speaks of was stated at this sequence or a later one already. */
export async function isSnapshotKnown(
  database: Queryable,
  { source, branches, sequence }: StockSnapshot,
): Promise<boolean> {
  const [known] = await rowsOf<{ isKnown: boolean }>(
    database,
    `select not exists (
       select 1 from jsonb_array_elements_text($1::jsonb -> 'branches') as b(branch)
        where not exists (select 1 from stock_floors f
                           where f.source = $1::jsonb ->> 'source' and f.branch in (b.branch, '*')
                             and f.sequence >= ($1::jsonb ->> 'sequence')::numeric)) as "isKnown"`,
    { source, sequence, branches: branches ?? ["*"] },
  );
  return known?.isKnown ?? false;
}

export async function keepRejects(
  database: Queryable,
  snapshotId: string,
  rejects: readonly StockReject[],
): Promise<void> {
  if (rejects.length === 0) return;
  await rowsOf(
    database,
    `insert into stock_rejects (snapshot_id, line, reason, content)
     select $1::jsonb ->> 'snapshotId', r.line, r.reason, r.content
       from jsonb_to_recordset($1::jsonb -> 'rejects') as r(line bigint, reason text, content text)`,
    // U+0000 is the one character PostgreSQL keeps nowhere.
    { snapshotId, rejects: rejects.map((reject) => withoutNull(reject)) },
  );
}

const withoutNullCharacter = (text: string) => text.replaceAll("\0", "\uFFFD");
const withoutNull = ({ line, reason, content }: StockReject): StockReject => ({
  line,
  reason: withoutNullCharacter(reason),
  content: withoutNullCharacter(content),
});

/** In the order of their lines, those behind a line first; all of them where nothing else is asked. */
export async function readRejects(
  database: Queryable,
  snapshotId: string,
  { after = -1, limit = null }: { readonly after?: number; readonly limit?: number | null } = {},
): Promise<readonly StockReject[]> {
  return database.query<StockReject>(
    `select line::float8 as line, reason, content from stock_rejects where snapshot_id = $1 and line > $2 order by line limit $3`,
    [snapshotId, after, limit],
  );
}

interface SnapshotEnding {
  readonly outcome: "applied" | "repeated" | "compared";
  readonly missingKeptBecause: string | null;
  readonly bytesRead: number;
}

/** From here on nothing older is news of these branches. */
export async function endSnapshot(
  tx: Transaction,
  snapshotId: string,
  snapshot: StockSnapshot,
  counts: SnapshotCounts,
  ending: SnapshotEnding,
  now: Date,
): Promise<void> {
  const { source, sequence, asOf } = snapshot;
  if (ending.outcome === "applied")
    await tx.query(
      `insert into stock_floors as f (source, branch, sequence, as_of)
       select $1, branch, $3, $4 from unnest($2::text[]) as b(branch)
       on conflict (source, branch) do update set sequence = excluded.sequence, as_of = excluded.as_of
        where f.sequence < excluded.sequence`,
      [source, snapshot.branches ?? ["*"], sequence, asOf],
    );
  await rowsOf(
    tx,
    `update stock_snapshots s
        set ended_at = n.now, told_at = n.now, phase = null, outcome = n.outcome, missing_kept_because = n."missingKeptBecause",
            bytes_read = n."bytesRead", received = n.received, changed = n.changed, dropped = n.dropped,
            rejected = n.rejected, missing = n.missing, zeroed = n.zeroed
       from jsonb_to_record($1::jsonb) as n("snapshotId" text, now timestamptz, outcome text, "missingKeptBecause" text, "bytesRead" bigint, received bigint,
              changed bigint, dropped bigint, rejected bigint, missing bigint, zeroed bigint)
      where s.snapshot_id = n."snapshotId"`,
    { ...counts, ...ending, snapshotId, now },
  );
}

export const snapshotPhases = ["waiting", "reading", "applying"] as const;

/** How far somebody is with a snapshot. */
export interface SnapshotProgress {
  readonly phase: (typeof snapshotPhases)[number];
  readonly bytesRead: number;
  readonly counts: SnapshotCounts;
}

const setProgress = `
  update stock_snapshots s
     set told_at = n.now, ended_at = n."endedAt", outcome = n.outcome, failure = n.failure, phase = case when n.outcome is null then n.phase end,
         bytes_read = n."bytesRead", received = n.received, changed = n.changed, dropped = n.dropped, rejected = n.rejected,
         missing = n.missing, zeroed = n.zeroed
    from jsonb_to_record($1::jsonb) as n("snapshotId" text, now timestamptz, "endedAt" timestamptz, outcome text, failure text, phase text,
         "bytesRead" bigint, received bigint, changed bigint, dropped bigint, rejected bigint, missing bigint, zeroed bigint)
   where s.snapshot_id = n."snapshotId" and s.ended_at is null`;

/** Tells how far it is; also that its node still lives. Does nothing to one that has ended. */
export async function tellProgress(
  database: Queryable,
  snapshotId: string,
  { counts, ...progress }: SnapshotProgress,
  now: Date,
): Promise<void> {
  await rowsOf(database, setProgress, { ...counts, ...progress, snapshotId, now });
}

/** Nothing counts as stated by it; what was written before stays true of those positions. */
export async function breakOffSnapshot(
  database: Queryable,
  snapshotId: string,
  { counts, ...progress }: SnapshotProgress,
  failure: string,
  now: Date,
): Promise<void> {
  await rowsOf(database, setProgress, {
    ...counts,
    ...progress,
    snapshotId,
    now,
    endedAt: now,
    outcome: "broken-off",
    failure: withoutNullCharacter(failure),
  });
}

export const snapshotStatuses = ["running", "applied", "repeated", "compared", "broken-off"] as const;

/** A snapshot as it is kept. Bytes as the sender sent them. */
export interface SnapshotRecord extends SnapshotOrigin, SnapshotCounts {
  readonly snapshotId: string;
  readonly status: (typeof snapshotStatuses)[number];
  readonly source: string;
  readonly branches: readonly string[] | null;
  readonly sequence: string;
  readonly asOf: Date;
  readonly begunAt: Date;
  readonly endedAt: Date | null;
  readonly phase: SnapshotProgress["phase"] | null;
  readonly bytesRead: number;
  /** When somebody last said how far it is. */
  readonly toldAt: Date | null;
  readonly missingKeptBecause: string | null;
  /** Why it broke off. */
  readonly failure: string | null;
  /** Those that state anew what of this one could not be taken, in their order. */
  readonly mendedBy: readonly string[];
}

/** Whoever works on a snapshot says so every second; who was silent for so long is dead. */
const SILENT_SECONDS = 30;

const recordSql = `
  select s.snapshot_id as "snapshotId", s.source, s.branches, s.sequence::text as sequence, s.as_of as "asOf", s.begun_at as "begunAt",
         s.ended_at as "endedAt", s.phase, s.bytes_read::float8 as "bytesRead", s.bytes_total::float8 as "bytesTotal", s.told_at as "toldAt",
         s.door, s.sent_by as "sentBy", s.missing_positions as "missingPositions", s.is_dry_run as "isDryRun", s.mends, s.header,
         s.received::float8 as received, s.changed::float8 as changed, s.dropped::float8 as dropped, s.rejected::float8 as rejected,
         s.missing::float8 as missing, s.zeroed::float8 as zeroed, s.missing_kept_because as "missingKeptBecause",
         coalesce(s.outcome, case when s.told_at > $1::timestamptz - interval '${SILENT_SECONDS} seconds' then 'running' else 'broken-off' end) as status,
         coalesce(s.failure, case when s.outcome is null and s.told_at <= $1::timestamptz - interval '${SILENT_SECONDS} seconds'
                                  then 'The node that took it is gone.' end) as failure,
         array(select m.snapshot_id from stock_snapshots m where m.mends = s.snapshot_id order by 1) as "mendedBy"
    from stock_snapshots s`;

export async function readSnapshot(database: Queryable, snapshotId: string, now: Date): Promise<SnapshotRecord | null> {
  const [record] = await database.query<SnapshotRecord>(`${recordSql} where s.snapshot_id = $2`, [now, snapshotId]);
  return record ?? null;
}

/** The newest first, or those before one: ids are in the order of time. */
export const listSnapshots = (
  database: Queryable,
  { before, source, limit }: { readonly before: string | null; readonly source: string | null; readonly limit: number },
  now: Date,
): Promise<readonly SnapshotRecord[]> =>
  database.query<SnapshotRecord>(
    `${recordSql} where ($2::text is null or s.snapshot_id < $2) and ($3::text is null or s.source = $3) order by s.snapshot_id desc limit $4`,
    [now, before, source, limit],
  );

/** Forgets snapshots begun before, with their rejects. What they stated stays known. Answers how many. */
export async function purgeSnapshots(database: Queryable, begunBefore: Date): Promise<number> {
  const purged = await database.query("delete from stock_snapshots where begun_at < $1 returning 1", [begunBefore]);
  return purged.length;
}
