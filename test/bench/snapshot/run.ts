import { randomBytes } from "node:crypto";
import { parseArgs } from "node:util";
import { createEventLog } from "#events";
import { createIds, openDatabase, systemClock, type Database } from "#platform";
import { takeStockSnapshot } from "#processes";
import { readStockLines } from "#systems";
import { startBenchCluster } from "../cluster.ts";

/** A whole snapshot of stock beside a bare COPY of the same bytes into a plain logged table, with and without a primary key, in turns in one run. */
const { values: options } = parseArgs({
  options: { positions: { type: "string", default: "1000000" }, rounds: { type: "string", default: "3" } },
});
const positions = Number(options.positions);
const rounds = Number(options.rounds);
const BRANCHES = 10;
const CHANGED_EVERY = 100;
const BLOCK_LINES = 20_000;

/** The lines of the snapshot of a round; in each, a further hundredth of the quantities is different from what was known. */
function* blocksOf(round: number): Generator<Buffer> {
  let block = "";
  for (let index = 0; index < positions; index += 1) {
    const sku = `SKU-${String(Math.floor(index / BRANCHES)).padStart(7, "0")}`;
    const isChanged = index % CHANGED_EVERY < round;
    block += `${sku},BR-${index % BRANCHES},${(index % 997) + (isChanged ? 1000 : 0)},${index % 5}\n`;
    if ((index + 1) % BLOCK_LINES === 0 || index + 1 === positions) {
      yield Buffer.from(block);
      block = "";
    }
  }
}

async function* asFile(blocks: readonly Buffer[]): AsyncGenerator<Uint8Array> {
  yield Buffer.from("sku,branch,onHand,safetyStock\n");
  // As a socket or a file delivers them.
  for (const block of blocks) for (let at = 0; at < block.length; at += 65_536) yield block.subarray(at, at + 65_536);
}

async function bareCopy(database: Database, blocks: readonly Buffer[], key: string): Promise<number> {
  await database.query(
    `create table bare (sku text, branch text, on_hand numeric, safety_stock numeric${key && `, ${key}`})`,
  );
  const session = await database.session();
  const begun = performance.now();
  await session.query("begin");
  for (const block of blocks) await session.copyIn("copy bare from stdin (format csv)", block);
  await session.query("commit");
  const seconds = (performance.now() - begun) / 1000;
  await session.close();
  await database.query("drop table bare");
  return seconds;
}

async function seed(database: Database): Promise<void> {
  await database.query(
    `insert into inventory_positions (sku, branch, on_hand, stated_on_hand, safety_stock, source, source_sequence, as_of)
     select 'SKU-' || lpad((i / ${BRANCHES})::text, 7, '0'), 'BR-' || i % ${BRANCHES}, i % 997, i % 997, i % 5, 'erp', 1, now()
       from generate_series(0, $1::integer - 1) i`,
    [positions],
  );
  await database.query("truncate position_changes");
  await database.query("vacuum analyze inventory_positions");
}

const walAt = async (database: Database) =>
  Number((await database.query<{ at: string }>("select pg_current_wal_lsn() - '0/0' as at"))[0]?.at);
const eventsIn = async (database: Database) =>
  Number((await database.query<{ count: string }>("select count(*) as count from events"))[0]?.count);
const rate = (seconds: number) => `${Math.round(positions / seconds).toLocaleString("en")} rows/s`;
const middle = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
const MB = 1024 * 1024;

async function round(database: Database, number: number) {
  const blocks = [...blocksOf(number)];
  const bare = await bareCopy(database, blocks, "");
  const keyed = await bareCopy(database, blocks, "primary key (sku, branch)");
  await database.query("checkpoint");
  const [wal, events] = [await walAt(database), await eventsIn(database)];
  const memoryBefore = process.memoryUsage.rss();
  let memoryMax = 0;
  const watch = setInterval(() => (memoryMax = Math.max(memoryMax, process.memoryUsage.rss())), 20);
  const ids = createIds(systemClock, randomBytes);
  const begun = performance.now();
  const result = await takeStockSnapshot(
    {
      database,
      eventLog: createEventLog({ ids, clock: systemClock, source: "bench", routes: [] }),
      clock: systemClock,
      ids,
      missingPositions: "left-alone",
    },
    { source: "erp", branches: null, sequence: String(number + 1), asOf: new Date() },
    readStockLines(asFile(blocks)),
  );
  const taken = (performance.now() - begun) / 1000;
  clearInterval(watch);
  const walMb = ((await walAt(database)) - wal) / MB;
  const told = (await eventsIn(database)) - events;
  const bytes = blocks.reduce((sum, block) => sum + block.length, 0) / MB;
  console.log(
    `${number}: bare COPY ${rate(bare)}, with a primary key ${rate(keyed)}; snapshot ${rate(taken)}, ${result.changed} changed, ${told} events, ` +
      `WAL ${walMb.toFixed(0)} MB, memory of Node at most ${(memoryMax / MB).toFixed(0)} MB (before it ${(memoryBefore / MB).toFixed(0)} MB, with the ${bytes.toFixed(0)} MB of the file held by the benchmark)`,
  );
  return { bare, keyed, taken };
}

const cluster = await startBenchCluster();
try {
  const { url, database: first } = await cluster.freshDatabase("snapshot");
  await first.close();
  const database = openDatabase({ url, maxConnections: 4 });
  console.log(`${positions.toLocaleString("en")} positions, 1 % changed`);
  await seed(database);
  const times: Awaited<ReturnType<typeof round>>[] = [];
  for (let number = 1; number <= rounds; number += 1) times.push(await round(database, number));
  const share = (of: "bare" | "keyed") => `${Math.round(100 * middle(times.map((time) => time[of] / time.taken)))} %`;
  console.log(`The snapshot has ${share("keyed")} of the speed of a bare COPY into a table with a primary key,`);
  console.log(`${share("bare")} of one into a table with no key at all (middle of ${rounds} rounds).`);
  await database.close();
} finally {
  await cluster.stop();
}
