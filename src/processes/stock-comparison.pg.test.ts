import { randomBytes } from "node:crypto";
import { applyMovements, applyStock, checkBooks, type StockDrift, type StockLevel } from "#domains";
import { createEventLog } from "#events";
import { createIds, systemClock } from "#platform";
import type { Call, Erp } from "#systems";
import { givenOrder, givenTrade, sampleLevel, testDatabase } from "#testing";
import { beforeEach, expect, it } from "vitest";
import { createStockComparer } from "./stock-comparison.ts";

const database = await testDatabase();
const ids = createIds(systemClock, randomBytes);
const eventLog = createEventLog({ ids, clock: systemClock, source: "test", routes: [] });
const STATED_AT = "2026-01-05T00:00:00.000Z";
const never = new AbortController().signal;

const level = (sku: string, sequence: number, onHand: number): StockLevel =>
  sampleLevel({ sku, onHand: String(onHand), sequence: String(sequence), asOf: STATED_AT });
const state = (source: string, ...levels: readonly StockLevel[]) =>
  database.transaction((tx) => applyStock(tx, levels, { source, now: new Date(STATED_AT) }));

/** An ERP that states these pages, one after the other. */
function statedBy(pages: readonly (readonly StockLevel[])[], erp: Partial<Erp> = {}) {
  const readStock: Erp["readStock"] = async (since) => {
    const index = Number(since ?? 0);
    return { documents: pages[index] ?? [], cursor: String(index + 1), complete: index + 1 >= pages.length };
  };
  const call = (options: object) => options as Call;
  return createStockComparer({
    database,
    eventLog,
    clock: systemClock,
    ids,
    erp: { code: "erp", connector: { readStock, ...erp } as Erp, call },
  });
}

const causes = (drifts: readonly StockDrift[]) => Object.fromEntries(drifts.map(({ sku, cause }) => [sku, cause]));
const recorded: StockDrift[] = [];
const record = async (_tx: unknown, corrected: readonly StockDrift[]) => void recorded.push(...corrected);
const onHandOf = async (sku: string) =>
  (
    await database.query<{ onHand: string }>(
      `select trim_scale(on_hand)::text as "onHand" from inventory_positions where sku = $1`,
      [sku],
    )
  )[0]?.onHand;

/** What the ERP states now, against books with one position of each kind. */
const pages = [
  [level("AGREES", 1, 10), level("LATE", 2, 10), level("MOVED", 1, 10), level("MISSED", 3, 12)],
  [level("NEW", 4, 5), level("WMS", 9, 9), level("WRONG", 1, 10), level("OLD", 3, 99)],
];

beforeEach(async () => {
  recorded.length = 0;
  await database.query(
    "truncate inventory_positions, stock_movements, stock_issues, stock_floors, allocations, sales_orders, events cascade",
  );
  await givenTrade(database, ["WRONG"]);
  await state("erp", ...["AGREES", "LATE", "MOVED", "MISSED", "WRONG"].map((sku) => level(sku, 1, 10)));
  await state("erp", level("OLD", 9, 7));
  await state("wms", level("WMS", 1, 7));
  await database.query(
    `insert into stock_issues (fulfillment_order_id, reason, sku, branch, quantity, reference, issued_at, stated_sequence)
     values ('ful_1', 'shipped', 'LATE', 'ATL', 4, 'shp_1', '2026-01-06T08:30:00Z', 1)`,
  );
  await database.query("update inventory_positions set on_hand = 6 where sku = 'LATE'");
  const receipt = {
    movementId: "m",
    sku: "MOVED",
    branch: "ATL",
    quantity: "3",
    kind: "receipt",
    sequence: "5",
  } as const;
  await database.transaction((tx) =>
    applyMovements(tx, [{ ...receipt, occurredAt: STATED_AT }], { source: "erp", now: new Date() }),
  );
  await database.query("update inventory_positions set on_hand = 8, stated_on_hand = 8 where sku = 'WRONG'");
  await database.query("truncate events cascade");
});

