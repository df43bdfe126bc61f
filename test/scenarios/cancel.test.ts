import { beforeEach, describe, expect, it } from "vitest";
import { SalesOrderCancelRequested } from "#contracts";
import { givenOrder, givenStock, linesOf, stockOf } from "#testing";
import { aSku, booksBalanceAfterEach, createHub, type Hub } from "./hub.ts";

booksBalanceAfterEach();

let hub: Hub;
let sku: string;
let salesOrderId: string;
beforeEach(async () => {
  hub = createHub();
  sku = await aSku();
  await givenStock(hub.database, sku, "ATL", "6");
  await givenStock(hub.database, sku, "DAL", "3");
});

const cancel = () =>
  hub.tell([
    SalesOrderCancelRequested({ salesOrderId, by: "kim", reason: "Ordered twice" }, { correlationId: salesOrderId }),
  ]);

async function anOrder(from: Readonly<Record<string, string>> = { ATL: "6" }, quantity = "6"): Promise<void> {
  const order = await givenOrder(hub.database, [{ sku, quantity, from }]);
  salesOrderId = order.salesOrderId;
  await hub.tell([order.accepted]);
}

/** Cancelled whole: nobody has any of it, everybody who knew was told. */
async function expectUndone(): Promise<void> {
  expect(await hub.stateOf("order-to-cash", salesOrderId)).toBe("cancelled");
  expect(await linesOf(hub.database, salesOrderId)).toEqual(["cancelled 6"]);
  expect(await stockOf(hub.database, sku, "ATL")).toBe("6 / 0");
  expect(hub.shop.told).toEqual(["cancelled: Ordered twice (kim)"]);
  expect(hub.erp.invoices).toEqual([]);
}

describe("an order is cancelled", () => {
  it("while the ERP is down: it is created and then cancelled there, in that order", async () => {
    hub.erp.down = true;
    await anOrder();
    await cancel();
    expect(await hub.stateOf("order-to-cash", salesOrderId)).toBe("cancelling");
    expect(await stockOf(hub.database, sku, "ATL")).toBe("6 / 0");
    hub.erp.down = false;
    await hub.rest();
    expect(hub.erp.orders.get(salesOrderId)).toMatchObject({ cancelled: true });
    await expectUndone();
  });

  it("while its tax is being asked for", async () => {
    hub.tax.down = true;
    await anOrder();
    await cancel();
    // The ERP is asked behind the tax engine, which is given up in a minute.
    await hub.later(90_000);
    expect(hub.erp.orders.get(salesOrderId)).toMatchObject({ cancelled: true });
    await expectUndone();
  });

  it("while the warehouse does not answer: it is released and then recalled, in that order", async () => {
    hub.atl.down = true;
    await anOrder();
    await cancel();
    expect(await hub.stateOf("order-to-cash", salesOrderId)).toBe("cancelling");
    hub.atl.down = false;
    await hub.rest();
    expect(hub.atl.recalled).toEqual([...hub.atl.released.keys()]);
    await expectUndone();
  });

  it.each([
    { when: "released", steps: [] },
    { when: "picked", steps: ["picked"] },
  ] as const)("when the warehouse has $when it: recalled there, cancelled in the ERP", async ({ steps }) => {
    await anOrder();
    await hub.works(hub.atl, salesOrderId, steps);
    await cancel();
    expect(hub.atl.recalled).toHaveLength(1);
    expect(hub.erp.orders.get(salesOrderId)).toMatchObject({ cancelled: true });
    await expectUndone();
  });

  it("when it is labelled: the label is voided at the carrier too", async () => {
    await anOrder();
    await hub.works(hub.atl, salesOrderId, ["picked", "packed"]);
    expect(await hub.stateOf("fulfillment", salesOrderId)).toBe("labelled");
    await cancel();
    expect(hub.anchor.voided).toHaveLength(1);
    expect(await hub.stateOf("shipment", salesOrderId)).toBe("cancelled");
    await expectUndone();
  });

  it("while a carrier is being asked to take it: what it may have taken is voided after it answered", async () => {
    await anOrder();
    hub.anchor.down = true;
    await hub.works(hub.atl, salesOrderId, ["picked", "packed"]);
    expect(await hub.stateOf("shipment", salesOrderId)).toBe("tendering");
    await cancel();
    expect(await hub.stateOf("shipment", salesOrderId)).toBe("voiding");
    await expectUndone();
    hub.anchor.down = false;
    await hub.rest();
    expect(await hub.stateOf("shipment", salesOrderId)).toBe("cancelled");
    expect(hub.anchor.voided).toHaveLength(1);
  });

  it("while no carrier takes it", async () => {
    hub.anchor.refuses = { reason: "No." };
    hub.swift.refuses = { reason: "No." };
    await anOrder();
    await hub.works(hub.atl, salesOrderId, ["picked", "packed"]);
    await cancel();
    expect(await hub.stateOf("shipment", salesOrderId)).toBe("cancelled");
    await expectUndone();
  });

  it("and asked for again: the second ask changes nothing", async () => {
    hub.atl.down = true;
    await anOrder();
    await cancel();
    await cancel();
    hub.atl.down = false;
    await hub.rest();
    await cancel();
    await expectUndone();
  });

  it("and frees its stock for whoever waits for it", async () => {
    hub.erp.down = true;
    await anOrder();
    const waiting = await givenOrder(hub.database, [{ sku, quantity: "4" }]);
    await cancel();
    expect(await linesOf(hub.database, waiting.salesOrderId)).toEqual(["allocated 4"]);
  });
});

