import { startBenchCluster, type BenchDatabase } from "../cluster.ts";
import { latencyAt20 } from "./latency.ts";
import { measure, type Measurement } from "./measure.ts";
import { takeOverMs } from "./take-over.ts";

/** Sizes by speed, so that each runs some seconds. */
const contenders = [
  { name: "bare set-based SQL", file: "bare.ts", processes: 40_000 },
  { name: "Crossdock, run to rest", file: "crossdock-to-rest.ts", processes: 40_000 },
  { name: "Crossdock, a commit each step", file: "crossdock-commit-each-step.ts", processes: 10_000 },
  { name: "DBOS Transact", file: "dbos.mjs", processes: 1_000 },
  { name: "graphile-worker", file: "graphile-worker.mjs", processes: 1_000 },
  { name: "pg-boss", file: "pg-boss.mjs", processes: 1_000 },
  { name: "pg-boss, batched by hand", file: "pg-boss-by-hand.mjs", processes: 4_000 },
];

/** The better of two counts, for everybody: on a shared machine a neighbour's burst is in one of them. */
const ROUNDS = 2;

/** With the table every contender writes a row a step to. */
async function freshDatabase(name: string): Promise<BenchDatabase> {
  const fresh = await cluster.freshDatabase(name);
  await fresh.database.query(
    "create table bench_steps (process_id text, step int, note text, at timestamptz default now())",
  );
  await fresh.database.query("create index on bench_steps (process_id, step)");
  return fresh;
}

const row = (cells: readonly (string | number)[]) =>
  cells.map((cell, index) => (index === 0 ? String(cell).padEnd(32) : String(cell).padStart(13))).join("");

function print(measurements: readonly Measurement[]): void {
  const ours = measurements.find(({ name }) => name.includes("to rest"))?.perSecond ?? 0;
  console.log(row(["", "processes/s", "Node ms", "Postgres ms", "WAL bytes", "ours is"]));
  for (const { name, perSecond, nodeMs, postgresMs, walBytes } of measurements)
    console.log(
      row([
        name,
        perSecond.toFixed(0),
        nodeMs.toFixed(3),
        postgresMs.toFixed(3),
        walBytes,
        `${(ours / perSecond).toFixed(2)} x`,
      ]),
    );
}

const chosen = process.argv.slice(2);
const cluster = await startBenchCluster();
try {
  const measurements: Measurement[] = [];
  const wanted = contenders.filter(({ file }) => chosen.length === 0 || chosen.some((part) => file.includes(part)));
  for (const contender of wanted) {
    const rounds: Measurement[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const { url, database } = await freshDatabase(`bench_${wanted.indexOf(contender)}_${round}`);
      rounds.push(await measure({ ...contender, url, database, postmaster: cluster.pid }));
      await database.close();
    }
    measurements.push(...rounds.toSorted((a, b) => b.perSecond - a.perSecond).slice(0, 1));
  }
  print(measurements);
  if (chosen.length === 0 || chosen.includes("latency")) {
    const { url, database } = await freshDatabase("latency");
    const { p50Ms, p99Ms } = await latencyAt20(url, 15);
    console.log(
      `At 20 processes/s: p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms from the asking to the fifth row's commit.`,
    );
    await database.close();
  }
  if (chosen.length === 0 || chosen.includes("take-over")) {
    const { url, database } = await freshDatabase("take_over");
    const tookMs = await takeOverMs(url, database);
    console.log(`After kill -9 of one of two nodes, its work was finished in ${(tookMs / 1_000).toFixed(2)} s.`);
    await database.close();
  }
} finally {
  await cluster.stop();
}
