import { randomBytes } from "node:crypto";
import type { SalesOrderDropShipWanted, DataOf, EffectCall, LoggedEvent } from "#contracts";
import { sampleCustomer, sampleDraft, samplePrice, sampleProduct, testDatabase, tradingPost } from "#testing";
import { beforeEach, expect, it } from "vitest";
import { applyPromisingRules } from "../../promising/applied-rules.ts";
import type { PromisingRules } from "../../promising/promising-rules.ts";
import { readDropShips, recordDropShips } from "./drop-ships.ts";

const database = await testDatabase();
const post = tradingPost(database);
const { clock, ids } = post;
const rules: PromisingRules = { sourcing: [{ rule: "drop-ship", supplier: "VALVECO", workingDays: 5 }] };
let [valve, pump, kit] = ["", "", ""];

beforeEach(async () => {
  const run = randomBytes(4).toString("hex");
  [valve, pump, kit] = [`VALVE-${run}`, `PUMP-${run}`, `KIT-${run}`];
  const kitComponents = [valve, pump].map((sku) => ({ sku, quantity: "1" }));
  await database.query("truncate drop_ships");
  await post.stock({
    customers: [sampleCustomer(), sampleCustomer({ customerNumber: "C-BLOCKED", status: "blocked" })],
    products: [sampleProduct({ sku: valve }), sampleProduct({ sku: pump }), sampleProduct({ sku: kit, kitComponents })],
    prices: [valve, pump, kit].map((sku) => samplePrice({ sku })),
  });
});

/** Takes an order and lets its story go on as far as the list. */
async function order(skus: readonly string[], quantity: string, customerNumber = "C-1001") {
  const promising = await database.transaction((tx) => applyPromisingRules(tx, rules, [], clock.now()));
  const key = randomBytes(6).toString("hex");
  const lines = skus.map((sku, index) => ({ lineNumber: index + 1, sku, quantity, unitOfMeasure: "EA" }));
  const draft = sampleDraft({ channelOrderNumber: key, customerNumber, lines });
  const [result] = await post.newIntake({ promising }).submit([{ draft, idempotencyKey: key }]);
  const salesOrderId = result?.salesOrder?.salesOrderId ?? "";
  const told = (await post.eventsOf(salesOrderId)).filter(({ type }) => type === "sales-order.drop-ship-wanted.v1");
  const calls = told.map((event) => ({ instanceId: salesOrderId, event }) as unknown as Call);
  // A fact may come twice.
  for (const again of [calls, calls]) await database.transaction((tx) => recordDropShips(tx, again, context()));
  return { salesOrderId, wanted: told.map(({ data }: LoggedEvent) => data) };
}
type Call = EffectCall<DataOf<typeof SalesOrderDropShipWanted>>;
const context = () => ({ now: clock.now(), ids });
const listed = async (supplier?: string) =>
  (await readDropShips(database, supplier)).map(
    (one) => `${one.supplier}: ${one.quantity} ${one.sku}, ${one.expectedOn}${one.isOnHold ? ", on hold" : ""}`,
  );

it("what no branch has and nothing covers is told and listed, with the supplier, the day and why, until it is there", async () => {
  await post.setOnHand(valve, "ATL", "4");
  const { salesOrderId, wanted } = await order([valve], "10");
  const line = { lineNumber: 1, sku: valve, quantity: "6", supplier: "VALVECO", expectedOn: "2026-01-12" };
  expect(wanted).toEqual([{ salesOrderId, lines: [line] }]);
  expect(await readDropShips(database)).toMatchObject([
    { salesOrderId, ...line, explanation: expect.stringContaining("VALVECO could ship it directly by 2026-01-12.") },
  ]);
  await post.setOnHand(valve, "DFW", "5");
  expect(await listed()).toEqual([`VALVECO: 1 ${valve}, 2026-01-12`]);
  await post.setOnHand(valve, "DFW", "6");
  expect(await listed()).toEqual([]);
});

it("what is on its way to a branch is asked of nobody", async () => {
  await post.setOnHand(valve, "ATL", "0", { inbound: [{ expectedOn: "2026-01-20", quantity: "10" }] });
  expect((await order([valve], "10")).wanted).toEqual([]);
  expect(await listed()).toEqual([]);
});

it("a kit is bought as a kit, where a part of it comes from nowhere else", async () => {
  const inbound = [{ expectedOn: "2026-01-20", quantity: "10" }];
  await post.setOnHand(valve, "ATL", "0", { inbound });
  const { wanted } = await order([kit], "2");
  expect(wanted).toMatchObject([{ lines: [{ sku: kit, quantity: "2" }] }]);
  await post.setOnHand(pump, "ATL", "0", { inbound });
  expect((await order([kit], "2")).wanted).toEqual([]);
});

it("an order that waits for a person is listed so, a cancelled one is not, and each supplier's can be had by itself", async () => {
  const { salesOrderId } = await order([valve], "3");
  await order([pump], "2", "C-BLOCKED");
  expect(await listed("VALVECO")).toEqual([
    `VALVECO: 3 ${valve}, 2026-01-12`,
    `VALVECO: 2 ${pump}, 2026-01-12, on hold`,
  ]);
  expect(await listed("PUMPCO")).toEqual([]);
  await database.query("update sales_orders set stage = 'cancelling' where sales_order_id = $1", [salesOrderId]);
  expect(await listed()).toEqual([`VALVECO: 2 ${pump}, 2026-01-12, on hold`]);
});
