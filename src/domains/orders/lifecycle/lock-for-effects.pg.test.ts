import { randomBytes } from "node:crypto";
import type { Transaction } from "#platform";
import { givenOrder, givenStock, givenTrade, testDatabase, untilOneWaits } from "#testing";
import { beforeEach, expect, it } from "vitest";
import { lockForEffects } from "./lock-for-effects.ts";

const database = await testDatabase();
let sku = "";
let other = "";
let salesOrderId = "";

beforeEach(async () => {
  [sku, other] = [`SKU-${randomBytes(4).toString("hex")}`, `SKU-${randomBytes(4).toString("hex")}`];
  await givenTrade(database, [sku, other]);
  for (const branch of ["ATL", "DAL"]) await givenStock(database, sku, branch, "6");
  await givenStock(database, other, "ATL", "6");
  ({ salesOrderId } = await givenOrder(database, [{ sku, quantity: "4", from: { DAL: "4" } }]));
});

/** What nobody holds just now. */
const idlePositions = async () => {
  const rows = await database.query<{ branch: string; sku: string }>(
    "select sku, branch from inventory_positions where sku = any($1) order by sku = $2 desc, branch for update skip locked",
    [[sku, other], sku],
  );
  return rows.map((row) => `${row.branch} ${row.sku === sku ? "ordered" : "other"}`);
};
const held = (tx: Transaction, table: "customer_credits" | "sales_orders") =>
  tx.query(
    `select from ${table} where ${table === "sales_orders" ? "sales_order_id = $1" : "customer_number = (select customer_number from sales_orders where sales_order_id = $1)"} for update`,
    [salesOrderId],
  );

it.each([
  [["tied-goods"] as const, ["ATL ordered", "ATL other"]],
  [["all-goods"] as const, ["ATL other"]],
  [["credit"] as const, ["ATL ordered", "DAL ordered", "ATL other"]],
])("holds the goods that are asked for and no others: %s", async (also, idle) => {
  await database.transaction(async (tx) => {
    await lockForEffects(tx, [{ salesOrderId, also }]);
    expect(await idlePositions()).toEqual(idle);
  });
});

it("holds what has left and is not posted, which is not tied any more", async () => {
  const fulfillmentOrderId = `ful_${randomBytes(4).toString("hex")}`;
  await database.query(
    `with fulfillment as (
       insert into fulfillment_orders (fulfillment_order_id, sales_order_id, correlation_id, branch, warehouse, status, ship_to, sourcing_explanation, requested_at)
       values ($1, $2, $2, 'ATL', 'wms', 'shipped', '{}', 'It has it.', now()))
     insert into stock_issues (fulfillment_order_id, reason, sku, branch, quantity, reference, issued_at, stated_sequence)
     values ($1, 'shipped', $3, 'ATL', 1, 'shp', now(), 0)`,
    [fulfillmentOrderId, salesOrderId, other],
  );
  await database.transaction(async (tx) => {
    await lockForEffects(tx, [{ salesOrderId, also: ["tied-goods"] }]);
    expect(await idlePositions()).toEqual(["ATL ordered"]);
  });
});

it("waits at the top of the order everybody locks in, before it holds anything", async () => {
  const { promise: isWaiting, resolve: waits } = Promise.withResolvers<void>();
  const list = database.transaction(async (tx) => {
    await held(tx, "customer_credits");
    waits();
    await untilOneWaits(database);
    await held(tx, "sales_orders");
    await tx.query("select from inventory_positions where sku = $1 order by branch for update", [sku]);
  });
  await isWaiting;
  const effects = database.transaction((tx) =>
    lockForEffects(tx, [
      { salesOrderId, also: ["all-goods"] },
      { salesOrderId, also: ["credit"] },
    ]),
  );
  await Promise.all([list, effects]);
});
