import type { Database } from "#platform";
import type { ChangeStream } from "./read-changes.ts";

/**
 * Forgets changes older than that, and marks how far: a reader who was away for longer is told that he has a gap. Answers how many rows went.
 */
export async function purgeChanges(database: Database, table: ChangeStream["table"], olderThan: Date): Promise<number> {
  return database.transaction(async (tx) => {
    const [purged] = await tx.query<{ rows: number }>(
      `with purged as (
         delete from ${table} where changed_at < $1 returning tx
       ), marked as (
         insert into purged_changes as g (stream, below)
         select '${table}', (max(tx::text::numeric) + 1)::text::xid8 from purged having count(*) > 0
         on conflict (stream) do update set below = greatest(g.below, excluded.below)
       )
       select count(*)::int as rows from purged`,
      [olderThan],
    );
    return purged?.rows ?? 0;
  });
}
