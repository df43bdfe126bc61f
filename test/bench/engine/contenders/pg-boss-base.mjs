import pg from "pg";
import { PgBoss } from "pg-boss";
import { eachChunk, pause } from "./harness.ts";

const queues = [1, 2, 3, 4, 5].map((step) => `step-${step}`);

/** A queue a step, fetched in batches without pause while there is more, woken by NOTIFY. `work` says what a batch does. */
export async function pgBoss(url, { batchSize, localConcurrency, transactional, handle }) {
  const pool = new pg.Pool({ connectionString: url, max: 20 });
  const boss = new PgBoss({ connectionString: url, max: 20, useListenNotify: true, supervise: false, schedule: false });
  boss.on("error", (error) => console.error(error));
  await boss.start();
  for (const queue of queues) await boss.createQueue(queue, { notify: true });
  const options = {
    batchSize,
    localConcurrency,
    burstWhenBatchFull: true,
    pollingIntervalSeconds: 0.5,
    notifyPollingIntervalSeconds: 0.5,
    ...(transactional ? { transactional } : { perJobResults: true }),
  };
  for (const [index, queue] of queues.entries())
    await boss.work(queue, options, (jobs, db) =>
      handle({ boss, pool, db, jobs, step: index + 1, next: queues[index + 1] }),
    );
  let expected = 0;
  return {
    async run(ids) {
      await eachChunk(ids, { size: 500, atOnce: 1 }, (chunk) =>
        boss.insert(
          "step-1",
          chunk.map((id) => ({ data: { id } })),
        ),
      );
      expected += ids.length;
      for (;;) {
        const { rows } = await pool.query("select count(*)::int as done from bench_steps where step = 5");
        if (rows[0].done >= expected) return;
        await pause(20);
      }
    },
    async stop() {
      await boss.stop({ graceful: false });
      await pool.end();
    },
  };
}