it("names of each difference why it is, and passes over what agrees and what is older than what we know", async () => {
  const { compared, drifts, corrected } = await statedBy(pages).compare(never);
  expect([compared, corrected]).toEqual([8, []]);
  expect(causes(drifts)).toEqual({
    LATE: "not-posted-yet",
    MOVED: "moved-since",
    WMS: "stated-by-another",
    MISSED: "change-not-received",
    NEW: "change-not-received",
    WRONG: "unknown",
  });
  const of = (wanted: string) => drifts.find(({ sku }) => sku === wanted);
  expect(of("LATE")).toMatchObject({
    ours: "6",
    theirs: "10",
    unposted: "4",
    unpostedSince: "2026-01-06T08:30:00.000Z",
  });
  expect(of("MOVED")).toMatchObject({ ours: "13", theirs: "10", laterMovements: 1, unpostedSince: null });
  expect(of("NEW")).toMatchObject({ ours: null, theirs: "5", ageSeconds: null });
  expect(await database.query("select 1 from events")).toEqual([]);
});

it("takes what the ERP states where nothing explains the difference, and only there; whoever waits for it is served", async () => {
  const { salesOrderId } = await givenOrder(database, [{ sku: "WRONG", quantity: "10", from: { ATL: "8" } }]);
  const { drifts, corrected } = await statedBy(pages).correct(record, never);
  expect(causes(corrected)).toEqual({ MISSED: "change-not-received", NEW: "change-not-received", WRONG: "unknown" });
  expect(causes(recorded)).toEqual(causes(corrected));
  expect(causes(drifts)).toEqual({ LATE: "not-posted-yet", MOVED: "moved-since", WMS: "stated-by-another" });
  expect(await Promise.all(["MISSED", "NEW", "WRONG", "LATE", "MOVED", "WMS", "OLD"].map(onHandOf))).toEqual([
    "12",
    "5",
    "10",
    "6",
    "13",
    "7",
    "7",
  ]);
  const [line] = await database.query<{ allocated: number }>(
    "select quantity_allocated::int as allocated from sales_order_lines where sales_order_id = $1",
    [salesOrderId],
  );
  expect(line?.allocated).toBe(10);
  expect((await checkBooks(database)).faults.filter(({ law }) => law.startsWith("position-on-hand"))).toEqual([]);
  expect((await statedBy(pages).correct(record, never)).corrected).toEqual([]);
});

it("does not say of a position that it was corrected where a later snapshot keeps it from being so", async () => {
  await database.query("insert into stock_floors values ('erp', '*', 50, now())");
  const { drifts, corrected } = await statedBy([[level("WRONG", 1, 10)]]).correct(record, never);
  expect([causes(drifts), corrected, recorded]).toEqual([{ WRONG: "unknown" }, [], []]);
  expect(await onHandOf("WRONG")).toBe("8");
});

it("asks no more once it is called off, and gives up on an ERP that goes round in circles or tells no stock", async () => {
  const gone = new AbortController();
  const asked: boolean[] = [];
  const readStock: Erp["readStock"] = async (_since, { signal }) => {
    asked.push(signal?.aborted ?? false);
    signal?.throwIfAborted();
    gone.abort();
    return { documents: [], cursor: String(asked.length), complete: false };
  };
  await expect(statedBy([], { readStock }).compare(gone.signal)).rejects.toThrow(/abort/i);
  expect(asked).toEqual([false, true]);
  let rounds = 0;
  const circling: Erp["readStock"] = async () => ({ documents: [], cursor: "7", complete: (rounds += 1) > 9 });
  await expect(statedBy([], { readStock: circling }).compare(never)).rejects.toThrow("never ends");
  const mute = { readStock: undefined } as unknown as Partial<Erp>;
  await expect(statedBy([], mute).compare(never)).rejects.toMatchObject({ code: "not-possible-now" });
});
