import { existsSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DataFolder } from "./data-folder.ts";
import { isAlive } from "./processes.ts";

/** What a postmaster writes into its cluster: its pid in the first line, its port in the fourth. After a kill -9 it stays behind. */
function readLines(folder: DataFolder): readonly string[] {
  const file = fileOf(folder);
  return existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
}
const fileOf = (folder: DataFolder): string => join(folder.cluster, "postmaster.pid");

/** Null where the system does not say. */
function argumentsOf(pid: number): readonly string[] | null {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
  } catch {
    return null;
  }
}

/**
 * A pid is given out again, and what lives under it now may be anything, another PostgreSQL too: the folder among its arguments tells. In a
 * container root may read those, but look no further into a process of another user.
 */
function whoIs(pid: number, cluster: string): "ours" | "a stranger" | "unknown" {
  const words = argumentsOf(pid);
  if (!words) return "unknown";
  const option = words.indexOf("-D");
  const folder = option < 0 ? "" : (words[option + 1] ?? "");
  return existsSync(folder) && realpathSync(folder) === realpathSync(cluster) ? "ours" : "a stranger";
}

/** Pid and port of the server that holds the cluster, when one does. */
export function runningServer(folder: DataFolder): { readonly pid: number; readonly port: number } | null {
  const lines = readLines(folder);
  const pid = Number(lines[0]);
  return isAlive(pid) && whoIs(pid, folder.cluster) !== "a stranger" ? { pid, port: Number(lines[3]) } : null;
}

/**
 * After a reboot the file may name a living stranger of our own user, and postgres refuses to start. One that names its parent it takes for
 * stale, and still looks whether the memory of the old one is in use.
 */
export function disownStranger(folder: DataFolder): void {
  const [first, ...rest] = readLines(folder);
  const pid = Number(first);
  if (isAlive(pid) && whoIs(pid, folder.cluster) === "a stranger")
    writeFileSync(fileOf(folder), [process.pid, ...rest].join("\n"));
}
