import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Address, InventoryPosition, Problem, Product, RateDecision } from "#contracts";
import { round } from "#platform";
import defaultConfiguration from "../../crossdock.config.ts";
import { runningHub } from "./running-hub.ts";

// The ERP takes one call at a time, so that "in the order in which they came" can be seen.
const hub = await runningHub({
  systems: defaultConfiguration.systems.map((system) =>
    system.code === "erp" ? { ...system, limits: { concurrencyMax: 1 } } : system,
  ),
});

const minuteMs = 60_000;
const counterparties = ["granite", "meridian", "corner-shop", "dockside", "swift", "anchor", "piedmont"];

let item: Product;
beforeEach(() => {
  item = hub.shelves.take();
});
afterEach(async () => {
  for (const code of counterparties) {
    await hub.isWell(code);
    await hub.sends(code, {});
  }
  await hub.control("dockside", "dock", { isClosed: false });
});

const byHand = (path: string, body: object = {}) =>
  hub.post<Problem>(path, { reason: "Kim talked to the customer.", ...body });
const didFor = async (code: string, reference: string): Promise<readonly string[]> =>
  (await hub.did(code, { reference })).map(({ operation }) => operation);
const positionOf = async (sku: string, branch: string): Promise<InventoryPosition | undefined> => {
  const { body } = await hub.get<{ items: { positions: InventoryPosition[] }[] }>(`/v1/availability?skus=${sku}`);
  return body.items[0]?.positions.find((position) => position.branch === branch);
};
/** Stock is told from memory, which follows the books by moments. */
const allocatedIs = (quantity: string) =>
  hub.until(
    `${quantity} of the item are allocated`,
    null,
    async () => (await positionOf(item.sku, "ATL"))?.allocated === quantity,
  );
const receive = (sku: string, quantity: number) =>
  hub.control("granite", "receive-stock", { sku, branch: "ATL", quantity: String(quantity) });

/** What was decided of each carrier: `anchor no-answer`. */
const verdictsOf = ({ candidates }: RateDecision) => candidates.map(({ carrier, verdict }) => `${carrier} ${verdict}`);

describe("the ERP is down", () => {
  it("orders are taken at once, wait without losing anything, and go in as they came when it returns", async () => {
    await hub.behaves("granite", { mode: "down" });
    const orders: string[] = [];
    for (const quantity of [1, 2, 3, 4, 5]) orders.push((await hub.ordered([[item.sku, quantity]])).salesOrderId);
    const [first = ""] = orders;
    const waitsForErp = async () =>
      (await hub.story(first)).waits.some(({ system, why }) => system === "erp" && /\w+ \w+/.test(why));
    await hub.until("the story says that it waits for the ERP, and why", first, waitsForErp);
    expect((await hub.salesOrder(first)).status).toBe("accepted");

    await hub.isWell("granite");
    hub.leap(minuteMs);
    for (const salesOrderId of orders) await hub.reaches(salesOrderId, "closed");
    const created = await hub.did("granite", { operation: "create-sales-order" });
    expect(created.map(({ reference }) => reference)).toEqual(orders);
  });

  it("once it has done what it was asked and could not say so, it is not asked to do it twice", async () => {
    await hub.behaves("granite", { failAfterEffect: { count: 1, how: "drop" }, onlyPath: "/orders" });
    const { salesOrderId } = await hub.ordered([[item.sku, 1]]);
    await hub.reaches(salesOrderId, "closed");
    expect(await didFor("granite", salesOrderId)).toEqual(["create-sales-order"]);
  });
});

