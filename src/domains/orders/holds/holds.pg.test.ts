import { sampleCustomer, sampleDraft, samplePrice, sampleProduct, testDatabase, tradingPost } from "#testing";
import { beforeAll, describe, expect, it } from "vitest";
import { checkBooks } from "../../books.ts";
import { findCustomers } from "../../customers/find-customers.ts";
import { readSalesOrders } from "../read/read-sales-orders.ts";
import { placeHold, releaseHold, type HoldToRelease } from "./holds.ts";

const database = await testDatabase();
const post = tradingPost(database);
let number = 0;

beforeAll(() =>
  post.stock({
    customers: [sampleCustomer(), sampleCustomer({ customerNumber: "C-LIMIT", creditLimit: "10", status: "blocked" })],
    products: [sampleProduct()],
    prices: [samplePrice()],
    onHand: { ATL: { "PVC-90-050": "1000" } },
  }),
);

async function newOrder(customerNumber = "C-1001"): Promise<string> {
  number += 1;
  const draft = sampleDraft({ channelOrderNumber: String(number), customerNumber });
  const [result] = await post.intake.submit([{ draft, idempotencyKey: `key-${number}` }]);
  return result?.salesOrder?.salesOrderId ?? "";
}
const release = (...releases: HoldToRelease[]) =>
  database.transaction((tx) => releaseHold(tx, releases, { now: post.clock.now() }));
const place = (salesOrderId: string) =>
  database.transaction((tx) =>
    placeHold(tx, [{ salesOrderId, reason: "operator", explanation: "The buyer phoned." }], { now: post.clock.now() }),
  );
const read = async (salesOrderId: string) => (await readSalesOrders(database, [salesOrderId]))[0];
const by = { by: "ada", reason: "The customer paid." };

describe("holds", () => {
  it("are released one by one; the order goes on when none is left", async () => {
    const salesOrderId = await newOrder("C-LIMIT");
    expect((await read(salesOrderId))?.holds.map(({ reason }) => reason)).toEqual(["credit", "customer-blocked"]);
    const first = await release({ salesOrderId, hold: "customer-blocked", ...by });
    expect(first.map(({ type }) => type)).toEqual(["sales-order.hold-released.v1"]);
    expect((await read(salesOrderId))?.status).toBe("on-hold");
    const second = await release({ salesOrderId, hold: "credit", ...by });
    expect(second.map(({ type }) => type)).toEqual(["sales-order.hold-released.v1", "sales-order.holds-cleared.v1"]);
    expect(await read(salesOrderId)).toMatchObject({
      status: "accepted",
      holds: [{ releasedBy: "ada" }, { releaseReason: "The customer paid." }],
    });
  });

  it("for credit count for nothing until a person releases them, and for the whole amount from then on", async () => {
    const exposure = async () => (await findCustomers(database, ["C-LIMIT"])).get("C-LIMIT")?.hubExposure;
    const before = await exposure();
    const salesOrderId = await newOrder("C-LIMIT");
    expect(await exposure()).toBe(before);
    await release({ salesOrderId, hold: "credit", ...by });
    expect(Number(await exposure()) - Number(before)).toBe(60);
    expect((await checkBooks(database)).faults).toEqual([]);
  });

  it("can be placed by a person, once for a reason, while no branch works on the order", async () => {
    const salesOrderId = await newOrder();
    expect((await place(salesOrderId)).map(({ type }) => type)).toEqual(["sales-order.held.v1"]);
    expect(await place(salesOrderId)).toEqual([]);
    expect((await read(salesOrderId))?.status).toBe("on-hold");
    await release({ salesOrderId, hold: "operator", ...by });
    await database.query("update sales_orders set stage = 'released' where sales_order_id = $1", [salesOrderId]);
    await expect(place(salesOrderId)).rejects.toThrow(/is released and cannot be held any more; it can be cancelled/);
  });

  it("that are not there cannot be released, and the answer says what there is", async () => {
    const salesOrderId = await newOrder();
    await expect(release({ salesOrderId, hold: "credit", ...by })).rejects.toThrow(/is not on hold; it is accepted/);
    await place(salesOrderId);
    await expect(release({ salesOrderId, hold: "credit", ...by })).rejects.toThrow(
      /is not held for "credit" but for "operator"/,
    );
    await expect(release({ salesOrderId: "so_none", hold: "credit", ...by })).rejects.toThrow(/no sales order so_none/);
  });
});
