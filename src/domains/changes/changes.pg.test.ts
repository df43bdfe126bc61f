import { systemClock } from "#platform";
import { testDatabase } from "#testing";
import { describe, expect, it } from "vitest";
import { readPositionChanges, type PositionKey } from "./position-changes.ts";
import { purgeChanges } from "./purge-changes.ts";
import { endOfChanges } from "./read-changes.ts";
import { readReferenceChanges } from "./reference-changes.ts";
import { createStockMemory } from "../inventory/stock-memory.ts";

const database = await testDatabase({ maxConnections: 16 });
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const put = (keys: readonly PositionKey[]) =>
  database.query(
    `insert into inventory_positions (sku, branch, on_hand, stated_on_hand, source, source_sequence, as_of)
     select k.sku, k.branch, 1, 1, 'erp', 1, now() from jsonb_to_recordset($1::jsonb) as k(sku text, branch text)
     on conflict (sku, branch) do update set on_hand = inventory_positions.on_hand + 1`,
    [JSON.stringify(keys)],
  );
const names = (positions: readonly PositionKey[]) => positions.map(({ sku, branch }) => `${sku}@${branch}`).toSorted();

describe("changes of positions", () => {
  it("are told by whatever statement made them, one row a statement, and not where none was touched", async () => {
    const start = await endOfChanges(database);
    await put([
      { sku: "A", branch: "ATL" },
      { sku: "B", branch: "ATL" },
    ]);
    await put([
      { sku: "B", branch: "ATL" },
      { sku: "C", branch: "DFW" },
    ]);
    await database.query("update inventory_positions set allocated = 0 where sku = 'nothing'");
    await database.query("delete from inventory_positions where sku = 'A'");
    const read = await readPositionChanges(database, start);
    expect(names(read.positions)).toEqual(["A@ATL", "B@ATL", "C@DFW"]);
    expect(read.since).toBeInstanceOf(Date);
    // The second put inserts one and updates one, each of which tells of itself; the update that found nothing left none.
    expect(await database.query("select 1 from position_changes")).toHaveLength(4);
    expect(await readPositionChanges(database, read.cursor)).toMatchObject({ positions: [], since: null });
  });

  it("are read before an older transaction ends, and the older one's are not skipped when it commits late", async () => {
    const start = await endOfChanges(database);
    let commit = (): void => undefined;
    const held = new Promise<void>((resolve) => (commit = resolve));
    let opened = (): void => undefined;
    const isOpen = new Promise<void>((resolve) => (opened = resolve));
    const late = database.transaction(async (tx) => {
      await tx.query("update inventory_positions set on_hand = 7 where sku = 'B'");
      opened();
      await held;
    });
    await isOpen;
    await put([{ sku: "C", branch: "DFW" }]);
    const first = await readPositionChanges(database, start);
    expect(names(first.positions)).toEqual(["C@DFW"]);
    commit();
    await late;
    const second = await readPositionChanges(database, first.cursor);
    expect(names(second.positions)).toEqual(["B@ATL"]);
    expect(await readPositionChanges(database, second.cursor)).toMatchObject({ positions: [] });
  });

  it("are each seen once by a reader who pages while many write and commit out of order", async () => {
    let cursor = await endOfChanges(database);
    const progress = { writing: true };
    const writers = Array.from({ length: 10 }, async (_, writer) => {
      for (let round = 0; round < 8; round += 1) {
        await database.transaction(async (tx) => {
          await tx.query(
            "insert into inventory_positions (sku, branch, on_hand, stated_on_hand, source, source_sequence, as_of) values ($1, 'ORD', 1, 1, 'erp', 1, now())",
            [`W${writer}-${round}`],
          );
          await pause(Math.random() * 20);
        });
      }
    });
    const done = Promise.all(writers).finally(() => (progress.writing = false));
    const seen: string[] = [];
    const readOn = async () => {
      for (let isFull = true; isFull;) {
        const page = await readPositionChanges(database, cursor, 3);
        seen.push(...names(page.positions));
        ({ cursor, isFull } = page);
      }
    };
    while (progress.writing) await readOn();
    await done;
    await readOn();
    const truth = await database.query<PositionKey>("select sku, branch from inventory_positions where branch = 'ORD'");
    expect(truth).toHaveLength(80);
    expect(seen.toSorted()).toEqual(names(truth));
  });

  it("are purged by age, and who was away for longer is told that he has a gap", async () => {
    const away = await endOfChanges(database);
    await put([{ sku: "B", branch: "ATL" }]);
    const awake = await endOfChanges(database);
    expect(await purgeChanges(database, "position_changes", new Date(Date.now() - 60_000))).toBe(0);
    expect(await readPositionChanges(database, away)).toMatchObject({ hasGap: false });
    expect(await purgeChanges(database, "position_changes", new Date(Date.now() + 1_000))).toBeGreaterThan(80);
    expect(await readPositionChanges(database, away)).toMatchObject({ hasGap: true });
    expect(await readPositionChanges(database, awake)).toMatchObject({ hasGap: false, positions: [] });
  });

  it("are read by all their readers over one connection, each with columns of his own", async () => {
    const single = await testDatabase({ maxConnections: 1 });
    const memory = createStockMemory({ database: single, clock: systemClock });
    const start = await endOfChanges(single);
    for (let round = 0; round < 2; round += 1) {
      await memory.refresh();
      await expect(readPositionChanges(single, start)).resolves.toMatchObject({ positions: [] });
      await expect(readReferenceChanges(single, start)).resolves.toMatchObject({ hasGap: false });
    }
  });

  it("are not read from a cursor nobody gave out", async () => {
    await expect(readPositionChanges(database, "1' or true")).rejects.toThrow(/is no cursor/);
  });
});
