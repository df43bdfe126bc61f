import { systemClock } from "../../../src/platform/index.ts";
import { engineAt } from "./contenders/crossdock.ts";

const PER_SECOND = 20;

export interface Latency {
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** From asking to begin a process to its fifth row being committed, one process at a time, at regular moments. */
export async function latencyAt20(url: string, seconds: number): Promise<Latency> {
  const submittedAt = new Map<string, number>();
  const tookMs: number[] = [];
  const { submit, stop, database } = await engineAt(url, {
    at: (instant) => {
      if (instant === "after-commit" && submittedAt.size > 0) void record(performance.now());
    },
  });
  const record = async (committedAt: number) => {
    const rows = await database.query<{ id: string }>(
      "select process_id as id from bench_steps where step = 5 and process_id = any($1)",
      [[...submittedAt.keys()]],
    );
    for (const { id } of rows) {
      tookMs.push(committedAt - (submittedAt.get(id) ?? committedAt));
      submittedAt.delete(id);
    }
  };
  const startedAt = performance.now();
  for (let index = 0; index < PER_SECOND * seconds; index += 1) {
    const dueAt = startedAt + (index * 1_000) / PER_SECOND;
    await systemClock.sleep(Math.max(0, dueAt - performance.now()));
    const id = `latency_${index}`;
    submittedAt.set(id, performance.now());
    await submit([id]);
  }
  await systemClock.sleep(200);
  const [row] = await database.query<{ whole: number }>(
    "select count(*)::int as whole from (select 1 from bench_steps where process_id like 'latency%' group by process_id having count(*) = 5) p",
  );
  await stop();
  if (row?.whole !== PER_SECOND * seconds) throw new Error(`Only ${row?.whole} processes have their five rows.`);
  const sorted = tookMs.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
  return { p50Ms: at(0.5), p99Ms: at(0.99) };
}