describe("the best carrier", () => {
  it("does not answer when asked for rates: the next best takes the goods, and the story says why", async () => {
    await hub.behaves("anchor", { mode: "down" });
    // Of Nevada's streets no rate of anchor's is known from before, by which it could be judged.
    const { salesOrderId } = await hub.ordered([[item.sku, 1]], { customerNumber: "C-1004" });
    await hub.reaches(salesOrderId, "closed");
    const [shipment] = await hub.shipments(salesOrderId);
    expect(shipment?.carrier).toBe("swift");
    expect(shipment?.rateDecision && verdictsOf(shipment.rateDecision)).toEqual(
      expect.arrayContaining(["swift chosen", "anchor no-answer"]),
    );
    const why = (await hub.story(salesOrderId)).reasons.find(({ question }) => question === "Why swift?");
    expect(why?.details.find((detail) => detail.startsWith("anchor"))).toMatch(/no-answer, .*anchor.*/);
  });

  it("does not answer when the goods are offered: it is given up in time for the next one", async () => {
    await hub.behaves("anchor", { mode: "down", onlyPath: "/ship/book" });
    const { salesOrderId } = await hub.ordered([[item.sku, 1]]);
    await hub.until("anchor was asked and did not answer", salesOrderId, async () =>
      (await hub.sentences(salesOrderId)).includes("tender-shipment at anchor did not succeed"),
    );
    hub.leap(minuteMs);
    await hub.reaches(salesOrderId, "closed");
    const [shipment] = await hub.shipments(salesOrderId);
    expect(shipment?.carrier).toBe("swift");
    expect(await hub.sentences(salesOrderId)).toMatch(/Whether anchor took it is not known: .*the next carrier asked/);
    expect(await didFor("anchor", shipment?.shipmentId ?? "")).toEqual([]);
  });

  it("took the goods without saying so: asked again, it says so, and has them once", async () => {
    await hub.behaves("anchor", { failAfterEffect: { count: 1, how: "error" }, onlyPath: "/ship/book" });
    const { salesOrderId } = await hub.ordered([[item.sku, 1]]);
    await hub.reaches(salesOrderId, "closed");
    const [shipment] = await hub.shipments(salesOrderId);
    expect(shipment?.carrier).toBe("anchor");
    expect(await didFor("anchor", shipment?.shipmentId ?? "")).toEqual(["tender"]);
  });

  it("took the goods and never says so: the next one takes them, and the first is told to forget them", async () => {
    await hub.behaves("anchor", { failAfterEffect: { count: 1000, how: "error" }, onlyPath: "/ship/book" });
    const { salesOrderId } = await hub.ordered([[item.sku, 1]]);
    await hub.until("anchor was asked and did not say", salesOrderId, async () =>
      (await hub.sentences(salesOrderId)).includes("tender-shipment at anchor did not succeed"),
    );
    hub.leap(minuteMs);
    await hub.reaches(salesOrderId, "closed");
    const reference = (await hub.shipments(salesOrderId))[0]?.shipmentId ?? "";
    await hub.until("it is voided at anchor", salesOrderId, async () =>
      (await didFor("anchor", reference)).includes("void"),
    );
    expect(await didFor("anchor", reference)).toEqual(["tender", "void"]);
    expect(await didFor("swift", reference)).toEqual(["tender"]);
  });

  it("will not have the goods: its reason is in the story, and the next one takes them", async () => {
    const refuseNext = { count: 1, reason: "The truck is full." };
    await hub.behaves("anchor", { refuseNext, onlyPath: "/ship/book" });
    const { salesOrderId } = await hub.ordered([[item.sku, 1]]);
    await hub.reaches(salesOrderId, "closed");
    expect((await hub.shipments(salesOrderId))[0]?.carrier).toBe("swift");
    expect(await hub.sentences(salesOrderId)).toMatch(/anchor would not take it: .*The truck is full/);
  });
});

