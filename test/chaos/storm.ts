import { randomBytes } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { checkBooks } from "#domains";
import { issueToken } from "#governance";
import { createIds, migrate, openDatabase, startEmbeddedPostgres, systemClock, type Database } from "#platform";
import { startSandbox, type Sandbox } from "#sandbox";
import { Type } from "typebox";
import { Value } from "typebox/value";
import hubAsItComes from "../../crossdock.config.ts";
import { createLoad } from "./load.ts";
import { startNodes } from "./nodes.ts";

export interface StormReport {
  readonly seed: number;
  readonly accepted: number;
  readonly deaths: ReadonlyMap<string, number>;
  readonly secondsToRest: number;
  readonly states: Readonly<Record<string, number>>;
  /** What must not be; empty when all is well. */
  readonly violations: readonly string[];
}

interface StormOptions {
  readonly seconds: number;
  readonly seed: number;
  readonly killEveryMs: number;
  readonly restMaxMs: number;
}

/** Mulberry32: small, seeded, good enough to draw calamities from. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });

/** Two nodes on one Postgres under load, killed at random and at every named instant; then calm, rest, and judgement. */
export async function storm({ seconds, seed, killEveryMs, restMaxMs }: StormOptions): Promise<StormReport> {
  const random = seeded(seed);
  const folder = mkdtempSync(join(tmpdir(), "crossdock-chaos-"));
  chmodSync(folder, 0o711);
  const server = await startEmbeddedPostgres({ dataDir: join(folder, "postgres") });
  const database = openDatabase({ url: server.url, maxConnections: 4 });
  const ports = [await freePort(), await freePort()];
  const urls = ports.map((port) => `http://127.0.0.1:${port}`);
  const systemCodes = new Map(hubAsItComes.systems.map(({ code, connector }) => [connector, code]));
  const sandbox = await startSandbox({
    hubUrl: urls[0] ?? "",
    inboundPath: (connector) => `/webhooks/${systemCodes.get(connector) ?? connector}`,
    timeScale: 20_000,
    seed: 7,
    clock: systemClock,
  });
  const channels = hubAsItComes.channels.map(({ folder: _watched, ...channel }) => channel);
  const configuration = { ...hubAsItComes, channels, dataFolder: folder };
  const nodes = startNodes({
    configuration,
    ports,
    databaseUrl: server.url,
    systems: Object.values(sandbox.systems),
    random,
  });
  try {
    await migrate(database, fileURLToPath(new URL("../../migrations", import.meta.url)));
    await nodes.start();
    const ids = createIds(systemClock, randomBytes);
    const token = await issueToken(
      { database, clock: systemClock, ids, randomBytes },
      { name: "chaos", lifeMs: 3_600_000 },
    );
    const load = createLoad({ urls, token, data: sandbox.data, random });
    await blow(nodes, load, sandbox, random, seconds, killEveryMs);
    await nodes.calm();
    await soothe(sandbox);
    const secondsToRest = await untilAtRest(database, load.accepted, restMaxMs);
    return await judge({ database, sandbox, accepted: load.accepted, seed, deaths: nodes.deaths, secondsToRest });
  } finally {
    nodes.stop();
    await sandbox.stop();
    await database.close();
    await pause(500);
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

type Nodes = ReturnType<typeof startNodes>;
type Load = ReturnType<typeof createLoad>;

async function blow(
  nodes: Nodes,
  load: Load,
  sandbox: Sandbox,
  random: () => number,
  seconds: number,
  killEveryMs: number,
): Promise<void> {
  const until = performance.now() + seconds * 1000;
  const going = () => performance.now() < until;
  const sender = async () => {
    while (going()) {
      await load.sendOne();
      await pause(random() * 200);
    }
  };
  const killer = async () => {
    while (going()) {
      await pause(killEveryMs * (0.5 + random()));
      nodes.killOne();
    }
  };
  const mischief = async () => {
    while (going()) {
      await pause(700);
      await misbehave(sandbox, random);
    }
  };
  await Promise.all([sender(), sender(), sender(), sender(), killer(), mischief()]);
}

const control = (url: string, path: string, body: object) =>
  fetch(`${url}/control/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });

/** What counterparties do on bad days: the effect is done and the answer lost, nothing is done, messages come twice or late. */
async function misbehave(sandbox: Sandbox, random: () => number): Promise<void> {
  const systems = Object.values(sandbox.systems);
  const { url } = systems[Math.floor(random() * systems.length)] ?? { url: "" };
  const moods = [
    { failAfterEffect: { count: 1, how: "drop" } },
    { failAfterEffect: { count: 1, how: "error" } },
    { failNext: { count: 2, status: 503 } },
    { mode: "ok" },
  ];
  await control(url, "behaviour", moods[Math.floor(random() * moods.length)] ?? {});
  await control(url, "chaos", random() < 0.5 ? { duplicate: 0.2, drop: 0.1, reorder: 0.2 } : {});
}

async function soothe(sandbox: Sandbox): Promise<void> {
  for (const { url } of Object.values(sandbox.systems)) {
    await control(url, "behaviour", {});
    await control(url, "chaos", {});
  }
}

const openOrders = (database: Database) =>
  database.query<{ salesOrderId: string; stage: string }>(
    "select sales_order_id as \"salesOrderId\", stage from sales_orders where stage not in ('closed', 'cancelled', 'on-hold') limit 5",
  );

async function untilAtRest(database: Database, accepted: ReadonlySet<string>, maxMs: number): Promise<number> {
  const begun = performance.now();
  while (performance.now() - begun < maxMs) {
    if ((await openOrders(database)).length === 0 && accepted.size > 0) break;
    await pause(250);
  }
  return (performance.now() - begun) / 1000;
}

const Doubled = Type.Object({
  doubled: Type.Array(Type.Object({ operation: Type.String(), reference: Type.String(), times: Type.Integer() })),
});

interface Evidence {
  readonly database: Database;
  readonly sandbox: Sandbox;
  readonly accepted: ReadonlySet<string>;
  readonly seed: number;
  readonly deaths: ReadonlyMap<string, number>;
  readonly secondsToRest: number;
}

/** The judge is never the hub itself: counterparties count what was done, not under which key. */
async function judge({ database, sandbox, accepted, seed, deaths, secondsToRest }: Evidence): Promise<StormReport> {
  const violations: string[] = [];
  const rows = await database.query<{ salesOrderId: string; stage: string }>(
    'select sales_order_id as "salesOrderId", stage from sales_orders',
  );
  const known = new Set(rows.map(({ salesOrderId }) => salesOrderId));
  for (const id of accepted) if (!known.has(id)) violations.push(`${id} was acknowledged and is gone.`);
  for (const { salesOrderId, stage } of await openOrders(database))
    violations.push(`${salesOrderId} is ${stage} and does not end.`);
  const { faults } = await checkBooks(database);
  for (const { what, explanation } of faults) violations.push(`books: ${what} ${explanation}`);
  for (const { code, url } of Object.values(sandbox.systems)) {
    const answer: unknown = await (await fetch(`${url}/control/effects?doubled=true`)).json();
    const { doubled } = Value.Parse(Doubled, answer);
    for (const { operation, reference, times } of doubled)
      violations.push(`${code}: ${operation} for ${reference} was done ${times} times.`);
  }
  const parked = await database.query<{ name: string; explanation: string }>(
    "select name, explanation from commands where status = 'parked'",
  );
  for (const { name, explanation } of parked) violations.push(`${name} is parked: ${explanation}`);
  const facts = await database.query<{ explanation: string }>("select explanation from parked_facts");
  for (const { explanation } of facts) violations.push(`a fact is parked: ${explanation}`);
  const states = Object.fromEntries(
    [...Map.groupBy(rows, ({ stage }) => stage)].map(([stage, orders]) => [stage, orders.length]),
  );
  return { seed, accepted: accepted.size, deaths, secondsToRest, states, violations };
}
