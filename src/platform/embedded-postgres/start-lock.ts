import { closeSync, openSync, readFileSync, rmSync, statSync, writeSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { birthOf, isAlive } from "./processes.ts";

/** False where the file is there already. */
function create(file: string, text: string): boolean {
  try {
    const handle = openSync(file, "wx", 0o600);
    writeSync(handle, text);
    closeSync(handle);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

function ageMs(file: string): number {
  try {
    return Date.now() - statSync(file).mtimeMs;
  } catch {
    return 0;
  }
}

/** Nobody takes this long between making a file and writing it, or to delete another: who left it so is gone. */
const MOMENT_MS = 5_000;

/**
 * A lock whose holder is gone (kill -9) holds nobody up. In a container every hub has the same pid, and a pid is given out again: so the lock
 * names the holder's birth as well.
 */
function isStale(file: string): boolean {
  try {
    const [pid, birth] = readFileSync(file, "utf8").split(" ");
    if (!pid) return ageMs(file) > MOMENT_MS;
    const now = birthOf(Number(pid));
    return !isAlive(Number(pid)) || (Boolean(birth) && now !== "" && now !== birth);
  } catch {
    // It went away by itself, which is as good.
    return false;
  }
}

/** One breaks it at a time: two who found the same stale lock must not delete the one the other took in its place. */
function breakStale(file: string): void {
  const guard = `${file}.breaking`;
  if (!create(guard, "")) {
    if (ageMs(guard) > MOMENT_MS) rmSync(guard, { force: true });
    return;
  }
  try {
    if (isStale(file)) rmSync(file, { force: true });
  } finally {
    rmSync(guard, { force: true });
  }
}

const WAIT_MS = 60_000;

/** One process at a time initialises, starts or stops the server of a folder; the others wait and then find it done. */
export async function withStartLock<Result>(file: string, work: () => Promise<Result>): Promise<Result> {
  const until = performance.now() + WAIT_MS;
  while (!create(file, `${process.pid} ${birthOf(process.pid)}`)) {
    if (isStale(file)) breakStale(file);
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
