import { beforeEach, describe, expect, it } from "vitest";
import { SalesOrderCancelRequested, SalesOrderHeld } from "#contracts";
import { correctAddress, fillBackorders, placeHold, releaseHold } from "#domains";
import { anAddress, givenOrder, givenStock, linesOf, stockOf } from "#testing";
import { carrierNewsToEvents, warehouseNewsToEvents } from "#processes";
import type { WarehouseNews } from "#systems";
import { aSku, booksBalanceAfterEach, carrierNews, createHub, type Hub } from "./hub.ts";
import { newsOf } from "./world.ts";

booksBalanceAfterEach();

let hub: Hub;
let sku: string;
beforeEach(async () => {
  hub = createHub();
  sku = await aSku();
});

const cancel = (salesOrderId: string) =>
  hub.tell([
    SalesOrderCancelRequested({ salesOrderId, by: "kim", reason: "Ordered twice" }, { correlationId: salesOrderId }),
  ]);

const release = (salesOrderId: string, hold: "credit" | "erp-refused" | "operator", reason: string) =>
  hub.within((tx) =>
    releaseHold(tx, [{ salesOrderId, hold, by: "kim", reason }], { now: new Date("2026-01-05T10:00:00Z") }),
  );

/** An order whose whole quantity lies at one branch, told to the hub. */
async function anOrder(quantity = "6", branch: "ATL" | "DAL" = "ATL"): Promise<string> {
  await givenStock(hub.database, sku, branch, quantity);
  const { salesOrderId, accepted } = await givenOrder(hub.database, [{ sku, quantity, from: { [branch]: quantity } }]);
  await hub.tell([accepted]);
  return salesOrderId;
}

