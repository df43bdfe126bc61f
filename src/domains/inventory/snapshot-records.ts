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

export async function beginSnapshot(
  database: Queryable,
  snapshotId: string,
  { source, branches, sequence, asOf }: StockSnapshot,
  now: Date,
): Promise<void> {
  await database.query(
    `insert into stock_snapshots (snapshot_id, source, branches, sequence, as_of, begun_at) values ($1, $2, $3, $4, $5, $6)`,
    [snapshotId, source, branches, sequence, asOf, now],
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

const withoutNull = ({ line, reason, content }: StockReject): StockReject => ({
  line,
  reason: reason.replaceAll("\0", "\uFFFD"),
  content: content.replaceAll("\0", "\uFFFD"),
});

export async function readRejects(database: Queryable, snapshotId: string): Promise<readonly StockReject[]> {
  return database.query<StockReject>(
    `select line::float8 as line, reason, content from stock_rejects where snapshot_id = $1 order by line`,
    [snapshotId],
  );
}

/** From here on nothing older is news of these branches. */
export async function endSnapshot(
  tx: Transaction,
  snapshotId: string,
  snapshot: StockSnapshot,
  counts: SnapshotCounts,
  outcome: "applied" | "repeated",
  now: Date,
): Promise<void> {
  const { source, sequence, asOf } = snapshot;
  if (outcome === "applied")
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
        set ended_at = n.now, outcome = n.outcome, received = n.received, changed = n.changed, dropped = n.dropped,
            rejected = n.rejected, missing = n.missing, zeroed = n.zeroed
       from jsonb_to_record($1::jsonb) as n("snapshotId" text, now timestamptz, outcome text, received bigint, changed bigint,
              dropped bigint, rejected bigint, missing bigint, zeroed bigint)
      where s.snapshot_id = n."snapshotId"`,
    { ...counts, snapshotId, outcome, now },
  );
}
