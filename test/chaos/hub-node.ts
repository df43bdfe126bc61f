import { fork, type ChildProcess } from "node:child_process";
import { appendFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Instant } from "#processes";
import type { Arming, NodeOrder } from "./node.ts";

/** What ended a node: a named instant, our own kill, or it by itself. */
export type Ending = Instant | "at random" | "while starting, without a database" | "by itself";

export interface HubNode {
  readonly url: string;
  isUp(): boolean;
  /** Resolves when it is up, or false after so long. */
  up(withinMs: number): Promise<boolean>;
  arm(arming: Arming): void;
  /** Kills it with -9, at once. */
  kill(): void;
  /** Resolves at its next end, or false after so long. */
  ended(withinMs: number): Promise<boolean>;
  readonly endings: readonly Ending[];
  readonly restarts: number;
  /** No more restarts; gone when it resolves. */
  stop(): Promise<void>;
}

const RESTART_MS = 200;
const LOOK_MS = 20;
const program = fileURLToPath(new URL("./node.ts", import.meta.url));

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

async function until(holds: () => boolean, withinMs: number): Promise<boolean> {
  for (const end = Date.now() + withinMs; Date.now() < end; await pause(LOOK_MS)) if (holds()) return true;
  return holds();
}

/** A hub that is started again whenever it ends, as a service manager would. What it says goes to `logFile`. */
export function startHubNode(order: NodeOrder, logFile: string): HubNode {
  const { host, port } = order.configuration.hub;
  const endings: Ending[] = [];
  let child: ChildProcess | null = null;
  let isUp = false;
  let isWanted = true;
  let armed: Instant | null = null;
  let isKilled = false;
  let starts = 0;

  const launch = () => {
    starts += 1;
    armed = null;
    isKilled = false;
    const started = fork(program, [JSON.stringify(order)], {
      execArgv: ["--conditions=source"],
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    child = started;
    for (const stream of [started.stdout, started.stderr])
      stream?.on("data", (chunk: Buffer) => appendFileSync(logFile, chunk));
    started.on("message", () => (isUp = true));
    started.once("exit", (code, signal) => {
      const wasUp = isUp;
      isUp = false;
      child = null;
      if (!isWanted) return;
      appendFileSync(logFile, `\n--- ended: ${signal ?? code}\n`);
      if (isKilled) endings.push("at random");
      else if (signal === "SIGKILL" && armed) endings.push(armed);
      else endings.push(wasUp ? "by itself" : "while starting, without a database");
      setTimeout(() => isWanted && launch(), RESTART_MS);
    });
  };
  launch();

  return {
    url: `http://${host}:${port}`,
    isUp: () => isUp,
    up: (withinMs) => until(() => isUp, withinMs),
    arm(arming) {
      armed = arming.instant;
      child?.send(arming, () => {});
    },
    kill() {
      isKilled = child !== null;
      child?.kill("SIGKILL");
    },
    ended(withinMs) {
      const before = endings.length;
      return until(() => endings.length > before, withinMs);
    },
    endings,
    get restarts() {
      return starts - 1;
    },
    async stop() {
      isWanted = false;
      child?.kill("SIGKILL");
      await until(() => child === null, 5_000);
    },
  };
}