describe("an order with stock", () => {
  it("crosses ERP, tax, warehouse, carrier and storefront and is closed when it is delivered and invoiced", async () => {
    const salesOrderId = await anOrder();
    await hub.works(hub.atl, salesOrderId, ["picked", "packed", "shipped"]);
    await hub.carrierTells(hub.anchor, salesOrderId, ["picked-up", "in-transit", "out-for-delivery", "delivered"]);
    expect(await hub.stateOf("order-to-cash", salesOrderId)).toBe("closed");
    expect(await hub.stateOf("fulfillment", salesOrderId)).toBe("shipped");
    expect(await hub.stateOf("shipment", salesOrderId)).toBe("delivered");
    expect(await hub.story(salesOrderId)).toEqual([
      "sales-order.accepted",
      "sales-order.registered",
      "sales-order.taxed",
      "fulfillment.requested",
      "fulfillment.released",
      "fulfillment.picked",
      "fulfillment.packed",
      "shipment.created",
      "shipment.rated",
      "shipment.tendered",
      "shipment.documents-sent",
      "fulfillment.shipped",
      "inventory.changed",
      "sales-order.shipped",
      expect.stringMatching(/invoice.posted|channel-informed/),
      expect.stringMatching(/invoice.posted|channel-informed/),
      "shipment.picked-up",
      "shipment.milestone-recorded",
      "shipment.milestone-recorded",
      "shipment.delivered",
      "sales-order.completed",
      "sales-order.closed",
    ]);
    expect(hub.erp.invoices).toMatchObject([
      { freightAmount: "9.5", lines: [{ quantity: "6", unitPrice: "10", taxAmount: "6.00" }] },
    ]);
    expect(hub.shop.told).toEqual([expect.stringMatching(/^shipped 6 by anchor ANCHOR/)]);
    expect([...hub.atl.papers.values()]).toEqual([expect.stringMatching(/^anchor ANCHOR\w+ 1$/)]);
    expect(await stockOf(hub.database, sku, "ATL")).toBe("0 / 0");
    const [shipment] = await hub.database.query<{
      proof: { signedBy: string };
      decision: { chosen: { carrier: string } };
    }>("select proof_of_delivery as proof, rate_decision as decision from shipments where sales_order_id = $1", [
      salesOrderId,
    ]);
    expect(shipment).toMatchObject({ proof: { signedBy: "Sam" }, decision: { chosen: { carrier: "anchor" } } });
  });

  it("is closed in whichever order delivery and invoice come", async () => {
    const salesOrderId = await anOrder();
    await hub.works(hub.atl, salesOrderId, ["picked", "packed"]);
    hub.erp.down = true;
    await hub.works(hub.atl, salesOrderId, ["shipped"]);
    await hub.carrierTells(hub.anchor, salesOrderId, ["delivered"]);
    expect(await hub.stateOf("order-to-cash", salesOrderId)).toBe("delivering");
    hub.erp.down = false;
    await hub.rest();
    expect(await hub.stateOf("order-to-cash", salesOrderId)).toBe("closed");
  });

  it("takes in what the carrier tells before the warehouse does, and what is told twice only once", async () => {
    const salesOrderId = await anOrder();
    await hub.works(hub.atl, salesOrderId, ["picked", "packed"]);
    await hub.carrierTells(hub.anchor, salesOrderId, ["picked-up", "delivered"]);
    expect(await hub.stateOf("shipment", salesOrderId)).toBe("tendered");
    await hub.works(hub.atl, salesOrderId, ["shipped"]);
    await hub.carrierTells(hub.anchor, salesOrderId, ["picked-up", "delivered"]);
    expect(await hub.stateOf("order-to-cash", salesOrderId)).toBe("closed");
    expect(hub.erp.invoices).toHaveLength(1);
  });

  it("at two branches is two fulfillments, two shipments and two invoices whose sums are exact", async () => {
    await givenStock(hub.database, sku, "ATL", "1");
    await givenStock(hub.database, sku, "DAL", "2");
    hub.tax.rate = 0.0333;
    const { salesOrderId, accepted } = await givenOrder(hub.database, [
      { sku, quantity: "3", from: { ATL: "1", DAL: "2" } },
    ]);
    await hub.tell([accepted]);
    await hub.works(hub.atl, salesOrderId, ["picked", "packed", "shipped"]);
    expect(await hub.stateOf("order-to-cash", salesOrderId)).toBe("fulfilling");
    await hub.works(hub.dal, salesOrderId, ["picked", "packed", "shipped"]);
    await hub.carrierTells(hub.anchor, salesOrderId, ["delivered"]);
    expect(await hub.stateOf("order-to-cash", salesOrderId)).toBe("closed");
    expect(hub.erp.invoices.map((invoice) => invoice.lines[0]?.taxAmount)).toEqual(["0.33", "0.67"]);
  });

  it("that is heavy goes by freight, with a PRO number", async () => {
    const salesOrderId = await anOrder("60");
    const [work] = await hub.workOf(hub.atl, salesOrderId);
    if (!work) throw new Error("nothing was released");
    await hub.works(hub.atl, salesOrderId, ["picked"]);
    const contents = work.lines.map(({ lineNumber, sku, quantity }) => ({ lineNumber, sku, quantity }));
    const pallet = {
      sscc: "006141411234567890",
      kind: "pallet",
      weightLb: "400",
      lengthIn: "48",
      widthIn: "40",
      heightIn: "50",
      contents,
    } as const;
    await hub.warehouseTells(hub.atl, {
      messageId: `${work.reference} pallets`,
      reference: work.reference,
      occurredAt: "2026-01-05T12:00:00Z",
      news: "packed",
      handlingUnits: [pallet],
    });
    expect(await hub.dataOf(salesOrderId, "shipment.tendered")).toMatchObject([
      { carrier: "piedmont", mode: "ltl", proNumber: expect.any(String) },
    ]);
  });
});

describe("a system that is down", () => {
  it("ERP: orders wait their turn and are created in the order in which they came when it returns", async () => {
    hub.erp.down = true;
    const orders = [await anOrder(), await anOrder(), await anOrder()];
    await hub.later(60_000);
    expect(hub.erp.created).toEqual([]);
    hub.erp.down = false;
    await hub.rest();
    expect(hub.erp.created).toEqual(orders);
    expect(await hub.stateOf("order-to-cash", orders[2] ?? "")).toBe("fulfilling");
  });

  it("tax engine: after its patience the order goes on with an estimate that is marked as one", async () => {
    hub.tax.down = true;
    const salesOrderId = await anOrder();
    expect(await hub.stateOf("order-to-cash", salesOrderId)).toBe("taxing");
    await hub.later(3 * 60_000);
    expect(await hub.dataOf(salesOrderId, "sales-order.taxed")).toMatchObject([
      { source: "estimate", taxAmount: "4.2" },
    ]);
    await hub.works(hub.atl, salesOrderId, ["picked", "packed", "shipped"]);
    await hub.carrierTells(hub.anchor, salesOrderId, ["delivered"]);
    expect(await hub.stateOf("order-to-cash", salesOrderId)).toBe("closed");
  });

  it("storefront: neither shipment nor invoice wait for it, and it is told when it returns", async () => {
    hub.shop.down = true;
    const salesOrderId = await anOrder();
    await hub.works(hub.atl, salesOrderId, ["picked", "packed", "shipped"]);
    await hub.carrierTells(hub.anchor, salesOrderId, ["delivered"]);
    expect(await hub.stateOf("order-to-cash", salesOrderId)).toBe("closed");
    expect(hub.shop.told).toEqual([]);
    hub.shop.down = false;
    await hub.rest();
    expect(hub.shop.told).toHaveLength(1);
  });
});