describe("an address", () => {
  const inAtlanta: Address = {
    name: "Receiving",
    company: "Peachtree Mechanical",
    street1: "1440 Dutch Valley Pl NE",
    city: "Atlanta",
    region: "GA",
    postalCode: "30324",
    country: "US",
  };

  it("nobody delivers to waits for a person, is corrected, and is delivered to", async () => {
    const shipTo = { ...inAtlanta, postalCode: "99950" };
    const { salesOrderId } = await hub.ordered([[item.sku, 2]], { shipTo });
    await hub.learns(salesOrderId, "shipment.address-refused");
    expect(await hub.sentences(salesOrderId)).toMatch(
      /cannot deliver to this address: .*99950.* Somebody must correct it/,
    );
    const [shipment] = await hub.shipments(salesOrderId);
    const path = `/v1/shipments/${shipment?.shipmentId}/correct-address`;
    const faulty = await byHand(path, { address: { ...inAtlanta, postalCode: undefined } });
    expect([faulty.status, faulty.body.faults?.[0]?.path]).toEqual([422, "/address/postalCode"]);
    expect((await byHand(path, { address: inAtlanta })).status).toBe(202);

    await hub.reaches(salesOrderId, "closed");
    const [delivered] = await hub.shipments(salesOrderId);
    expect([delivered?.status, delivered?.shipTo.postalCode]).toEqual(["delivered", "30324"]);
    expect((await hub.get(`/v1/shipments/${shipment?.shipmentId}/documents/1`)).text).toContain("30324");
    expect(await hub.sentences(salesOrderId)).toContain("admin corrected the address: Kim talked to the customer.");
    const late = await byHand(path, { address: inAtlanta });
    expect([late.status, late.body.detail]).toEqual([409, expect.stringContaining("only before a carrier has it")]);
  });

  it("that is a PO box is doubted before anything moves", async () => {
    const shipTo = { ...inAtlanta, street1: "P.O. Box 77" };
    const { body } = await hub.submit(hub.draft([[item.sku, 1]], { shipTo }));
    expect(body.outcome).toBe("held");
    expect(body.salesOrder.holds).toMatchObject([
      { reason: "address", explanation: expect.stringContaining("PO box") },
    ]);
    await byHand(`/v1/sales-orders/${body.salesOrder.salesOrderId}/holds/address/release`);
    await hub.reaches(body.salesOrder.salesOrderId, "closed");
  });
});

describe("a cancellation", () => {
  const cancel = (salesOrderId: string) => byHand(`/v1/sales-orders/${salesOrderId}/cancel`);

  it("while the goods stand labelled at the dock undoes everything, everywhere", async () => {
    const before = await positionOf(item.sku, "ATL");
    await hub.control("dockside", "dock", { isClosed: true });
    const lines = [{ sku: item.sku, quantity: 3 }];
    const placing = { customerNumber: "C-1001", purchaseOrder: "PO-CANCEL", lines };
    await hub.control("corner-shop", "place-order", placing);
    const { salesOrderId } = await hub.arrives("PO-CANCEL");
    await hub.learns(salesOrderId, "shipment.documents-sent");
    await allocatedIs("3");

    expect((await cancel(salesOrderId)).status).toBe(202);
    const order = await hub.reaches(salesOrderId, "cancelled");
    expect(order.lines).toMatchObject([{ quantityCancelled: "3", quantityAllocated: "0", quantityShipped: "0" }]);
    const { fulfillmentOrderId, shipmentId } = await hub.learns<{ fulfillmentOrderId: string; shipmentId: string }>(
      salesOrderId,
      "shipment.voided",
    );
    await hub.learns(salesOrderId, "sales-order.channel-informed");
    await hub.control("dockside", "dock", { isClosed: false });

    expect(await didFor("granite", salesOrderId)).toEqual(["create-sales-order", "cancel-sales-order"]);
    expect(await didFor("dockside", fulfillmentOrderId)).toEqual(["release", "halt"]);
    expect(await didFor("anchor", shipmentId)).toEqual(["tender", "void"]);
    expect(await didFor("corner-shop", salesOrderId)).toEqual(["confirm-cancellation"]);
    await allocatedIs("0");
    expect((await positionOf(item.sku, "ATL"))?.onHand).toBe(before?.onHand);
    const again = await cancel(salesOrderId);
    expect([again.status, again.body.detail]).toEqual([409, expect.stringContaining("is cancelled")]);
  });

  it("after the truck has left is refused with the reason, and the order goes on as if nobody had asked", async () => {
    await hub.sends("anchor", { drop: 1 });
    const { salesOrderId, salesOrderNumber } = await hub.ordered([[item.sku, 1]]);
    await hub.learns(salesOrderId, "sales-order.shipped");
    expect((await cancel(salesOrderId)).status).toBe(202);
    const refused = await hub.learns(salesOrderId, "sales-order.cancel-refused");
    expect(refused).toMatchObject({ reason: "All of it has shipped; ask for a return.", cancelledLines: [] });
    expect(await hub.sentences(salesOrderId)).toContain("Too late to cancel whole: All of it has shipped");
    await hub.sends("anchor", {});
    await hub.reaches(salesOrderId, "closed");
    expect(await didFor("granite", salesOrderId)).toEqual(["create-sales-order"]);
    const late = await cancel(salesOrderId);
    expect([late.status, late.body.detail]).toEqual([
      409,
      `${salesOrderNumber} is closed; nothing of it is left to cancel.`,
    ]);
  });

  it("of an order there is none of says so", async () => {
    const nobodys = await cancel("so_00000000000000000000000000");
    expect([nobodys.status, nobodys.body.code]).toEqual([404, "not-found"]);
  });
});

