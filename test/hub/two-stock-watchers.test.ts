import { mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { liveNodes, openDatabase, systemClock } from "#platform";
import { afterAll, expect, it } from "vitest";
import { runningHub } from "./running-hub.ts";

const folder = await mkdtemp(join(tmpdir(), "crossdock-stock-"));
afterAll(() => rm(folder, { recursive: true, force: true }));
const hub = await runningHub({ stock: { sources: ["counts"], folders: [{ folder, source: "counts" }] } });
const { database } = hub;

/** More than are written at once, so that a node can die between. */
const SKUS = Array.from({ length: 1200 }, (_, index) => `COUNTED-${String(index).padStart(4, "0")}`);
const LAST = SKUS.at(-1) ?? "";
/** As often as a node looks into the folder, and twice more. */
const LOOKS_MS = 6000;

const stating = (onHand: number) => `sku,branch,onHand\n${SKUS.map((sku) => `${sku},ATL,${onHand}\n`).join("")}`;

async function drop(name: string, text: string): Promise<void> {
  await writeFile(join(folder, `${name}.tmp`), text);
  await rename(join(folder, `${name}.tmp`), join(folder, name));
}
const reportOf = (name: string) =>
  hub.until(`${name} is taken`, null, () =>
    readFile(join(folder, "taken", `${name}.report.json`), "utf8").then(
      (text) => JSON.parse(text) as { readonly status: string; readonly changed: number },
      () => null,
    ),
  );

/** What became of each reading of the file, the first one first; null: it did not end. */
async function readingsOf(name: string): Promise<readonly (string | null)[]> {
  const rows = await database.query<{ outcome: string | null }>(
    "select outcome from stock_snapshots where sent_by like '%' || $1 || '%' order by snapshot_id",
    [name],
  );
  return rows.map(({ outcome }) => outcome);
}
const countOf = async (statement: string): Promise<number> =>
  (await database.query<{ count: number }>(`select count(*)::int as count ${statement}`))[0]?.count ?? 0;
const written = (onHand: number) =>
  countOf(`from inventory_positions where sku like 'COUNTED-%' and on_hand = ${onHand}`);
const told = () => countOf("from events where subject like 'COUNTED-%'");

/** The eldest loses its session; it comes back as the youngest. */
async function makeWay(): Promise<void> {
  await database.query(
    `select pg_terminate_backend(pid) from pg_locks
      where locktype = 'advisory' and objsubid = 2 and objid = $1 and database = (select oid from pg_database where datname = current_database())`,
    [(await liveNodes(database))[0]],
  );
}

it(
  "a stock file is taken once, by the eldest of two nodes, and by the other one when that dies half-way",
  { timeout: 120_000 },
  async () => {
    await drop("stock-1.csv", stating(5));
    expect(await reportOf("stock-1.csv")).toMatchObject({ status: "applied", changed: SKUS.length });

    const mortal = hub.mortalNode();
    const elsewhere = openDatabase({ url: database.url, maxConnections: 1, applicationName: "somebody at a shelf" });
    const shelf = await elsewhere.session();
    try {
      expect(await mortal.up(60_000)).toBe(true);
      const [here, there] = await liveNodes(database);
      await makeWay();
      await hub.until("the other node is the eldest", null, async () => {
        const [eldest, youngest] = await liveNodes(database);
        return eldest === there && youngest !== undefined && youngest !== here;
      });

      await shelf.query("begin");
      await shelf.query(`select 1 from inventory_positions where sku = '${LAST}' for update`);
      await drop("stock-2.csv", stating(6));
      await hub.until("half of it is written", null, async () => (await written(6)) > 0);
      await systemClock.sleep(LOOKS_MS);
      expect(await readingsOf("stock-2.csv")).toEqual([null]);

      mortal.kill();
      await hub.until("the other one begins", null, async () => (await readingsOf("stock-2.csv")).length > 1);
      expect(await written(6)).toBeLessThan(SKUS.length);
      await shelf.query("rollback");
      expect(await reportOf("stock-2.csv")).toMatchObject({ status: "applied" });
      expect(await readingsOf("stock-2.csv")).toEqual([null, "applied"]);
      // Of what the dead one had written nothing is told again.
      expect([await written(6), await told()]).toEqual([SKUS.length, 2 * SKUS.length]);
    } finally {
      await mortal.stop();
      await shelf.close();
      await elsewhere.close();
    }
  },
);