describe("an order on hold", () => {
  const heldFor = (salesOrderId: string) =>
    SalesOrderHeld(
      { salesOrderId, salesOrderNumber: salesOrderId, reasons: ["credit"], explanation: "Over the limit." },
      { correlationId: salesOrderId },
    );

  async function aHeldOrder(): Promise<string> {
    await givenStock(hub.database, sku, "ATL", "6");
    const { salesOrderId } = await givenOrder(hub.database, [{ sku, quantity: "6", from: { ATL: "6" } }], {
      stage: "on-hold",
    });
    await hub.database.query(
      "insert into sales_order_holds (sales_order_id, reason, explanation, held_at) values ($1, 'credit', 'Over the limit.', now())",
      [salesOrderId],
    );
    await hub.tell([heldFor(salesOrderId)]);
    return salesOrderId;
  }

  it("waits for as long as a hold is left and goes on when somebody released the last", async () => {
    const salesOrderId = await aHeldOrder();
    expect(hub.erp.created).toEqual([]);
    await release(salesOrderId, "credit", "They paid.");
    expect(await hub.stateOf("order-to-cash", salesOrderId)).toBe("fulfilling");
    const [hold] = await hub.database.query(
      "select released_by, release_reason from sales_order_holds where sales_order_id = $1",
      [salesOrderId],
    );
    expect(hold).toEqual({ released_by: "kim", release_reason: "They paid." });
  });

  it("by the ERP's refusal waits with the ERP's own words, and is sent again when released", async () => {
    hub.erp.refuses = "Unknown terms code.";
    const salesOrderId = await anOrder();
    expect(await hub.dataOf(salesOrderId, "sales-order.held")).toMatchObject([
      { reasons: ["erp-refused"], explanation: expect.stringContaining("Unknown terms code.") },
    ]);
    hub.erp.refuses = null;
    await release(salesOrderId, "erp-refused", "Terms mended.");
    expect(await hub.stateOf("order-to-cash", salesOrderId)).toBe("fulfilling");
    expect(hub.erp.created).toEqual([salesOrderId]);
  });

  it("that somebody put there while the ERP was asked is registered and taxed, and no branch is asked before it is released", async () => {
    hub.erp.down = true;
    const salesOrderId = await anOrder();
    const hold = { salesOrderId, reason: "operator", explanation: "Call them first." } as const;
    await hub.within((tx) => placeHold(tx, [hold], { now: new Date("2026-01-05T10:00:00Z") }));
    hub.erp.down = false;
    await hub.rest();
    expect(await hub.workOf(hub.atl, salesOrderId)).toEqual([]);
    await release(salesOrderId, "operator", "They want it.");
    await hub.works(hub.atl, salesOrderId, ["picked", "packed", "shipped"]);
    await hub.carrierTells(hub.anchor, salesOrderId, ["delivered"]);
    expect(await hub.stateOf("order-to-cash", salesOrderId)).toBe("closed");
  });

  it("is cancelled at once: nobody else knows of it", async () => {
    const salesOrderId = await aHeldOrder();
    await cancel(salesOrderId);
    expect(await hub.stateOf("order-to-cash", salesOrderId)).toBe("cancelled");
    expect(await stockOf(hub.database, sku, "ATL")).toBe("6 / 0");
    expect(hub.shop.told).toEqual(["cancelled: Ordered twice (kim)"]);
  });
});