describe("an order that must wait for a person", () => {
  const release = (salesOrderId: string, hold: string) =>
    byHand(`/v1/sales-orders/${salesOrderId}/holds/${hold}/release`);

  it("because the customer's credit does not reach: nobody is told of it until it is released", async () => {
    const dear = hub.shelves.take({ dollars: 30, onHand: 15, lbs: [0.3, 12] });
    const { status, body } = await hub.submit(hub.draft([[dear.sku, 8]], { customerNumber: "C-1021" }));
    const { salesOrderId } = body.salesOrder;
    expect([status, body.outcome, body.salesOrder.status]).toEqual([201, "held", "on-hold"]);
    expect(body.salesOrder.holds).toMatchObject([{ reason: "credit", explanation: expect.stringMatching(/\d/) }]);
    expect(await didFor("granite", salesOrderId)).toEqual([]);
    expect((await hub.story(salesOrderId)).waits).toHaveLength(1);

    expect((await release(salesOrderId, "credit")).status).toBe(200);
    const { holds } = await hub.reaches(salesOrderId, "closed");
    expect(holds).toMatchObject([{ releasedBy: "admin", releaseReason: "Kim talked to the customer." }]);
    expect(await hub.sentences(salesOrderId)).toContain("admin released the credit hold: Kim talked to the customer.");
    const again = await release(salesOrderId, "credit");
    expect(again.status).toBe(409);
  });

  it("because the channel sold it far below our price: released at the price it was sold for", async () => {
    const { status, body } = await hub.submit(hub.draft([[item.sku, 2, { unitPrice: "0.01" }]]));
    const { salesOrderId } = body.salesOrder;
    expect([status, body.outcome]).toEqual([201, "held"]);
    expect(body.salesOrder.holds).toMatchObject([{ reason: "price", explanation: expect.stringContaining("0.01") }]);
    await release(salesOrderId, "price");
    const { lines } = await hub.reaches(salesOrderId, "closed");
    expect(lines).toMatchObject([{ unitPrice: "0.01", price: { source: "channel", channelPrice: "0.01" } }]);
    const why = (await hub.story(salesOrderId)).reasons[0];
    expect(why?.answer).toContain("0.01 (channel)");
  });

  it("because the account is closed: released by mistake, refused by the ERP, and then cancelled", async () => {
    const { body } = await hub.submit(hub.draft([[item.sku, 1]], { customerNumber: "C-1027" }));
    const { salesOrderId } = body.salesOrder;
    expect(body.salesOrder.holds).toMatchObject([
      { reason: "customer-blocked", explanation: expect.stringContaining("closed at the customer's request") },
    ]);
    await release(salesOrderId, "customer-blocked");
    await hub.learns(salesOrderId, "sales-order.registration-refused");
    const { holds } = await hub.reaches(salesOrderId, "on-hold");
    expect(holds.at(-1)).toMatchObject({
      reason: "erp-refused",
      explanation: expect.stringContaining("C-1027 is closed"),
    });
    await byHand(`/v1/sales-orders/${salesOrderId}/cancel`);
    await hub.reaches(salesOrderId, "cancelled");
    expect(await didFor("granite", salesOrderId)).toEqual([]);
  });
});

