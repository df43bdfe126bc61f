import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openDatabase, type Database } from "#platform";
import { startChild } from "../child.ts";
import { startBenchCluster } from "../cluster.ts";
import { postgresCpuMs, walPosition } from "../cost.ts";
import type { TakerSays, TakerTask } from "./taker-node.ts";

/**
 * A whole snapshot of stock, from a file to the last event, beside a bare COPY of the same rows into a plain logged table, with the key that positions have and
 * without one, in turns in one run. The snapshot is taken by a process of its own, so that its memory can be told.
 */
const { values: options } = parseArgs({
  options: { positions: { type: "string", default: "1000000" }, rounds: { type: "string", default: "3" } },
});
const positions = Number(options.positions);
const rounds = Number(options.rounds);
const BRANCHES = 10;
const CHANGED_EVERY = 100;
const BLOCK_LINES = 20_000;
const MB = 1024 * 1024;

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

// V8 sizes what it leaves lying about by the memory of the machine: bound here, so that the figure is of the snapshot and not of the machine.
const taker = startChild(new URL("./taker-node.ts", import.meta.url), ["--max-semi-space-size=16"]);

function takeSnapshot(task: TakerTask): Promise<TakerSays> {
  taker.send(task);
  return new Promise((resolve, reject) => {
    taker.once("message", resolve);
    taker.once("exit", (code) => reject(new Error(`The process that takes snapshots ended with ${code}.`)));
  });
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

const eventsIn = async (database: Database) =>
  Number((await database.query<{ count: string }>("select count(*) as count from events"))[0]?.count);
const rate = (seconds: number) => `${Math.round(positions / seconds).toLocaleString("en")} rows/s`;
const middle = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

async function round(database: Database, url: string, folder: string, number: number) {
  const blocks = [...blocksOf(number)];
  const file = join(folder, "snapshot.csv");
  writeFileSync(file, Buffer.concat([Buffer.from("sku,branch,onHand,safetyStock\n"), ...blocks]));
  const bare = await bareCopy(database, blocks, "");
  const keyed = await bareCopy(database, blocks, "primary key (sku, branch)");
  await database.query("checkpoint");
  const [wal, events, cpu] = [await walPosition(database), await eventsIn(database), postgresCpuMs(cluster.pid)];
  const { result, seconds, memoryBytes, cpuMs } = await takeSnapshot({ url, file, sequence: String(number + 1) });
  const told = (await eventsIn(database)) - events;
  const logMb = ((await walPosition(database)) - wal) / MB;
  const postgresSeconds = (postgresCpuMs(cluster.pid) - cpu) / 1000;
  console.log(
    `${number}: bare COPY with a key ${rate(keyed)}, without ${rate(bare)}; snapshot ${rate(seconds)}, ${result.changed} changed, ${told} events, ` +
      `log ${logMb.toFixed(0)} MB, CPU ${(cpuMs / 1000).toFixed(2)} s of Node and ${postgresSeconds.toFixed(2)} s of PostgreSQL, memory at most ${(memoryBytes / MB).toFixed(0)} MB`,
  );
  if (result.changed !== told) throw new Error(`${result.changed} positions changed, and ${told} events tell of it.`);
  return { bare, keyed, taken: seconds };
}

const cluster = await startBenchCluster();
const folder = mkdtempSync(join(tmpdir(), "crossdock-snapshot-"));
try {
  const { url, database: first } = await cluster.freshDatabase("snapshot");
  await first.close();
  const database = openDatabase({ url, maxConnections: 4 });
  console.log(`${positions.toLocaleString("en")} positions, 1 % changed`);
  await seed(database);
  const times: Awaited<ReturnType<typeof round>>[] = [];
  for (let number = 1; number <= rounds; number += 1) times.push(await round(database, url, folder, number));
  const share = (of: "bare" | "keyed") => `${Math.round(100 * middle(times.map((time) => time[of] / time.taken)))} %`;
  console.log(`The snapshot has ${share("keyed")} of the speed of a bare COPY into a table with the positions' key,`);
  console.log(`${share("bare")} of one into a table with no key at all (middle of ${rounds} rounds).`);
  await database.close();
} finally {
  taker.disconnect();
  rmSync(folder, { recursive: true, force: true });
  await cluster.stop();
}