describe("a cancellation comes too late", () => {
  it("for one branch of two: the other's part is cancelled, the order goes on with the rest and is closed", async () => {
    await anOrder({ ATL: "6", DAL: "3" }, "9");
    hub.atl.recallRefused = "the truck has left";
    await cancel();
    const [refused] = await hub.dataOf(salesOrderId, "sales-order.cancel-refused");
    expect(refused).toMatchObject({
      reason: expect.stringContaining("ATL goes on: the truck has left"),
      cancelledLines: [{ quantity: "3" }],
    });
    expect(hub.erp.orders.get(salesOrderId)).toMatchObject({
      cancelled: false,
      cancelledLines: [{ lineNumber: 1, quantity: "3" }],
    });
    await hub.works(hub.atl, salesOrderId, ["picked", "packed", "shipped"]);
    await hub.carrierTells(hub.anchor, salesOrderId, ["delivered"]);
    expect(await hub.stateOf("order-to-cash", salesOrderId)).toBe("closed");
    expect(await linesOf(hub.database, salesOrderId)).toEqual(["shipped 6, cancelled 3"]);
    expect(hub.erp.invoices).toMatchObject([{ lines: [{ quantity: "6", taxAmount: "6.00" }] }]);
  });

  it("for what shipped: only the backordered rest is cancelled", async () => {
    await anOrder({ ATL: "6" }, "10");
    await hub.works(hub.atl, salesOrderId, ["picked", "packed", "shipped"]);
    await cancel();
    expect(await hub.dataOf(salesOrderId, "sales-order.cancel-refused")).toMatchObject([
      { cancelledLines: [{ quantity: "4" }] },
    ]);
    await hub.carrierTells(hub.anchor, salesOrderId, ["delivered"]);
    expect(await hub.stateOf("order-to-cash", salesOrderId)).toBe("closed");
  });

  it("for the whole: it is refused, and the order goes on as if nobody had asked", async () => {
    await anOrder();
    await hub.works(hub.atl, salesOrderId, ["picked", "packed", "shipped"]);
    await cancel();
    expect(await hub.dataOf(salesOrderId, "sales-order.cancel-refused")).toEqual([
      { salesOrderId, reason: "All of it has shipped; ask for a return.", cancelledLines: [] },
    ]);
    await hub.carrierTells(hub.anchor, salesOrderId, ["delivered"]);
    expect(await hub.stateOf("order-to-cash", salesOrderId)).toBe("closed");
  });

  it("because the goods left while the recall was on its way", async () => {
    await anOrder();
    await hub.works(hub.atl, salesOrderId, ["picked", "packed"]);
    hub.atl.down = true;
    await cancel();
    await hub.works(hub.atl, salesOrderId, ["shipped"]);
    expect(await hub.stateOf("order-to-cash", salesOrderId)).toBe("delivering");
    expect(await hub.dataOf(salesOrderId, "sales-order.cancel-refused")).toMatchObject([
      { reason: expect.stringContaining("ATL has shipped its part.") },
    ]);
    hub.atl.recallRefused = "gone";
    hub.atl.down = false;
    await hub.rest();
    await hub.carrierTells(hub.anchor, salesOrderId, ["delivered"]);
    expect(await hub.stateOf("order-to-cash", salesOrderId)).toBe("closed");
  });
});
