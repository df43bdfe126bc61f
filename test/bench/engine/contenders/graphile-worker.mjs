import { makeWorkerUtils, run } from "graphile-worker";
import pg from "pg";
import { contend, eachChunk, pause } from "./harness.ts";

/**
 * Five chained jobs. Each inserts its row and queues the next in one statement, so one commit. Jobs are fetched a hundred at a time (the local
 * queue) and worked ten at once; of eight settings tried here this was the fastest.
 */
const insertAndQueue = {
  name: "step",
  text: `with done as (insert into bench_steps (process_id, step, note) values ($1, $2, 'step done'))
    select graphile_worker.add_job('step', json_build_object('id', $1::text, 'step', $2::int + 1))`,
};
const insertLast = {
  name: "last-step",
  text: "insert into bench_steps (process_id, step, note) values ($1, $2, 'step done')",
};

contend(async (url) => {
  const pool = new pg.Pool({ connectionString: url, max: 16 });
  pool.on("error", console.error);
  pool.on("connect", (client) => client.on("error", console.error));
  const logger = { scope: () => logger, debug() {}, info() {}, warn() {}, error: console.error };
  const utils = await makeWorkerUtils({ pgPool: pool, logger });
  await utils.migrate();
  const runner = await run({
    pgPool: pool,
    logger,
    concurrency: 10,
    noHandleSignals: true,
    preset: {
      worker: { concurrentJobs: 10, localQueue: { size: 100 }, pollInterval: 50 },
    },
    taskList: {
      step: async ({ id, step }, { withPgClient }) => {
        await withPgClient((client) =>
          client.query({ ...(step < 5 ? insertAndQueue : insertLast), values: [id, step] }),
        );
      },
    },
  });
  return {
    async run(ids) {
      await eachChunk(ids, { size: 500, atOnce: 1 }, (chunk) =>
        utils.addJobs(chunk.map((id) => ({ identifier: "step", payload: { id, step: 1 } }))),
      );
      for (;;) {
        const { rows } = await pool.query("select 1 from graphile_worker._private_jobs limit 1");
        if (rows.length === 0) return;
        await pause(10);
      }
    },
    async stop() {
      await runner.stop();
      await utils.release();
      await pool.end();
    },
  };
});
