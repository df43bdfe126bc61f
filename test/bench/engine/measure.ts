import { fork, type ChildProcess } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Database } from "../../../src/platform/index.ts";
import type { Result } from "./contenders/harness.ts";

export interface Measurement {
  readonly name: string;
  readonly processes: number;
  readonly perSecond: number;
  readonly nodeMs: number;
  readonly postgresMs: number;
  readonly walBytes: number;
}

const MS_PER_TICK = 10;

/** CPU of the postmaster, of its children that live, and (by its own count) of those that ended. */
function postgresCpuMs(postmaster: number): number {
  const ticksOf = (pid: string, fields: readonly number[]): number => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      const after = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      const isChild = Number(after[1]) === postmaster || Number(pid) === postmaster;
      return isChild ? fields.reduce((sum, field) => sum + Number(after[field - 3]), 0) : 0;
    } catch {
      return 0;
    }
  };
  // Fields 14 to 17 of proc(5): utime, stime, cutime, cstime.
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.reduce((sum, pid) => sum + ticksOf(pid, [14, 15, 16, 17]), 0) * MS_PER_TICK;
}

const walPosition = async (database: Database): Promise<number> => {
  const [row] = await database.query<{ bytes: string }>("select pg_current_wal_insert_lsn() - '0/0'::pg_lsn as bytes");
  return Number(row?.bytes);
};

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
  const path = fileURLToPath(new URL(`./contenders/${file}`, import.meta.url));
  const child = fork(path, { execArgv: ["--conditions=source", "--disable-warning=ExperimentalWarning"] });
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
