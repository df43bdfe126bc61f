import { fork } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, connect, type AddressInfo, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { issueToken } from "#governance";
import { createIds, migrate, openDatabase, startEmbeddedPostgres, systemClock, type Database } from "#platform";
import type { HubConfiguration, RunningSandbox } from "#main";
import defaultConfiguration from "../../crossdock.config.ts";
import { startHubNode, type HubNode } from "./hub-node.ts";

/** Everything a chaos run happens on, all of it its own: Postgres, sandbox and two nodes, four kinds of process that share nothing but sockets. */
export interface Ground {
  readonly folder: string;
  readonly database: Database;
  readonly token: string;
  readonly nodes: readonly HubNode[];
  /** The sandbox counterparties, by the code of their connector. */
  readonly systems: RunningSandbox["systems"];
  /** Kills the postmaster with -9 and starts the server again on what it left. */
  killPostgres(): Promise<void>;
  /** Ends every process; removes the folder unless it is worth a look. */
  clear(keep: boolean): Promise<void>;
}

interface GroundOptions {
  readonly seed: number;
  readonly timeScale: number;
}

const HOST = "127.0.0.1";
const TOKEN_LIFE_MS = 3_600_000;
const NODES = 2;
const UP_MS = 60_000;
const migrations = fileURLToPath(new URL("../../migrations", import.meta.url));
const sandboxProgram = fileURLToPath(new URL("../../src/cli/sandbox-child.ts", import.meta.url));

export async function layGround({ seed, timeScale }: GroundOptions): Promise<Ground> {
  const folder = mkdtempSync(join(tmpdir(), "crossdock-two-nodes-"));
  chmodSync(folder, 0o711);
  const ends: (() => Promise<unknown>)[] = [];
  const clear = async (keep: boolean) => {
    for (const end of ends.splice(0).toReversed()) await end().catch(() => {});
    if (!keep) rmSync(folder, { recursive: true, force: true });
  };
  try {
    const dataDir = join(folder, "postgres");
    let server = await startEmbeddedPostgres({ dataDir });
    ends.push(() => server.stop());
    const database = openDatabase({ url: server.url, maxConnections: 4, applicationName: "chaos" });
    ends.push(() => database.close());
    await migrate(database, migrations);

    const ports = await freePorts(NODES);
    const front = await startFront(ports);
    ends.push(() => front.stop());
    const sandbox = await startSandboxChild({ folder: join(folder, "sandbox"), hubUrl: front.url, seed, timeScale });
    ends.push(() => sandbox.stop());
    const nodes = ports.map((port, index) =>
      startHubNode(
        { configuration: configurationFor(port, folder), databaseUrl: server.url, systems: sandbox.systems },
        join(folder, `node-${index + 1}.log`),
      ),
    );
    for (const node of nodes) ends.push(() => node.stop());
    const isUp = await Promise.all(nodes.map((node) => node.up(UP_MS)));
    if (isUp.includes(false)) throw new Error(`A hub did not come up; what it said is in ${folder}.`);
    const surroundings = { clock: systemClock, ids: createIds(systemClock, randomBytes), randomBytes };
    const token = await issueToken({ database, ...surroundings }, { name: "chaos", lifeMs: TOKEN_LIFE_MS });
    return {
      folder,
      database,
      token,
      nodes,
      systems: sandbox.systems,
      async killPostgres() {
        process.kill(server.pid, "SIGKILL");
        server = await startEmbeddedPostgres({ dataDir });
      },
      clear,
    };
  } catch (error) {
    await clear(true);
    throw error;
  }
}

/** The hub as it comes, but patient for seconds only: what hangs must not outlast the run. */
function configurationFor(port: number, folder: string): HubConfiguration {
  return {
    ...defaultConfiguration,
    hub: { ...defaultConfiguration.hub, host: HOST, port },
    dataFolder: folder,
    feeds: { everyMs: 1000 },
    channels: defaultConfiguration.channels.map(({ folder: _watched, ...channel }) => channel),
    systems: defaultConfiguration.systems.map((system) => ({ ...system, limits: { timeoutMs: 1500 } })),
  };
}

async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => listen(createServer())));
  const ports = servers.map(portOf);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

const listen = (server: Server): Promise<Server> =>
  new Promise((resolve) => server.listen(0, HOST, () => resolve(server)));
const portOf = (server: Server): number => (server.address() as AddressInfo).port;

/** One address for both nodes, as a load balancer gives: webhooks go to either, and to the other where one is down. */
async function startFront(ports: readonly number[]) {
  const sockets = new Set<Socket>();
  let turn = 0;
  const forward = (inner: Socket, left: readonly number[]) => {
    const [port, ...others] = left;
    if (port === undefined) return void inner.destroy();
    const outer = connect(port, HOST);
    let isConnected = false;
    for (const socket of [inner, outer]) sockets.add(socket);
    outer.once("connect", () => {
      isConnected = true;
      inner.pipe(outer).pipe(inner);
    });
    outer.on("error", () => (isConnected ? inner.destroy() : forward(inner, others)));
    outer.on("close", () => {
      sockets.delete(outer);
      if (isConnected) inner.destroy();
    });
    inner.on("error", () => outer.destroy());
    inner.on("close", () => {
      sockets.delete(inner);
      outer.destroy();
    });
  };
  const server = await listen(
    createServer((inner) => {
      turn += 1;
      forward(
        inner,
        ports.map((_, index) => ports[(turn + index) % ports.length] ?? 0),
      );
    }),
  );
  return {
    url: `http://${HOST}:${portOf(server)}`,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function startSandboxChild(order: { folder: string; hubUrl: string; seed: number; timeScale: number }) {
  const systemCodes = Object.fromEntries(defaultConfiguration.systems.map(({ code, connector }) => [connector, code]));
  const child = fork(sandboxProgram, [JSON.stringify({ ...order, firstPort: 0, systemCodes })], {
    execArgv: ["--conditions=source"],
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const systems = await new Promise<RunningSandbox["systems"]>((resolve, reject) => {
    child.once("message", (told: { systems: RunningSandbox["systems"] }) => resolve(told.systems));
    child.once("exit", (code) => reject(new Error(`The sandbox ended before it listened (exit ${code}).`)));
  });
  return {
    systems,
    async stop() {
      child.kill("SIGKILL");
      await exited;
    },
  };
}
