import { readFileSync } from "node:fs";

/** What Linux says of a process behind its name (proc(5), from field 3, its state, on); null where there is none, or no Linux. */
function statOf(pid: number): readonly string[] | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return null;
  }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** Whether it runs; one that has ended and is only waiting to be reaped does not. */
export const isAlive = (pid: number): boolean => pid > 0 && exists(pid) && statOf(pid)?.[0] !== "Z";

const START_TIME = 19;

/** When it began, in the system's own count: tells it from another one under the same pid. Empty where the system does not say. */
export const birthOf = (pid: number): string => statOf(pid)?.[START_TIME] ?? "";
