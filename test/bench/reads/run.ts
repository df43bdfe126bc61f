import type { ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { issueToken } from "#governance";
import { createIds, systemClock, type Database } from "#platform";
import { startChild } from "../child.ts";
import { startBenchCluster } from "../cluster.ts";
import { postgresCpuMs } from "../cost.ts";
import { inRounds, median, ratios } from "../rounds.ts";
import { CONTRACTS_EACH, contractSku, CUSTOMERS, customerOf, seedTrade, SKUS, skuOf } from "../intake/trade.ts";
import type { Load, Outcome, Turn } from "./client-node.ts";
import type { ServerSays, ServerTask } from "./server-node.ts";

/**
 * Reads of the hub beside a bare Fastify route that answers as many bytes: in one process, by turns in short rounds. What a neighbour does to the machine he
 * does to both, and the ratio of a round does not know of him; how far the ratios of the rounds lie apart says what one of them is worth.
 */
const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "15" },
    seconds: { type: "string", default: "0.5" },
    "warm-up": { type: "string", default: "3" },
    only: { type: "string" },
    way: { type: "string" },
    profile: { type: "string" },
    beside: { type: "string" },
  },
});
const rounds = Number(options.rounds);
const seconds = Number(options.seconds);
const warmUpSeconds = Number(options["warm-up"]);
/** Who is asked in a round; one alone for a profile of it. `beside`: the hub of another checkout, whose folder is given, in a process of its own. */
const ways = (["hub", "bare", "bytes", "beside"] as const).filter((way) =>
  options.way ? way === options.way : way !== "beside" || options.beside !== undefined,
);
type Way = (typeof ways)[number];

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
  /** No price is asked again before more others were than the hub keeps the words of. */
  readonly isFirst?: true;
}

