import { fork } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Type, type Static } from "typebox";
import { Value } from "typebox/value";
import type { HubConfiguration } from "#main";
import { readHubConfiguration } from "./hub-configuration.ts";

const SandboxSystem = Type.Object({
  code: Type.String(),
  title: Type.String(),
  url: Type.String(),
  settings: Type.Record(Type.String(), Type.Unknown()),
});
export type SandboxSystem = Static<typeof SandboxSystem>;
const SandboxSystems = Type.Array(SandboxSystem);

export interface SandboxProcess {
  readonly systems: readonly SandboxSystem[];
  stop(): Promise<void>;
}

const folderOf = (configuration: HubConfiguration) => join(configuration.dataFolder, "sandbox");

async function answering(systems: readonly SandboxSystem[]): Promise<boolean> {
  const asked = systems.map(({ url }) =>
    fetch(`${url}/control/status`, { signal: AbortSignal.timeout(1000) }).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
  return systems.length > 0 && (await Promise.all(asked)).every(Boolean);
}

async function knownSystems(configuration: HubConfiguration): Promise<readonly SandboxSystem[]> {
  try {
    const found: unknown = JSON.parse(await readFile(join(folderOf(configuration), "systems.json"), "utf8"));
    return Value.Check(SandboxSystems, found) ? found : [];
  } catch {
    return [];
  }
}

/** The counterparties that listen now. Throws with a sentence when none do. */
export async function sandboxSystems(): Promise<readonly SandboxSystem[]> {
  const systems = await knownSystems(await readHubConfiguration());
  if (!(await answering(systems))) throw new Error("The sandbox is not running. It starts with the hub: `npm start`.");
  return systems;
}

/** Starts the sandbox beside the hub, or joins the one that listens already (a second hub on the same folder). */
export async function startSandboxProcess(configuration: HubConfiguration, hubUrl: string): Promise<SandboxProcess> {
  const running = await knownSystems(configuration);
  if (await answering(running)) return { systems: running, stop: () => Promise.resolve() };
  const systemCodes = Object.fromEntries(
    configuration.systems.filter(({ sandbox }) => sandbox).map(({ code, connector }) => [connector, code]),
  );
  const order = { ...configuration.sandbox, folder: folderOf(configuration), hubUrl, systemCodes };
  const child = fork(
    fileURLToPath(new URL(`./sandbox-child${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url)),
    [JSON.stringify(order)],
    {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    },
  );
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const systems = await new Promise<readonly SandboxSystem[]>((resolve, reject) => {
    child.once("message", (message) => {
      const told = Type.Object({ systems: SandboxSystems });
      if (Value.Check(told, message)) resolve(message.systems);
    });
    child.once("exit", (code) =>
      reject(new Error(`The sandbox ended before it listened (exit ${code}); what it said is above.`)),
    );
  });
  return {
    systems,
    async stop() {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}
