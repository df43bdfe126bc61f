import { fork, type ChildProcess } from "node:child_process";

/** A process of a benchmark's own, run as all of them are. */
export const startChild = (file: URL, more: readonly string[] = []): ChildProcess =>
  fork(file, { execArgv: ["--conditions=source", "--disable-warning=ExperimentalWarning", ...more] });