const scenarios: readonly Scenario[] = [
  { name: "availability, 1 item", asks: "availability", items: 1, connections: 32 },
  { name: "availability, 20 items", asks: "availability", items: 20, connections: 32 },
  { name: "availability, 200 items", asks: "availability", items: 200, connections: 8 },
  { name: "  the same, 2,000 changes/s", asks: "availability", items: 200, connections: 8, changing: 2_000 },
  { name: "  the same, 100 a second", asks: "availability", items: 200, connections: 8, perSecond: 100 },
  { name: "prices, 5 lines", asks: "prices", items: 5, connections: 32 },
  {
    name: "  5, never asked before",
    asks: "prices",
    items: 5,
    connections: 32,
    questions: 40_000,
    isFirst: true,
  },
  { name: "prices, 200 lines", asks: "prices", items: 200, connections: 8 },
  { name: "  200, never asked before", asks: "prices", items: 200, connections: 8, questions: 4_000 },
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

/** Every customer asks for the next of his own prices, one customer after the other; when all have asked for all, they do so by the case. */
function ownPricesBody(items: number, question: number): string {
  const customer = 1 + (question % CUSTOMERS);
  const turn = Math.floor(question / CUSTOMERS) * items;
  const unitOfMeasure = turn < CONTRACTS_EACH ? "EA" : "CS";
  const lines = Array.from({ length: items }, (_, index) => ({
    sku: contractSku(customer, 1 + ((turn + index) % CONTRACTS_EACH)),
    quantity: String(any(200)),
    unitOfMeasure,
  }));
  return JSON.stringify({ customerNumber: customerOf(customer), lines });
}

const bodyOf = ({ items, isFirst }: Scenario, question: number): string =>
  isFirst ? ownPricesBody(items, question) : pricesBody(items);

function request(scenario: Scenario, authorization: string, question: number): string {
  const common = `HTTP/1.1\r\nhost: hub\r\nauthorization: ${authorization}\r\n`;
  if (scenario.asks === "availability") return `GET ${availabilityUrl(scenario.items)} ${common}\r\n`;
  const body = bodyOf(scenario, question);
  return `POST /v1/prices ${common}content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
}

/** What a child says once; one that ends before it says it fails the benchmark. */
const hear = <Says>(from: ChildProcess): Promise<Says> =>
  new Promise((resolve, reject) => {
    const ended = (code: number | null): void => reject(new Error(`A process ended with code ${code}.`));
    from.once("exit", ended);
    from.once("message", (says) => {
      from.off("exit", ended);
      resolve(says as Says);
    });
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
  /** Of the server, an answer. */
  readonly nodeUs: number;
  /** Of Postgres, a second. */
  readonly postgresMs: number;
}

async function startServer(file: URL, task: ServerTask) {
  const profiling = options.profile ? ["--cpu-prof", `--cpu-prof-dir=${options.profile}`] : [];
  const server = startChild(file, profiling);
  const ready = hear<ServerSays>(server);
  server.send(task);
  const says = await ready;
  async function cpuMs(): Promise<number> {
    const heard = hear<{ readonly cpuMs: number }>(server);
    server.send("cpu");
    return (await heard).cpuMs;
  }
  return { ...says, cpuMs, stop: () => server.disconnect() };
}

const serverOf = (checkout: string): URL =>
  new URL("test/bench/reads/server-node.ts", pathToFileURL(`${resolve(checkout)}/`));

/** One process that serves, or two where one is beside it, and one that asks. */
async function startPair(scenario: Scenario, url: string, authorization: string) {
  const { items, connections, perSecond = null, questions = 200 } = scenario;
  const task = { url, authorization, availabilityUrl: availabilityUrl(items), pricesBody: bodyOf(scenario, 0) };
  const own = await startServer(new URL("server-node.ts", import.meta.url), task);
  const beside = options.beside === undefined ? own : await startServer(serverOf(options.beside), task);
  const client = startChild(new URL("client-node.ts", import.meta.url));
  const listens = hear(client);
  const requests = Array.from({ length: questions }, (_, question) => request(scenario, authorization, question));
  client.send({ requests, connections, perSecond } satisfies Load);
  await listens;
  async function turn(way: Way, lasting: number): Promise<Measured> {
    const [server, port] = way === "beside" ? [beside, beside.ports.hub] : [own, own.ports[way]];
    const before = { node: await server.cpuMs(), postgres: postgresCpuMs(cluster.pid) };
    const heard = hear<Outcome>(client);
    client.send({ port, seconds: lasting } satisfies Turn);
    const outcome = await heard;
    const nodeUs = (((await server.cpuMs()) - before.node) / outcome.latenciesMs.length) * 1_000;
    return { ...outcome, nodeUs, postgresMs: (postgresCpuMs(cluster.pid) - before.postgres) / lasting };
  }
  function stop(): void {
    client.disconnect();
    for (const server of new Set([own, beside])) server.stop();
  }
  return { turn, stop, loadedMs: own.loadedMs, heapMb: own.heapMb };
}

type Taken = ReadonlyMap<Way, readonly Measured[]>;

/** All are warm before anybody is measured. */
async function takeTurns({ turn }: Awaited<ReturnType<typeof startPair>>): Promise<Taken> {
  for (const way of ways) await turn(way, warmUpSeconds);
  return inRounds(ways, rounds, (way) => turn(way, seconds));
}

const quantile = (values: readonly number[], part: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
};
const percent = (part: number): string => (100 * part).toFixed(0);

/** The median of the rounds' ratios, and between which they lie. */
function ratio(hub: readonly number[], other: readonly number[]): string {
  if (other.length === 0) return "";
  const { median: middle, least, most } = ratios(hub, other);
  return `${percent(middle)} % (${percent(least)}-${percent(most)})`;
}

const rates = (of: readonly Measured[]) => of.map(({ perSecond }) => perSecond);
/** How many answers a second of CPU is good for: of both ratios more is better. */
const worths = (of: readonly Measured[]) => of.map(({ nodeUs }) => 1 / nodeUs);

const RATIO_WIDTH = 17;
const columns: readonly (readonly [name: string, width: number])[] = [
  ["hub/s", 9],
  ["bare/s", 9],
  ["of bare", RATIO_WIDTH],
  ["by CPU", RATIO_WIDTH],
  ["of bytes", RATIO_WIDTH],
  ["by CPU", RATIO_WIDTH],
  ["hub us", 9],
  ["bare us", 9],
  ["hub ms", 11],
  ["bare ms", 11],
  ["kB", 7],
  ["PG ms/s", 9],
  ...(options.beside === undefined
    ? []
    : ([
        ["of beside", RATIO_WIDTH],
        ["by CPU", RATIO_WIDTH],
      ] as const)),
];
const print = (name: string, cells: readonly string[]) =>
  console.log(name.padEnd(31) + columns.map(([, width], index) => (cells[index] ?? "").padStart(width)).join(""));

function printRow({ name, perSecond }: Scenario, taken: Taken): void {
  const measured = (way: Way) => taken.get(way) ?? [];
  const [hub, bare] = [measured("hub"), measured("bare")];
  const rate = (of: readonly Measured[]) => median(rates(of)).toFixed(0);
  const us = (of: readonly Measured[]) => median(of.map(({ nodeUs }) => nodeUs)).toFixed(0);
  const ms = (of: readonly Measured[]) => {
    const all = of.flatMap(({ latenciesMs }) => latenciesMs);
    return `${quantile(all, 0.5).toFixed(1)}/${quantile(all, 0.99).toFixed(1)}`;
  };
  // Who is asked so many times a second answers as often.
  const ratiosTo = (other: readonly Measured[]) => [
    perSecond === undefined ? ratio(rates(hub), rates(other)) : "",
    ratio(worths(hub), worths(other)),
  ];
  const kilobytes = ((hub[0]?.bytesEach ?? 0) / 1_000).toFixed(1);
  const postgres = median(hub.map(({ postgresMs }) => postgresMs)).toFixed(0);
  const times = [us(hub), us(bare), ms(hub), ms(bare), kilobytes, postgres];
  const [toBare, toBytes, toBeside] = [ratiosTo(bare), ratiosTo(measured("bytes")), ratiosTo(measured("beside"))];
  print(name, [rate(hub), rate(bare), ...toBare, ...toBytes, ...times, ...toBeside]);
}

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
  console.log(
    `${rounds} rounds of ${seconds} s each way. "us": of CPU, an answer. "ms": p50/p99. Ratios are of rates and, "by CPU", of answers for as much of it.`,
  );
  print(
    "",
    columns.map(([name]) => name),
  );
  const wanted = scenarios.filter(({ name }) => !options.only || name.includes(options.only));
  for (const scenario of wanted) {
    const pair = await startPair(scenario, url, authorization);
    const stopChanging = scenario.changing ? changePositions(database, scenario.changing) : null;
    const taken = await takeTurns(pair);
    await stopChanging?.();
    pair.stop();
    printRow(scenario, taken);
    if (scenario === wanted[0])
      console.log(`  (memory loaded in ${pair.loadedMs.toFixed(0)} ms, ${pair.heapMb.toFixed(0)} MB of heap in all)`);
  }
  await database.close();
} finally {
  await cluster.stop();
}
