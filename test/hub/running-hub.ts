import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect } from "vitest";
import type { Fault } from "#contracts";
import { startHub, type Hub, type HubConfiguration, type RunningSandbox } from "#main";
import { createLog, systemClock, type Clock } from "#platform";
import { startSandbox, type Sandbox } from "#sandbox";
import { imbalances, testDatabase, type TestDatabase } from "#testing";
import defaultConfiguration from "../../crossdock.config.ts";
import { startHubNode, type HubNode } from "../chaos/hub-node.ts";
import { apiOf } from "./api.ts";
import { counterpartiesOf } from "./counterparties.ts";
import { doorsOf } from "./doors.ts";
import { shelvesOf } from "./shelves.ts";
import { watchOver } from "./watching.ts";

/** A working day of pickers, packers and drivers in half a second. */
const TIME_SCALE = 60_000;
const SEED = 7;
const INBOX = "inbox";

/** A dead letter as the API shows it. */
export interface Letter {
  readonly deadLetterId: string;
  readonly title: string;
  readonly explanation: string;
  readonly faults: readonly Fault[];
  readonly actions: readonly string[];
  readonly whatToDo: string;
  readonly content: unknown;
}

interface HubClock extends Clock {
  /** Nobody sleeps less for it: deadlines and patience that were far off have passed when they are next looked at. */
  leap(ms: number): void;
}

function leapingClock(): HubClock {
  let aheadMs = 0;
  return {
    now: () => new Date(systemClock.now().getTime() + aheadMs),
    sleep: (ms, signal) => systemClock.sleep(ms, signal),
    leap: (ms) => void (aheadMs += ms),
  };
}

/** The hub as it comes, with an inbox of its own and stock news every quarter of a second. */
const configurationIn = (folder: string, changed: Partial<HubConfiguration>): HubConfiguration => ({
  ...defaultConfiguration,
  hub: { ...defaultConfiguration.hub, host: "127.0.0.1", port: 0 },
  dataFolder: folder,
  feeds: { everyMs: 250 },
  channels: defaultConfiguration.channels.map((channel) =>
    channel.folder ? { ...channel, folder: join(folder, INBOX) } : channel,
  ),
  ...changed,
});

interface Started {
  readonly url: string;
  readonly token: string;
  readonly sandbox: Sandbox;
  readonly database: TestDatabase;
  readonly folder: string;
  readonly clock: HubClock;
  /** What the hub told its operators as an error: broken, not refused. */
  readonly errors: readonly string[];
  /** One more node on the same database, with the same systems. */
  anotherNode(systems: RunningSandbox["systems"]): Promise<Hub>;
  /** One more, as a process that can be killed. */
  mortalNode(systems: RunningSandbox["systems"]): HubNode;
}

async function start(changed: Partial<HubConfiguration>): Promise<Started> {
  const database = await testDatabase({ maxConnections: 2 });
  const folder = await mkdtemp(join(tmpdir(), "crossdock-hub-"));
  const errors: string[] = [];
  const configuration = configurationIn(folder, changed);
  const systemCodes = new Map(configuration.systems.map(({ code, connector }) => [connector, code]));
  const clock = leapingClock();
  let sandbox: Sandbox | null = null;
  const node = {
    configuration,
    environment: { DATABASE_URL: database.url },
    clock,
    log: createLog({ level: "error", destination: { write: (line) => void errors.push(line) } }),
  };
  const hub = await startHub({
    ...node,
    async sandbox(hubUrl) {
      sandbox = await startSandbox({
        hubUrl,
        inboundPath: (connector) => `/webhooks/${systemCodes.get(connector)}`,
        timeScale: TIME_SCALE,
        clock: systemClock,
        seed: SEED,
      });
      return { systems: Object.values(sandbox.systems), stop: sandbox.stop };
    },
  });
  afterAll(async () => {
    await hub.stop();
    await rm(folder, { recursive: true, force: true });
  });
  if (!sandbox || !hub.adminToken) throw new Error("The hub came up without its sandbox or its first token.");
  const anotherNode = (systems: RunningSandbox["systems"]) =>
    startHub({ ...node, sandbox: () => Promise.resolve({ systems, stop: () => Promise.resolve() }) });
  const mortalNode = (systems: RunningSandbox["systems"]) =>
    startHubNode({ configuration, databaseUrl: database.url, systems }, join(folder, "mortal-node.log"));
  return { url: hub.url, token: hub.adminToken, sandbox, database, folder, clock, errors, anotherNode, mortalNode };
}

/**
 * One hub for a test file, whole: real HTTP in and out, the tests' Postgres, the sandbox's counterparties in this process. Stopped at the end of the
 * file, when the books must balance, no counterparty may have done anything twice and the hub may have told of nothing that broke.
 */
export async function runningHub(changed: Partial<HubConfiguration> = {}) {
  const { url, database, sandbox, clock, errors, token, folder, anotherNode, mortalNode } = await start(changed);
  const api = await apiOf(url, token);
  const counterparties = counterpartiesOf(sandbox);
  afterAll(async () => {
    expect(await imbalances(database)).toEqual([]);
    expect(await counterparties.didTwice()).toEqual([]);
    expect(errors).toEqual([]);
  });
  return {
    ...api,
    ...watchOver(api),
    ...doorsOf({ inbox: join(folder, INBOX), shop: sandbox.systems["corner-shop"]?.settings ?? {} }, api),
    ...counterparties,
    shelves: shelvesOf(sandbox),
    data: sandbox.data,
    anotherNode: () => anotherNode(Object.values(sandbox.systems)),
    mortalNode: () => mortalNode(Object.values(sandbox.systems)),
    database,
    url,
    token,
    /** Everything anybody signs in or signs with. */
    secrets: Object.values(sandbox.systems).flatMap(({ settings }) =>
      Object.entries(settings).flatMap(([name, value]) => (/key|secret|token|password/i.test(name) ? [value] : [])),
    ),
    /** Turns the hub's clock, and only the hub's, ahead. */
    leap: (ms: number) => clock.leap(ms),
    letters: async (): Promise<readonly Letter[]> =>
      (await api.get<{ deadLetters: Letter[] }>("/v1/dead-letters")).body.deadLetters,
    /** How many rows there are of orders and their lines: what a refused order must not add to. That no stock is tied up for none, the books say. */
    async orderRows(): Promise<string> {
      const [row] = await database.query<{ rows: string }>(
        "select (select count(*) from sales_orders) || ' orders, ' || (select count(*) from sales_order_lines) || ' lines' as rows",
      );
      return row?.rows ?? "";
    },
  };
}
