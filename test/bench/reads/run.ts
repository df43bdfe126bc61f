import { fork, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { issueToken } from "#governance";
import { createIds, systemClock, type Database } from "#platform";
import { startBenchCluster } from "../cluster.ts";
import { postgresCpuMs } from "../cost.ts";
import { CUSTOMERS, customerOf, seedTrade, SKUS, skuOf } from "../intake/trade.ts";
import type { Load, Outcome } from "./client-node.ts";
import type { ServerSays, ServerTask } from "./server-node.ts";

/** Reads of the hub beside a bare Fastify route that answers as many bytes, in one process and one run. */
const { values: options } = parseArgs({
  options: {
    seconds: { type: "string", default: "5" },
    "warm-up": { type: "string", default: "2" },
    only: { type: "string" },
    profile: { type: "string" },
  },
});
const seconds = Number(options.seconds);
const warmUpSeconds = Number(options["warm-up"]);

interface Scenario {
  readonly name: string;
  readonly asks: "availability" | "prices";
  readonly items: number;
  readonly connections: number;
  readonly perSecond?: number;
  /** How many positions a second change meanwhile. */
  readonly changing?: number;
  /** How many different questions there are; they are asked in turn. */
  readonly questions?: number;
}

const scenarios: readonly Scenario[] = [
  { name: "availability, 1 item", asks: "availability", items: 1, connections: 32 },
  { name: "availability, 20 items", asks: "availability", items: 20, connections: 32 },
  { name: "availability, 200 items", asks: "availability", items: 200, connections: 8 },
  { name: "  the same, 2,000 changes/s", asks: "availability", items: 200, connections: 8, changing: 2_000 },
  { name: "  the same, 100 a second", asks: "availability", items: 200, connections: 8, perSecond: 100 },
  { name: "prices, 5 lines", asks: "prices", items: 5, connections: 32 },
  { name: "prices, 200 lines", asks: "prices", items: 200, connections: 8 },
  { name: "  the same, never asked before", asks: "prices", items: 200, connections: 8, questions: 4_000 },
  { name: "  the same, 100 a second", asks: "prices", items: 200, connections: 8, perSecond: 100 },
];

const any = (below: number) => 1 + Math.floor(Math.random() * below);
const someSkus = (items: number) =>
  [...new Set(Array.from({ length: items * 2 }, () => skuOf(any(SKUS))))].slice(0, items);
const availabilityUrl = (items: number) =>
  `/v1/availability?skus=${someSkus(items).join(",")}&customerNumber=${customerOf(any(CUSTOMERS))}`;
const pricesBody = (items: number) =>
  JSON.stringify({
    customerNumber: customerOf(any(CUSTOMERS)),
    lines: someSkus(items).map((sku, index) => ({
      sku,
      quantity: String(any(200)),
      unitOfMeasure: index % 4 === 0 ? "CS" : "EA",
    })),
  });

function request({ asks, items }: Scenario, authorization: string, folder: string): string {
  const common = `HTTP/1.1\r\nhost: hub\r\nauthorization: ${authorization}\r\n`;
  if (asks === "availability") return `GET ${availabilityUrl(items).replace("/v1", folder)} ${common}\r\n`;
  const body = pricesBody(items);
  return `POST ${folder}/prices ${common}content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
}

const child = (file: string, more: readonly string[] = []): ChildProcess =>
  fork(fileURLToPath(new URL(file, import.meta.url)), {
    execArgv: ["--conditions=source", "--disable-warning=ExperimentalWarning", ...more],
  });
/** What a child says once; one that ends before it says it fails the benchmark. */
const hear = <Says>(from: ChildProcess): Promise<Says> =>
  new Promise((resolve, reject) => {
    from.once("message", (says) => resolve(says as Says));
    from.once("exit", (code) => reject(new Error(`A process ended with code ${code}.`)));
  });

/** Writes to positions until it is told to stop. */
function changePositions(database: Database, perSecond: number): () => Promise<void> {
  const state = { isOver: false };
  const running = (async () => {
    while (!state.isOver) {
      const keys = someSkus(perSecond / 10);
      await database.query(
        "update inventory_positions set allocated = allocated + 1 where sku = any($1) and branch = 'B01'",
        [keys],
      );
      await systemClock.sleep(100);
    }
  })();
  return () => {
    state.isOver = true;
    return running;
  };
}

interface Measured extends Outcome {
  /** Of Postgres, a second. */
  readonly postgresMs: number;
  /** Of the server, an answer. */
  readonly nodeUs: number;
}

const print = (cells: readonly string[]) =>
  console.log(cells.map((cell, index) => (index === 0 ? cell.padEnd(30) : cell.padStart(12))).join(""));

const cluster = await startBenchCluster();
try {
  const { url, database } = await cluster.freshDatabase("reads");
  await seedTrade(database);
  const ids = createIds(systemClock, randomBytes);
  const token = await issueToken(
    { database, clock: systemClock, ids, randomBytes },
    { name: "bench", lifeMs: 3_600_000 },
  );
  const authorization = `Bearer ${token}`;
  print([
    "",
    "hub/s",
    "bare/s",
    "ratio",
    "bytes/s",
    "ratio",
    "hub CPU us",
    "bare CPU us",
    "hub p50 ms",
    "hub p99 ms",
    "bare p99 ms",
    "kB",
    " PG ms/s",
  ]);
  for (const scenario of scenarios.filter(({ name }) => !options.only || name.includes(options.only))) {
    const { items, connections, perSecond = null, changing, questions = 200 } = scenario;
    const server = child(
      "./server-node.ts",
      options.profile ? ["--cpu-prof", `--cpu-prof-dir=${options.profile}`] : [],
    );
    const ready = hear<ServerSays>(server);
    server.send({
      url,
      authorization,
      availabilityUrl: availabilityUrl(items),
      pricesBody: pricesBody(items),
    } satisfies ServerTask);
    const { hubPort, barePort, loadedMs, heapMb } = await ready;
    const stopChanging = changing ? changePositions(database, changing) : null;
    const cpuMs = async (): Promise<number> => {
      const heard = hear<{ readonly cpuMs: number }>(server);
      server.send("cpu");
      return (await heard).cpuMs;
    };
    const measure = async (port: number, folder = "/v1"): Promise<Measured> => {
      const client = child("./client-node.ts");
      const requests = Array.from({ length: questions }, () => request(scenario, authorization, folder));
      const outcome = hear<Outcome>(client);
      const before = { postgres: postgresCpuMs(cluster.pid), node: await cpuMs() };
      client.send({ port, requests, connections, warmUpSeconds, seconds, perSecond } satisfies Load);
      const heard = await outcome;
      // Of the warm-up as well: its answers count by the rate of the rest.
      const took = warmUpSeconds + seconds;
      return {
        ...heard,
        postgresMs: (postgresCpuMs(cluster.pid) - before.postgres) / took,
        nodeUs: (((await cpuMs()) - before.node) / (heard.perSecond * took)) * 1_000,
      };
    };
    // The bare one before and after, so that a machine that grows slower favours nobody.
    const hubAlone = options.profile ? await measure(hubPort) : null;
    const before = hubAlone ?? (await measure(barePort));
    const hub = hubAlone ?? (await measure(hubPort));
    const after = hubAlone ?? (await measure(barePort));
    const bytes = hubAlone ?? (await measure(barePort, "/bytes"));
    await stopChanging?.();
    server.disconnect();
    const ratio = (of: number) => (perSecond === null ? `${((100 * hub.perSecond) / of).toFixed(0)} %` : "");
    const bare = (before.perSecond + after.perSecond) / 2;
    print([
      scenario.name,
      hub.perSecond.toFixed(0),
      bare.toFixed(0),
      ratio(bare),
      bytes.perSecond.toFixed(0),
      ratio(bytes.perSecond),
      hub.nodeUs.toFixed(0),
      ((before.nodeUs + after.nodeUs) / 2).toFixed(0),
      hub.p50Ms.toFixed(1),
      hub.p99Ms.toFixed(1),
      Math.max(before.p99Ms, after.p99Ms).toFixed(1),
      (hub.bytesEach / 1_000).toFixed(1),
      hub.postgresMs.toFixed(0),
    ]);
    if (scenario === scenarios[0])
      console.log(`  (memory loaded in ${loadedMs.toFixed(0)} ms, ${heapMb.toFixed(0)} MB of heap in all)`);
  }
  await database.close();
} finally {
  await cluster.stop();
}