describe("stock that is not there", () => {
  it("is backordered, and what has stock goes ahead; when more arrives the rest follows", async () => {
    await givenStock(hub.database, sku, "ATL", "4");
    const { salesOrderId, accepted } = await givenOrder(hub.database, [{ sku, quantity: "6", from: { ATL: "4" } }]);
    await hub.tell([accepted]);
    await hub.works(hub.atl, salesOrderId, ["picked", "packed", "shipped"]);
    expect(await linesOf(hub.database, salesOrderId)).toEqual(["backordered 2, shipped 4"]);
    await givenStock(hub.database, sku, "DAL", "5");
    await hub.within((tx) => fillBackorders(tx, [{ sku, branch: "DAL" }]));
    await hub.works(hub.dal, salesOrderId, ["picked", "packed", "shipped"]);
    await hub.carrierTells(hub.anchor, salesOrderId, ["delivered"]);
    expect(await hub.stateOf("order-to-cash", salesOrderId)).toBe("closed");
    expect(hub.erp.invoices.map((invoice) => invoice.lines[0]?.quantity)).toEqual(["4", "2"]);
  });

  it("at picking is fetched from another branch, and the books say why", async () => {
    await givenStock(hub.database, sku, "DAL", "5");
    const salesOrderId = await anOrder();
    await hub.works(hub.atl, salesOrderId, ["picked"], "4");
    await hub.works(hub.atl, salesOrderId, ["packed", "shipped"], "4");
    await hub.works(hub.dal, salesOrderId, ["picked", "packed", "shipped"]);
    await hub.carrierTells(hub.anchor, salesOrderId, ["delivered"]);
    expect(await hub.stateOf("order-to-cash", salesOrderId)).toBe("closed");
    expect(await hub.dataOf(salesOrderId, "inventory.changed")).toMatchObject([
      { cause: "short-pick", onHand: "4" },
      { cause: "shipment" },
      { cause: "shipment" },
    ]);
  });

  it("at all at one branch ends that fulfillment, and the other branch does the whole", async () => {
    await givenStock(hub.database, sku, "DAL", "9");
    const salesOrderId = await anOrder();
    await hub.works(hub.atl, salesOrderId, ["picked"], "0");
    await hub.works(hub.dal, salesOrderId, ["picked", "packed", "shipped"]);
    await hub.carrierTells(hub.anchor, salesOrderId, ["delivered"]);
    expect(await hub.stateOf("order-to-cash", salesOrderId)).toBe("closed");
    expect((await hub.stateOf("fulfillment", salesOrderId)).split(", ").toSorted()).toEqual(["cancelled", "shipped"]);
  });

  it("by a warehouse's refusal is sought at another", async () => {
    await givenStock(hub.database, sku, "DAL", "9");
    hub.atl.refuses = "Stocktaking";
    const salesOrderId = await anOrder();
    expect((await hub.workOf(hub.dal, salesOrderId)).map((work) => work.lines[0]?.quantity)).toEqual(["6"]);
  });
});

