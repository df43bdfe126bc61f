import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startSandbox } from "#sandbox";
import { systemClock } from "#platform";

/**
 * The sandbox in a process of its own: counterparties share nothing with the hub but HTTP. It lives as long as its parent does: when the
 * channel to the parent breaks, however the parent ended, it ends too.
 */
interface SandboxOrder {
  readonly folder: string;
  readonly hubUrl: string;
  readonly timeScale: number;
  readonly seed: number;
  readonly firstPort: number;
  /** Under which code the configuration knows a connector's system. */
  readonly systemCodes: Readonly<Record<string, string>>;
}

const order: SandboxOrder = JSON.parse(process.argv[2] ?? "{}");
await mkdir(order.folder, { recursive: true });
const { systemCodes, ...rest } = order;
const inboundPath = (connector: string) => `/webhooks/${systemCodes[connector] ?? connector}`;
const sandbox = await startSandbox({ ...rest, inboundPath, clock: systemClock });
const systems = Object.values(sandbox.systems);
await writeFile(join(order.folder, "systems.json"), JSON.stringify(systems, null, 2), { mode: 0o600 });

const end = () => void sandbox.stop().finally(() => process.exit(0));
process.on("disconnect", end);
process.on("SIGTERM", end);
// The parent decides when we end, also when the terminal's Ctrl-C reaches us as well: the hub drains first.
process.on("SIGINT", () => {});
process.send?.({ systems });
