import { contend } from "./harness.ts";
import { pgBoss } from "./pg-boss-base.mjs";

/**
 * The same by somebody who builds a set-based engine on top by hand: a batch of 500 jobs is one transaction with one insert, the next jobs and their
 * completion. A failing job then fails its 499 neighbours, which is what an engine is there to prevent; shown for the comparison.
 */
async function handle({ boss, db, jobs, step, next }) {
  const ids = JSON.stringify(jobs.map(({ data }) => data.id));
  await db.executeSql(
    "insert into bench_steps (process_id, step, note) select id, $2, 'step done' from jsonb_array_elements_text($1::jsonb) id",
    [ids, step],
  );
  if (next)
    await boss.insert(
      next,
      jobs.map(({ data }) => ({ data })),
      { db },
    );
}

contend((url) => pgBoss(url, { batchSize: 500, localConcurrency: 2, transactional: true, handle }));
