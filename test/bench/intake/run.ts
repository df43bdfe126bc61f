import { parseArgs } from "node:util";
import type { Database } from "#platform";
import { startBenchCluster } from "../cluster.ts";
import { ratios } from "../rounds.ts";
import { openPast, storedParts } from "./past.ts";
import { countStatements, printStatements } from "./statements.ts";
import { openContender, type Scenario } from "./scenario.ts";
import type { ServerTask } from "./server-node.ts";
import { seedTrade } from "./trade.ts";
import { takeTurns, type Taken } from "./turns.ts";

const { values: options } = parseArgs({
  options: {
    seconds: { type: "string", default: "4" },
    rounds: { type: "string", default: "5" },
    "warm-up": { type: "string", default: "8" },
    only: { type: "string" },
    way: { type: "string" },
    profile: { type: "string" },
    past: { type: "string" },
    "keep-past": { type: "string" },
    statements: { type: "boolean", default: false },
  },
});

const rounds = {
  rounds: Number(options.rounds),
  seconds: Number(options.seconds),
  warmUpSeconds: Number(options["warm-up"]),
};
const isWanted = (name: string) => !options.only || options.only.split(",").some((part) => name.includes(part));
const asked = options.way?.split(",");
const isAsked = (way: string) => !asked || asked.includes(way);

const settings: Readonly<Record<string, string>> = options.statements
  ? { shared_preload_libraries: "pg_stat_statements", "pg_stat_statements.track_planning": "on" }
  : {};
const cluster = await startBenchCluster(settings);
let databases = 0;

interface Entrant {
  readonly name: string;
  readonly way: ServerTask["way"];
  readonly scenario: Scenario;
}

/** By turns, each on a fresh copy of the seeded trade. */
async function measure(entrants: readonly Entrant[]): Promise<ReadonlyMap<string, Taken>> {
  const grounds = await Promise.all(
    entrants.map(async (entrant) => {
      const database = `intake_${(databases += 1)}`;
      return { ...entrant, database, ground: await cluster.freshDatabase(database, "trade") };
    }),
  );
  try {
    const profile = options.profile ? { profileTo: options.profile } : {};
    const contenders = await Promise.all(
      grounds.map(async ({ name, way, scenario, ground }) => {
        if (options.statements) await countStatements(ground.database);
        return [name, await openContender(way, scenario, { cluster, ground, ...profile })] as const;
      }),
    );
    const taken = await takeTurns(new Map(contenders), rounds);
    if (options.statements) for (const { ground } of grounds) await printStatements(ground.database);
    return taken;
  } finally {
    for (const { database, ground } of grounds) {
      await ground.database.close();
      await cluster.drop(database);
    }
  }
}

const print = ([scenario, way, ...figures]: readonly string[]) =>
  console.log(`${scenario?.padEnd(30)}${way?.padEnd(17)}${figures.map((figure) => figure.padStart(11)).join("")}`);

function printTaken(scenario: string, way: string, taken: Taken, beside?: Taken): void {
  const { perSecond, p50Ms, p99Ms, worstP99Ms, nodeMs, postgresMs, walBytes, storedBytes, stolen } = taken;
  const waits = [p50Ms, p99Ms, worstP99Ms].map((ms) => ms.toFixed(1));
  const milliseconds = [...waits, nodeMs.toFixed(3), postgresMs.toFixed(3)];
  const ratio = beside && ratios(taken.ratesByRound, beside.ratesByRound);
  print([
    scenario,
    way,
    perSecond.toFixed(0),
    ...milliseconds,
    walBytes.toFixed(0),
    storedBytes.toFixed(0),
    `${(stolen * 100).toFixed(1)} %`,
    ratio ? `${ratio.median.toFixed(2)} x` : "",
    ratio ? `${ratio.least.toFixed(2)} to ${ratio.most.toFixed(2)}`.padStart(16) : "",
  ]);
}

/** Answers what the first came to. The last ratio is the rate of each by that of the one named. */
async function sideBySide(name: string, entrants: readonly Entrant[], beside?: string): Promise<Taken | undefined> {
  const asked = entrants.filter(({ way }) => isAsked(way));
  if (!isWanted(name) || asked.length === 0) return undefined;
  const taken = await measure(asked);
  for (const [entrant, outcome] of taken) printTaken(name, entrant, outcome, taken.get(beside ?? ""));
  return [...taken.values()][0];
}

const inWays = (scenario: Scenario, ...ways: readonly ServerTask["way"][]): readonly Entrant[] =>
  ways.map((way) => ({ name: way, way, scenario }));

/** Two hub nodes take no fewer than one does. */
const oneAndTwoNodes = (connections: number): readonly Entrant[] => [
  { name: "two nodes", way: "crossdock", scenario: { connections, nodes: 2 } },
  { name: "one node", way: "crossdock", scenario: { connections } },
];

/** The rate on full tables beside that on empty ones. */
async function besideThePast(orders: number): Promise<void> {
  const scenario = { connections: 64 };
  const past = await openPast({ orders, settings, keptIn: options["keep-past"] });
  try {
    await printStored(past.ground.database);
    const empty = await past.cluster.freshDatabase("no_past", "trade");
    const contenders = new Map([
      ["full", await openContender("crossdock", scenario, past)],
      ["empty", await openContender("crossdock", scenario, { cluster: past.cluster, ground: empty })],
    ]);
    const taken = await takeTurns(contenders, rounds);
    for (const [name, outcome] of taken) printTaken(`${orders} past orders`, name, outcome, taken.get("empty"));
    await empty.database.close();
    await past.cluster.drop("no_past");
  } finally {
    await past.close();
  }
}

async function printStored(database: Database): Promise<void> {
  const parts = await storedParts(database);
  const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
  const [count] = await database.query<{ orders: number }>("select count(*)::int as orders from sales_orders");
  const each = (of: number) => `${(of / (count?.orders ?? 0)).toFixed(0)} bytes an order`;
  console.log(`${count?.orders} orders take ${(bytes / 1e9).toFixed(1)} GB, ${each(bytes)}.`);
  for (const part of parts) console.log(`  ${(part.index ?? part.table).padEnd(50)}${each(part.bytes)}`);
}

try {
  const seeded = await cluster.freshDatabase("trade");
  await seedTrade(seeded.database);
  await seeded.database.close();
  await cluster.growOld();
  print([
    "",
    "",
    "orders/s",
    "p50 ms",
    "p99 ms",
    "worst",
    "Node ms",
    "Postgres ms",
    "WAL bytes",
    "stored",
    "stolen",
    "ratio",
    "   least to most",
  ]);
  const all = ["crossdock", "straightforward", "bare"] as const;
  const both = ["crossdock", "straightforward"] as const;
  const top = await sideBySide("64 connections", inWays({ connections: 64 }, ...all), "straightforward");
  await sideBySide("256 connections", inWays({ connections: 256 }, ...all), "straightforward");
  await sideBySide("one hot SKU, 64 connections", inWays({ connections: 64, isHot: true }, ...both), "straightforward");
  await sideBySide("two nodes, 64 connections", oneAndTwoNodes(64), "one node");
  await sideBySide("two nodes, 256 connections", oneAndTwoNodes(256), "one node");
  await sideBySide("50 orders/s", inWays({ connections: 64, perSecond: 50 }, ...both));
  if (top) {
    const half = { connections: 64, perSecond: Math.round(top.perSecond / 2) };
    await sideBySide("half of the top rate", inWays(half, "crossdock"));
  }
  if (options.past) await besideThePast(Number(options.past));
} finally {
  await cluster.stop();
}