describe("goods that are not there", () => {
  it("are backordered with a day, filled when they arrive, and the order is closed", async () => {
    const sku = "BLK-NIP-125-12";
    const { salesOrderId, status, lines } = await hub.ordered([[sku, 5]]);
    expect(status).toBe("backordered");
    expect(lines).toMatchObject([
      { quantityBackordered: "5", quantityAllocated: "0", promisedOn: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) },
    ]);
    await hub.learns(salesOrderId, "sales-order.taxed");
    expect(await hub.sentences(salesOrderId)).toMatch(/There is no stock: 5 × BLK-NIP-125-12 wait, promised for/);

    await receive(sku, 40);
    await hub.reaches(salesOrderId, "closed");
    expect(await hub.sentences(salesOrderId)).toContain("Stock arrived for 5 × BLK-NIP-125-12.");
    expect((await hub.salesOrder(salesOrderId)).lines).toMatchObject([
      { quantityShipped: "5", quantityBackordered: "0" },
    ]);
  });

  it("although they should be: what was found ships at once, the rest waits, and both are billed once", async () => {
    const sku = "RCP-GFI";
    await receive(sku, 14);
    await hub.until("the goods arrived", null, async () => (await positionOf(sku, "ATL"))?.availableToPromise === "10");
    await hub.control("dockside", "short-pick", { item: sku, units: "4" });
    const { salesOrderId } = await hub.ordered([[sku, 10]]);
    const backordered = await hub.learns(salesOrderId, "sales-order.backordered");
    expect(backordered).toMatchObject({ cause: "short-pick", lines: [{ sku, quantity: "4" }] });
    const { lines } = await hub.reaches(salesOrderId, "partially-shipped");
    expect(lines).toMatchObject([{ quantityShipped: "6", quantityBackordered: "4" }]);
    expect(await hub.sentences(salesOrderId)).toContain("short of 4 × RCP-GFI");

    await receive(sku, 4);
    await hub.reaches(salesOrderId, "closed");
    const shipments = await hub.shipments(salesOrderId);
    const units = shipments.map(({ handlingUnits }) => handlingUnits.flatMap(({ contents }) => contents));
    expect(units).toMatchObject([[{ sku, quantity: "6" }], [{ sku, quantity: "4" }]]);
    for (const { shipmentId } of shipments) expect(await didFor("granite", shipmentId)).toEqual(["post-invoice"]);
  });

  it("because the warehouse will not do the work: another branch ships them", async () => {
    const deep = hub.shelves.take({ onHand: 200 });
    await hub.behaves("dockside", { refuseNext: { count: 1, reason: "Inventory count today." }, onlyPath: "/waves" });
    const { salesOrderId } = await hub.ordered([[deep.sku, 1]]);
    await hub.reaches(salesOrderId, "closed");
    expect(await hub.sentences(salesOrderId)).toContain("Inventory count today.");
    const [shipment] = await hub.shipments(salesOrderId);
    expect(shipment?.branch).not.toBe("ATL");
  });
});

describe("the tax engine is down", () => {
  it("the order waits two minutes for it, then goes on with an estimate at the house's rate, and is billed so", async () => {
    await hub.behaves("meridian", { mode: "down" });
    const { salesOrderId } = await hub.ordered([[item.sku, 10]]);
    await hub.learns(salesOrderId, "command.deferred");
    expect((await hub.story(salesOrderId)).waits).toMatchObject([{ system: "tax" }]);
    hub.leap(3 * minuteMs);
    const { taxAmount, merchandiseAmount } = await hub.reaches(salesOrderId, "closed");
    expect(Number(taxAmount)).toBeCloseTo(Number(merchandiseAmount) * 0.0825, 1);
    expect(await hub.sentences(salesOrderId)).toContain(
      `Tax is estimated at ${round(taxAmount ?? "", 2)}, since the tax engine did not answer.`,
    );
    const invoice = await hub.learns<{ taxAmount?: string; totalAmount: string }>(salesOrderId, "invoice.posted");
    expect(Number(invoice.taxAmount)).toBe(Number(taxAmount));
  });
});
