import { DBOS } from "@dbos-inc/dbos-sdk";
import pg from "pg";
import { contend, eachChunk } from "./harness.ts";

/** One workflow a process, five steps, each checkpointed by DBOS. 200 workflows at once over 20 connections. */
contend(async (url) => {
  const pool = new pg.Pool({ connectionString: url, max: 20 });
  const insert = {
    name: "step",
    text: "insert into bench_steps (process_id, step, note) values ($1, $2, 'step done')",
  };
  const fiveSteps = DBOS.registerWorkflow(
    async (id) => {
      for (let step = 1; step <= 5; step += 1)
        await DBOS.runStep(async () => void (await pool.query({ ...insert, values: [id, step] })), {
          name: `step-${step}`,
        });
    },
    { name: "fiveSteps" },
  );
  DBOS.setConfig({
    name: "bench",
    systemDatabaseUrl: url,
    systemDatabasePoolSize: 20,
    logLevel: "error",
    runAdminServer: false,
  });
  await DBOS.launch();
  return {
    run: (ids) =>
      eachChunk(ids, { size: 1, atOnce: 200 }, async ([id]) => {
        const handle = await DBOS.startWorkflow(fiveSteps, { workflowID: id })(id);
        await handle.getResult();
      }),
    async stop() {
      await DBOS.shutdown();
      await pool.end();
    },
  };
});
