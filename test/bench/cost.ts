import { readdirSync, readFileSync } from "node:fs";
import type { Queryable } from "../../src/platform/index.ts";

const MS_PER_TICK = 10;

/** CPU of the postmaster, of its children that live, and (by its own count) of those that ended. */
export function postgresCpuMs(postmaster: number): number {
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

/** Bytes of log written since the cluster was made. */
export async function walPosition(database: Queryable): Promise<number> {
  const [row] = await database.query<{ bytes: string }>("select pg_current_wal_insert_lsn() - '0/0'::pg_lsn as bytes");
  return Number(row?.bytes);
}

/** How much of the machine's time others took, where it is one of several on a host: of all processors, since it was started. */
export function stolenTime(): { readonly stolen: number; readonly all: number } {
  const [, ...ticks] = (readFileSync("/proc/stat", "utf8").split("\n", 1)[0] ?? "").split(/\s+/).map(Number);
  // Fields of proc_stat(5): user, nice, system, idle, iowait, irq, softirq, steal; guests are counted within user.
  return { stolen: ticks[7] ?? 0, all: ticks.slice(0, 8).reduce((sum, each) => sum + each, 0) };
}
