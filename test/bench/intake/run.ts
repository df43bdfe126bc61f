import { parseArgs } from "node:util";
import { startBenchCluster } from "../cluster.ts";
import { fillPast, storedParts } from "./past.ts";
import { countStatements, printStatements } from "./statements.ts";
import { runScenario, type Outcome, type Scenario } from "./scenario.ts";
import type { ServerTask } from "./server-node.ts";
import { seedTrade } from "./trade.ts";

const { values: options } = parseArgs({
  options: {
    seconds: { type: "string", default: "8" },
    "warm-up": { type: "string", default: "10" },
    only: { type: "string" },
    way: { type: "string" },
    profile: { type: "string" },
    past: { type: "string" },
    statements: { type: "boolean", default: false },
  },
});

const seconds = Number(options.seconds);
const warmUpSeconds = Number(options["warm-up"]);
const isWanted = (name: string) => !options.only || options.only.split(",").some((part) => name.includes(part));
const ways = (["crossdock", "straightforward"] as const).filter((way) => !options.way || way === options.way);
/** Beside what the least there can be does on this machine today: what a machine is worth changes by the hour. */
const besideBare = !options.way || options.way === "bare";

const cluster = await startBenchCluster(
  options.statements
    ? { shared_preload_libraries: "pg_stat_statements", "pg_stat_statements.track_planning": "on" }
    : {},
);
const PAST_ROUNDS = 2;
let databases = 0;

/** On a fresh copy of the seeded trade. */
async function measure(way: ServerTask["way"], scenario: Scenario): Promise<Outcome> {
  const name = `intake_${(databases += 1)}`;
  const ground = await cluster.freshDatabase(name, "trade");
  try {
    const profile = options.profile ? { profileTo: options.profile } : {};
    if (options.statements) await countStatements(ground.database);
    const outcome = await runScenario(way, scenario, { cluster, ground, seconds, warmUpSeconds, ...profile });
    if (options.statements) await printStatements(ground.database);
    return outcome;
  } finally {
    await ground.database.close();
    await cluster.drop(name);
  }
}

const row = (cells: readonly (string | number)[]) =>
  cells
    .map((cell, index) => (index < 2 ? String(cell).padEnd(index === 0 ? 30 : 17) : String(cell).padStart(11)))
    .join("");

function print(scenario: string, way: string, outcome: Outcome, ratio: number | null): void {
  const { perSecond, p50Ms, p99Ms, nodeMs, postgresMs, walBytes, storedBytes } = outcome;
  console.log(
    row([
      scenario,
      way,
      perSecond.toFixed(0),
      p50Ms.toFixed(1),
      p99Ms.toFixed(1),
      nodeMs.toFixed(3),
      postgresMs.toFixed(3),
      walBytes.toFixed(0),
      storedBytes.toFixed(0),
      ratio === null ? "" : `${ratio.toFixed(2)} x`,
    ]),
  );
}

/** Both ways one after the other under the same load. Answers what the first came to. */
async function sideBySide(scenario: Scenario): Promise<Outcome | null> {
  if (!isWanted(scenario.name)) return null;
  const outcomes = new Map<string, Outcome>();
  for (const way of ways) outcomes.set(way, await measure(way, scenario));
  if (scenario.isBesideBare && besideBare) print(scenario.name, "bare", await measure("bare", scenario), null);
  const plain = outcomes.get("straightforward");
  for (const [way, outcome] of outcomes)
    print(
      scenario.name,
      way,
      outcome,
      plain && scenario.perSecond == null ? outcome.perSecond / plain.perSecond : null,
    );
  return outcomes.get("crossdock") ?? null;
}

/** The rate on empty tables and on full ones, by turns, twice: what a neighbour does to one it then does to the other. */
async function besideThePast(orders: number): Promise<void> {
  const scenario = { name: `${orders} past orders`, connections: 64 };
  const full = await cluster.freshDatabase("past", "trade");
  await runScenario("crossdock", scenario, { cluster, ground: full, seconds: 3, warmUpSeconds: 1 });
  const begun = performance.now();
  await fillPast(full.database, orders);
  const minutes = (performance.now() - begun) / 60_000;
  const parts = await storedParts(full.database);
  const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
  const [count] = await full.database.query<{ orders: number }>("select count(*)::int as orders from sales_orders");
  const each = (of: number) => `${(of / (count?.orders ?? 0)).toFixed(0)} bytes an order`;
  console.log(
    `${count?.orders} past orders take ${(bytes / 1e9).toFixed(1)} GB, ${each(bytes)}; written in ${minutes.toFixed(1)} minutes.`,
  );
  for (const part of parts) console.log(`  ${(part.index ?? part.table).padEnd(50)}${each(part.bytes)}`);
  for (let round = 0; round < PAST_ROUNDS; round += 1) {
    const empty = await measure("crossdock", scenario);
    print("no past orders", "crossdock", empty, null);
    const past = await runScenario("crossdock", scenario, { cluster, ground: full, seconds, warmUpSeconds });
    print(scenario.name, "crossdock", past, past.perSecond / empty.perSecond);
  }
  await full.database.close();
}

try {
  const seeded = await cluster.freshDatabase("trade");
  await seedTrade(seeded.database);
  await seeded.database.close();
  console.log(row(["", "", "orders/s", "p50 ms", "p99 ms", "Node ms", "Postgres ms", "WAL bytes", "stored", "ratio"]));
  const top = await sideBySide({ name: "64 connections", connections: 64, isBesideBare: true });
  await sideBySide({ name: "256 connections", connections: 256, isBesideBare: true });
  await sideBySide({ name: "one hot SKU, 64 connections", connections: 64, isHot: true });
  await sideBySide({ name: "two nodes, 64 connections", connections: 64, nodes: 2 });
  await sideBySide({ name: "50 orders/s", connections: 64, perSecond: 50 });
  if (top && isWanted("half of the top rate")) {
    const half = { name: "half of the top rate", connections: 64, perSecond: Math.round(top.perSecond / 2) };
    print(half.name, "crossdock", await measure("crossdock", half), null);
  }
  if (options.past) await besideThePast(Number(options.past));
} finally {
  await cluster.stop();
}
