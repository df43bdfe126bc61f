import type { Queryable } from "#platform";
import { givenOrder, givenTrade, testDatabase } from "#testing";
import fc from "fast-check";
import { beforeAll, expect, it } from "vitest";
import { promiseDate } from "./promise.ts";
import { readExpected } from "./read-stock.ts";

const database = await testDatabase();
const QUEUE = 2_000;
const LONG = { sku: "LONG", inbound: [{ expectedOn: "2026-03-10", quantity: "25" }] };
const SHORT = {
  sku: "SHORT",
  inbound: [
    { expectedOn: "2026-03-10", quantity: "4" },
    { expectedOn: "2026-03-20", quantity: "5.5" },
  ],
};
const expected = async (sku: string, of: Queryable = database) => (await readExpected(of, [sku]))[0];

beforeAll(async () => {
  await givenTrade(database, ["LONG", "SHORT", "NOTHING"]);
  for (const { sku, inbound } of [LONG, SHORT, { sku: "NOTHING", inbound: [] }])
    await database.query(
      `insert into inventory_positions (sku, branch, on_hand, stated_on_hand, inbound, source, source_sequence, as_of)
       values ($1, 'ATL', 0, 0, $2, 'erp', 1, now())`,
      [sku, JSON.stringify(inbound)],
    );
  await givenOrder(
    database,
    Array.from({ length: QUEUE }, () => ({ sku: "LONG", quantity: "1" })),
  );
  for (const quantity of ["2", "1.5", "6"]) await givenOrder(database, [{ sku: "SHORT", quantity }]);
  await givenOrder(database, [{ sku: "NOTHING", quantity: "7" }]);
});

it("counts who waits until they are more than what is on its way", async () => {
  expect(await expected("SHORT")).toEqual({ ...SHORT, waiting: "9.5" });
  expect(await expected("LONG")).toEqual({ ...LONG, waiting: "26" });
  expect(await expected("NOTHING")).toEqual({ sku: "NOTHING", inbound: [], waiting: "7" });
});

it("reads no more of a long queue than it counts", async () => {
  const read = await database.transaction(async (tx) => {
    await expected("LONG", tx);
    const [table] = await tx.query<{ lines: string }>(
      "select sum(idx_tup_fetch + seq_tup_read) as lines from pg_stat_xact_user_tables where relname = 'sales_order_lines'",
    );
    return Number(table?.lines);
  });
  expect(read).toBeGreaterThan(25);
  // What the connection asked before may be counted as well.
  expect(read).toBeLessThan(QUEUE / 10);
});

it("promises the same day as if all of them were counted", async () => {
  for (const [item, all] of [
    [LONG, "2000"],
    [SHORT, "9.5"],
  ] as const) {
    const counted = (await expected(item.sku))?.waiting ?? "";
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), (quantity) => {
        const day = (waiting: string) => promiseDate(String(quantity), waiting, item.inbound, "2026-03-01");
        expect(day(counted)).toBe(day(all));
      }),
    );
  }
});
