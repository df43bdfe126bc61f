import { contend } from "./harness.ts";
import { pgBoss } from "./pg-boss-base.mjs";

/** Five chained jobs, each a unit of its own: its row and the next job in one transaction, settled job by job. Fetched 100 at a time. */
async function handle({ boss, pool, jobs, step, next }) {
  return Promise.all(
    jobs.map(async ({ id, data }) => {
      const client = await pool.connect();
      try {
        await client.query("begin");
        await client.query("insert into bench_steps (process_id, step, note) values ($1, $2, 'step done')", [
          data.id,
          step,
        ]);
        const db = { executeSql: (text, values) => client.query(text, values) };
        if (next) await boss.send(next, { id: data.id }, { db });
        await client.query("commit");
        return { id, status: "completed" };
      } catch (error) {
        await client.query("rollback");
        return { id, status: "failed", output: { message: String(error) } };
      } finally {
        client.release();
      }
    }),
  );
}

contend((url) => pgBoss(url, { batchSize: 100, localConcurrency: 1, handle }));
