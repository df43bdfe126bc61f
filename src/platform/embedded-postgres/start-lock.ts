import { openSync, closeSync, readFileSync, rmSync, writeSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";

export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
};

function take(file: string): boolean {
  try {
    const handle = openSync(file, "wx", 0o600);
    writeSync(handle, String(process.pid));
    closeSync(handle);
    return true;
  } catch {
    return false;
  }
}

/** A lock whose holder is gone (kill -9) holds nobody up. */
function dropStale(file: string): void {
  try {
    const pid = Number(readFileSync(file, "utf8"));
    if (pid > 0 && !isAlive(pid)) rmSync(file, { force: true });
  } catch {
    // It went away by itself, which is as good.
  }
}

const WAIT_MS = 60_000;

/** One process at a time initialises, starts or stops the server of a folder; the others wait and then find it done. */
export async function withStartLock<Result>(file: string, work: () => Promise<Result>): Promise<Result> {
  const until = performance.now() + WAIT_MS;
  while (!take(file)) {
    dropStale(file);
    if (performance.now() > until)
      throw new Error(`Another process has been starting the database for a minute. If none is, delete ${file}.`);
    await pause(25);
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}