describe("a carrier that does not take the goods", () => {
  it("refuses: the next best of the offers gets them, and the first is remembered with its reason", async () => {
    hub.anchor.refuses = { reason: "No capacity today." };
    const salesOrderId = await anOrder();
    await hub.works(hub.atl, salesOrderId, ["picked", "packed"]);
    expect(await hub.dataOf(salesOrderId, "shipment.rated")).toMatchObject([
      { carrier: "anchor" },
      {
        carrier: "swift",
        losers: expect.arrayContaining([
          expect.objectContaining({ carrier: "anchor", verdict: "refused: No capacity today." }),
        ]),
      },
    ]);
    expect(hub.swift.tendered).toHaveLength(1);
    expect(hub.anchor.voided).toEqual([]);
  });

  it("is down: it is given up in time for the truck, and the next one is asked", async () => {
    const salesOrderId = await anOrder();
    hub.anchor.down = true;
    await hub.works(hub.atl, salesOrderId, ["picked", "packed"]);
    expect(await hub.stateOf("shipment", salesOrderId)).toBe("tendering");
    await hub.later(11_000);
    expect(await hub.stateOf("shipment", salesOrderId)).toBe("tendered");
    expect(hub.swift.tendered).toHaveLength(1);
  });

  it("took them and never said so: the next one gets them, and the first is told to forget them", async () => {
    hub.anchor.losesAnswers = true;
    const salesOrderId = await anOrder();
    await hub.works(hub.atl, salesOrderId, ["picked", "packed"]);
    await hub.later(11_000);
    expect(hub.swift.tendered).toHaveLength(1);
    expect(hub.anchor.voided).toHaveLength(1);
    expect(await hub.stateOf("doubtful-tender", salesOrderId)).toBe("settled");
  });

  it("is silent when asked for rates: it is judged by what it last asked for such goods", async () => {
    hub.anchor.amount = "7.77";
    await hub.works(hub.atl, await anOrder(), ["picked", "packed"]);
    hub.anchor.silentOnQuotes = true;
    const salesOrderId = await anOrder();
    await hub.works(hub.atl, salesOrderId, ["picked", "packed"]);
    expect(await hub.dataOf(salesOrderId, "shipment.rated")).toMatchObject([
      { carrier: "anchor", amount: "7.77", explanation: expect.stringContaining("last known rate") },
    ]);
  });

  it("cannot deliver to the address: somebody corrects it, and rates are asked anew", async () => {
    hub.anchor.refuses = { reason: "There is no such street.", address: true };
    const salesOrderId = await anOrder();
    await hub.works(hub.atl, salesOrderId, ["picked", "packed"]);
    expect(await hub.stateOf("shipment", salesOrderId)).toBe("address-hold");
    hub.anchor.refuses = null;
    const [shipment] = await hub.database.query<{ id: string }>(
      "select shipment_id as id from shipments where sales_order_id = $1",
      [salesOrderId],
    );
    const shipTo = { ...anAddress("Acme"), street1: "2 Peachtree St" };
    await hub.within((tx) =>
      correctAddress(tx, { shipmentId: shipment?.id ?? "", shipTo, by: "kim", reason: "A typing mistake" }),
    );
    expect(hub.anchor.tendered).toEqual([expect.stringContaining("to 2 Peachtree St")]);
    expect(await hub.stateOf("shipment", salesOrderId)).toBe("tendered");
  });

  it("is the last: somebody must decide", async () => {
    hub.anchor.refuses = { reason: "No capacity." };
    hub.swift.refuses = { reason: "Not today." };
    const salesOrderId = await anOrder();
    await hub.works(hub.atl, salesOrderId, ["picked", "packed"]);
    expect(await hub.stateOf("shipment", salesOrderId)).toBe("unplaced");
    expect(await hub.dataOf(salesOrderId, "shipment.unplaced")).toMatchObject([
      { reason: expect.stringContaining("swift: Not today.") },
    ]);
  });
});

describe("news", () => {
  it("of a number nobody knows yet is answered as unmatched, and is not lost: the carrier is asked once the goods are on their way", async () => {
    const salesOrderId = await anOrder();
    await hub.works(hub.atl, salesOrderId, ["picked", "packed"]);
    const [number] = [...hub.atl.papers.values()].flatMap((paper) => paper.split(" ")[1] ?? []);
    const early = carrierNews(`${number}`, "picked-up");
    const { drafts, unmatched } = await carrierNewsToEvents(hub.database, "swift", [early]);
    expect(drafts).toEqual([]);
    expect(unmatched).toEqual([{ news: early, reason: `No shipment with swift has the number ${number}.` }]);

    hub.anchor.journey.push(early);
    await hub.works(hub.atl, salesOrderId, ["shipped"]);
    await hub.later(25 * 3_600_000);
    expect(await hub.stateOf("shipment", salesOrderId)).toBe("in-transit");
    hub.anchor.journey.push(carrierNews(`${number}`, "delivered"));
    await hub.later(25 * 3_600_000);
    expect(hub.anchor.asked).toBe(2);
    expect(await hub.stateOf("order-to-cash", salesOrderId)).toBe("closed");
    expect((await hub.story(salesOrderId)).filter((event) => event === "shipment.picked-up")).toHaveLength(1);
  });

  it("of more than was released, or of work we never gave, is kept for repair instead of breaking the books", async () => {
    const salesOrderId = await anOrder();
    const [work] = await hub.workOf(hub.atl, salesOrderId);
    if (!work) throw new Error("nothing was released");
    const reasonOf = async (system: string, news: WarehouseNews) =>
      (await warehouseNewsToEvents(hub.database, system, [news])).unmatched.map(({ reason }) => reason);
    expect(await reasonOf("wms-atl", newsOf(work, "shipped", "7"))).toEqual([
      "Line 1: 7 shipped, but 6 were released.",
    ]);
    expect(await reasonOf("wms-dal", newsOf(work, "shipped"))).toEqual([
      `wms-dal has no work of ours under ${work.reference}.`,
    ]);
    expect(await reasonOf("wms-atl", newsOf({ ...work, reference: "ful_unknown" }, "picked"))).toEqual([
      "wms-atl has no work of ours under ful_unknown.",
    ]);
  });
});
