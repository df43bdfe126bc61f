import { createLog, systemClock } from "#platform";
import { startHub, type HubConfiguration, type RunningSandbox } from "#main";
import type { Instant } from "#processes";

/** One hub node that may be told to die at the nth time it comes by a named instant. Its orders come in the first argument. */
interface NodeOrders {
  readonly configuration: HubConfiguration;
  readonly databaseUrl: string;
  readonly systems: RunningSandbox["systems"];
  readonly dieAt: { readonly instant: Instant; readonly nth: number } | null;
}

const orders: NodeOrders = JSON.parse(process.argv[2] ?? "{}");
let passed = 0;

await startHub({
  configuration: orders.configuration,
  environment: { DATABASE_URL: orders.databaseUrl },
  clock: systemClock,
  log: createLog({ level: "error" }),
  sandbox: () => Promise.resolve({ systems: orders.systems, stop: () => Promise.resolve() }),
  at: (instant) => {
    if (instant !== orders.dieAt?.instant) return;
    passed += 1;
    if (passed === orders.dieAt.nth) process.kill(process.pid, "SIGKILL");
  },
});
process.send?.("up");
process.on("disconnect", () => process.exit(0));
