import type { ChildProcess } from "node:child_process";
import type { Database } from "../../../src/platform/index.ts";
import { startChild } from "../child.ts";
import { postgresCpuMs, walPosition } from "../cost.ts";
import type { Result } from "./contenders/harness.ts";

export interface Measurement {
  readonly name: string;
  readonly processes: number;
  readonly perSecond: number;
  readonly nodeMs: number;
  readonly postgresMs: number;
  readonly walBytes: number;
}

const message = <Body>(child: ChildProcess): Promise<Body> =>
  new Promise((resolve, reject) => {
    child.once("message", (body) => resolve(body as Body));
    child.once("exit", (code) => reject(new Error(`A contender ended with code ${code} before it answered.`)));
  });

/** Runs one contender in a Node process of its own, and checks that every process's five rows exist exactly once. */
export async function measure(options: {
  readonly name: string;
  readonly file: string;
  readonly processes: number;
  readonly url: string;
  readonly postmaster: number;
  readonly database: Database;
}): Promise<Measurement> {
  const { name, file, processes, url, postmaster, database } = options;
  await database.query("truncate bench_steps");
  const child = startChild(new URL(`./contenders/${file}`, import.meta.url));
  child.send({ url, processes });
  await message(child);
  await database.query("checkpoint");
  const cpuBefore = postgresCpuMs(postmaster);
  const walBefore = await walPosition(database);
  child.send({ go: true });
  const { seconds, nodeCpuMs } = await message<Result>(child);
  const walBytes = (await walPosition(database)) - walBefore;
  const postgresMs = postgresCpuMs(postmaster) - cpuBefore;
  await new Promise((resolve) => child.once("exit", resolve));
  await checkRows(database, name, processes);
  return {
    name,
    processes,
    perSecond: processes / seconds,
    nodeMs: nodeCpuMs / processes,
    postgresMs: postgresMs / processes,
    walBytes: Math.round(walBytes / processes),
  };
}

async function checkRows(database: Database, name: string, processes: number): Promise<void> {
  const [found] = await database.query<{ whole: number; odd: number }>(`
    select count(*) filter (where rows = 5 and steps = 5)::int as whole,
           count(*) filter (where rows <> 5 or steps <> 5)::int as odd
      from (select count(*) as rows, count(distinct step) as steps from bench_steps
             where process_id like 'run%' group by process_id) p`);
  if (found?.whole !== processes || found.odd !== 0)
    throw new Error(`${name}: ${found?.whole} of ${processes} processes have their five rows, ${found?.odd} do not.`);
}
