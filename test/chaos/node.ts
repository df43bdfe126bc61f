import { createLog, systemClock } from "#platform";
import { startHub, type HubConfiguration, type RunningSandbox } from "#main";
import type { Instant } from "#processes";

/**
 * One hub as a process of its own, for the chaos run to kill. It ends the moment its parent does, and by its own hand, with SIGKILL, at a named instant
 * when it was told to: nothing is flushed, nothing is said.
 */
export interface NodeOrder {
  readonly configuration: HubConfiguration;
  readonly databaseUrl: string;
  readonly systems: RunningSandbox["systems"];
}
/** The parent's word: die when this instant is passed for the nth time from now. */
export interface Arming {
  readonly instant: Instant;
  readonly nth: number;
}

const order: NodeOrder = JSON.parse(process.argv[2] ?? "{}");
let arming: Arming | null = null;
process.on("message", (told: Arming) => (arming = told));
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));

await startHub({
  configuration: order.configuration,
  environment: { DATABASE_URL: order.databaseUrl },
  clock: systemClock,
  log: createLog({ level: "warn" }),
  sandbox: () => Promise.resolve({ systems: order.systems, stop: () => Promise.resolve() }),
  at(instant) {
    if (arming?.instant !== instant) return;
    arming = { instant, nth: arming.nth - 1 };
    if (arming.nth <= 0) process.kill(process.pid, "SIGKILL");
  },
});
process.on("SIGTERM", () => process.kill(process.pid, "SIGKILL"));
process.send?.("up");
