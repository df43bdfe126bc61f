import type { ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { checkBooks } from "#domains";
import { issueToken } from "#governance";
import { createIds, systemClock, type Database, type Queryable } from "#platform";
import type { BenchCluster, BenchDatabase } from "../cluster.ts";
import { startChild } from "../child.ts";
import { postgresCpuMs, stolenTime, walPosition } from "../cost.ts";
import { judgeBare } from "./bare.ts";
import type { ClientHears, ClientSays, Load, Turn } from "./client-node.ts";
import type { ServerSays, ServerTask } from "./server-node.ts";

export interface Scenario {
  readonly connections: number;
  readonly isHot?: boolean;
  /** Null: as fast as it goes. */
  readonly perSecond?: number | null;
  readonly nodes?: number;
}

/** What a turn came to; costs are for each order answered in it. */
export interface TurnOutcome {
  readonly perSecond: number;
  readonly nodeMs: number;
  readonly postgresMs: number;
  readonly walBytes: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** The part of the machine that others had, of one. Whoever waits for a processor that is away waits with everybody else. */
  readonly stolen: number;
}

/** What all turns came to. */
export interface Judged {
  /** Of all tables that grow with orders, indexes included, for each order. */
  readonly storedBytes: number;
}

/** One way of taking orders, up and connected; it does nothing between its turns. */
export interface Contender {
  turn(turn: Turn): Promise<TurnOutcome>;
  /** Ends it. Every acknowledged order must be there and the books balance. */
  judge(): Promise<Judged>;
}

export interface ContenderContext {
  readonly cluster: BenchCluster;
  readonly ground: BenchDatabase;
  /** Which must balance in the end: those of the ground, or of what came after its past. */
  readonly books?: Queryable;
  /** Where CPU profiles of the hub nodes go. */
  readonly profileTo?: string;
}

/** The next message of a kind; a child that ends before it says so fails the benchmark. */
const hear = <Says extends { readonly is: string }, Is extends Says["is"]>(
  from: ChildProcess,
  is: Is,
): Promise<Extract<Says, { readonly is: Is }>> =>
  new Promise((resolve, reject) => {
    const ended = (code: number | null) => reject(new Error(`A process ended with code ${code} before it was ${is}.`));
    const listen = (says: Says) => {
      if (says.is !== is) return;
      from.off("message", listen);
      from.off("exit", ended);
      resolve(says as Extract<Says, { readonly is: Is }>);
    };
    from.on("message", listen);
    from.once("exit", ended);
  });

async function startNode(task: ServerTask, profileTo?: string) {
  const profiling = profileTo ? ["--cpu-prof", `--cpu-prof-dir=${profileTo}`] : [];
  const node = startChild(new URL("server-node.ts", import.meta.url), profiling);
  node.send(task);
  const { port } = await hear<ServerSays, "listening">(node, "listening");
  return {
    port,
    async cpuMs(): Promise<number> {
      const heard = hear<ServerSays, "cpu">(node, "cpu");
      node.send("cpu");
      return (await heard).ms;
    },
    async stop(): Promise<void> {
      const ended = new Promise((resolve) => node.once("exit", resolve));
      node.send("stop");
      await ended;
    },
  };
}

const tokenFor = (database: Database): Promise<string> =>
  issueToken(
    { database, clock: systemClock, ids: createIds(systemClock, randomBytes), randomBytes },
    { name: `bench-${randomBytes(4).toString("hex")}`, lifeMs: 3_600_000 },
  );

/** One way of taking orders under one load, on a database as it stands. */
export async function openContender(
  way: ServerTask["way"],
  { connections, isHot = false, perSecond = null, nodes = 1 }: Scenario,
  { cluster, ground, books = ground.database, profileTo }: ContenderContext,
): Promise<Contender> {
  const { database, url } = ground;
  const running = await Promise.all(Array.from({ length: nodes }, () => startNode({ url, way }, profileTo)));
  const load: Load = {
    ports: running.map(({ port }) => port),
    token: await tokenFor(database),
    connections,
    perSecond,
    prefix: randomBytes(4).toString("hex"),
    isHot,
  };
  await database.query("checkpoint");
  const storedBefore = await storedBytes(database);
  const client = startChild(new URL("client-node.ts", import.meta.url));
  client.send(load);
  const cost = async () => ({
    nodeMs: (await Promise.all(running.map((node) => node.cpuMs()))).reduce((sum, ms) => sum + ms, 0),
    postgresMs: postgresCpuMs(cluster.pid),
    walBytes: await walPosition(database),
    ...stolenTime(),
  });
  return {
    async turn(turn) {
      const [warm, done, settled] = [
        hear<ClientSays, "warm">(client, "warm"),
        hear<ClientSays, "done">(client, "done"),
        hear<ClientSays, "settled">(client, "settled"),
      ];
      client.send(turn satisfies ClientHears);
      await warm;
      const before = await cost();
      const { answered, seconds, p50Ms, p99Ms } = await done;
      const after = await cost();
      await settled;
      const each = (what: keyof typeof before) => (after[what] - before[what]) / Math.max(1, answered);
      return {
        perSecond: answered / seconds,
        nodeMs: each("nodeMs"),
        postgresMs: each("postgresMs"),
        walBytes: each("walBytes"),
        p50Ms,
        p99Ms,
        stolen: (after.stolen - before.stolen) / (after.all - before.all),
      };
    },
    async judge() {
      const judged = hear<ClientSays, "judged">(client, "judged");
      client.send("judge" satisfies ClientHears);
      const { acknowledged, refused } = await judged;
      client.disconnect();
      await Promise.all(running.map((node) => node.stop()));
      if (way === "bare") await judgeBare(database, acknowledged.length);
      else await judge(database, books, way, acknowledged, refused);
      const stored = (await storedBytes(database)) - storedBefore;
      return { storedBytes: stored / Math.max(1, acknowledged.length) };
    },
  };
}

const growing = ["sales_orders", "sales_order_lines", "allocations", "sales_order_holds", "events", "process_facts"];
async function storedBytes(database: Database): Promise<number> {
  const [row] = await database.query<{ bytes: string }>(
    "select sum(pg_total_relation_size(name::regclass)) as bytes from unnest($1::text[]) name",
    [growing],
  );
  return Number(row?.bytes);
}

async function judge(
  database: Database,
  books: Queryable,
  way: string,
  acknowledged: readonly string[],
  refused: Readonly<Record<string, number>>,
): Promise<void> {
  if (Object.keys(refused).length > 0) throw new Error(`${way} refused orders: ${JSON.stringify(refused)}.`);
  const [found] = await database.query<{ lost: number }>(
    `select count(*)::int as lost from jsonb_array_elements_text($1::jsonb) as number
      where not exists (select 1 from sales_orders where channel_order_number = number and channel = 'web-shop')`,
    [JSON.stringify(acknowledged)],
  );
  if (found?.lost !== 0) throw new Error(`${way} lost ${found?.lost} acknowledged orders.`);
  const [met] = await database.query<{ deadlocks: string }>(
    "select deadlocks from pg_stat_database where datname = current_database()",
  );
  if (Number(met?.deadlocks) > 0) throw new Error(`${way} met ${met?.deadlocks} deadlocks.`);
  const { balanced, faults } = await checkBooks(books);
  if (!balanced) throw new Error(`${way} left the books off: ${JSON.stringify(faults.slice(0, 5))}.`);
}
