import { beforeAll, describe, expect, it } from "vitest";
import type { SalesOrder, Shipment } from "#contracts";
import { runningHub } from "./running-hub.ts";

const hub = await runningHub();

/** What must be there of any order that went the whole way. */
async function expectDelivered(order: SalesOrder): Promise<readonly Shipment[]> {
  const { salesOrderId, lines, erpOrderNumber } = order;
  expect(order.status).toBe("closed");
  expect(erpOrderNumber).toMatch(/^GR-\d+$/);
  expect(await hub.did("granite", { operation: "create-sales-order", reference: salesOrderId })).toHaveLength(1);
  expect(lines.map(({ quantityShipped }) => quantityShipped)).toEqual(
    lines.map(({ quantityOrdered }) => quantityOrdered),
  );

  const shipments = await hub.shipments(salesOrderId);
  expect(shipments.length).toBeGreaterThan(0);
  for (const { shipmentId, rateDecision, carrier, proofOfDelivery, milestones, status } of shipments) {
    expect(status).toBe("delivered");
    expect(rateDecision?.chosen?.carrier).toBe(carrier);
    expect(rateDecision?.candidates.filter(({ verdict }) => verdict === "chosen")).toHaveLength(1);
    expect(proofOfDelivery?.signedBy).toBe("R. Alvarez");
    expect(milestones.map(({ code }) => code)).toEqual(
      expect.arrayContaining(["label-created", "picked-up", "in-transit", "out-for-delivery", "delivered"]),
    );
    expect(await hub.did("granite", { operation: "post-invoice", reference: shipmentId })).toHaveLength(1);
  }
  const { invoiceNumber } = await hub.learns<{ invoiceNumber: string }>(salesOrderId, "invoice.posted");
  expect(invoiceNumber).toMatch(/^GI-\d+$/);
  expect((await hub.find(invoiceNumber))?.salesOrderId).toBe(salesOrderId);
  return shipments;
}

const paper = async (shipmentId: string, n: number) => {
  const { headers, text } = await hub.get(`/v1/shipments/${shipmentId}/documents/${n}`);
  return { type: headers.get("content-type") ?? "", disposition: headers.get("content-disposition") ?? "", text };
};

describe("an order told by Shopify's webhook", () => {
  let order: SalesOrder;
  beforeAll(async () => {
    const [first, second] = [hub.shelves.take(), hub.shelves.take()];
    const lines = [
      { sku: first.sku, quantity: 4 },
      { sku: second.sku, quantity: 2 },
    ];
    await hub.control("corner-shop", "place-order", { customerNumber: "C-1001", purchaseOrder: "PO-SHOP-1", lines });
    order = await hub.arrives("PO-SHOP-1");
    order = await hub.reaches(order.salesOrderId, "closed");
  });

  it("is delivered, signed for and billed, by the cheapest of the carriers that were asked", async () => {
    const [shipment] = await expectDelivered(order);
    expect(shipment).toMatchObject({
      mode: "parcel",
      carrier: "anchor",
      trackingNumber: expect.stringMatching(/^AX\d{12}$/),
    });
    const losers = shipment?.rateDecision?.candidates.filter(({ verdict }) => verdict === "costlier") ?? [];
    expect(losers.map(({ carrier }) => carrier)).toContain("swift");
    for (const { quote } of losers)
      expect(Number(quote?.amount)).toBeGreaterThanOrEqual(Number(shipment?.rateDecision?.chosen?.amount));
  });

  it("has its label as ZPL for the label printer and as PDF for any other", async () => {
    const [shipment] = await hub.shipments(order.salesOrderId);
    const [zpl, pdf] = [await paper(shipment?.shipmentId ?? "", 1), await paper(shipment?.shipmentId ?? "", 2)];
    expect(zpl.type).toContain("text/plain");
    expect(zpl.text).toMatch(/^\^XA[^]*\^XZ\s*$/);
    expect(zpl.text).toContain(shipment?.trackingNumber);
    expect(pdf.type).toBe("application/pdf");
    expect(pdf.text).toMatch(/^%PDF-/);
    expect(pdf.disposition).toContain(".pdf");
  });

  it("is told back to the shop, with the number it travels under", async () => {
    const { orders } = await hub.look<{ orders: { fulfillments: object[] }[] }>("corner-shop", "orders");
    const [shipment] = await hub.shipments(order.salesOrderId);
    expect(orders.flatMap(({ fulfillments }) => fulfillments)).toMatchObject([
      { external_id: shipment?.shipmentId, tracking_number: shipment?.trackingNumber },
    ]);
  });

  it("has a story: each step in plain words, each call with what was sent and answered, and why it went so", async () => {
    const story = await hub.story("PO-SHOP-1");
    expect(story).toMatchObject({ stage: "closed", customerNumber: "C-1001" });
    expect(story.numbers).toEqual(expect.arrayContaining(["PO PO-SHOP-1", `ERP ${order.erpOrderNumber}`]));
    expect(story.waits).toEqual([]);
    const calls = story.steps.filter(({ kind }) => kind === "exchange");
    expect(new Set(calls.map(({ system }) => system))).toEqual(
      new Set(["erp", "tax", "warehouse", "anchor", "swift", "web-shop"]),
    );
    for (const { details, durationMs, status } of calls) {
      expect(details).toMatchObject({
        method: expect.any(String),
        url: expect.stringContaining("http"),
        answerBody: expect.any(String),
      });
      expect([typeof durationMs, status]).toEqual(["number", expect.any(Number)]);
    }
    expect(story.steps.map(({ at }) => at)).toEqual(story.steps.map(({ at }) => at).toSorted());
    const questions = story.reasons.map(({ question }) => question);
    expect(questions).toEqual(
      expect.arrayContaining(["Why ATL?", "Why anchor?", expect.stringMatching(/^Line 1, .*why this price\?$/)]),
    );
  });

  it("tells no secret and nobody's name in it, wherever one looks", async () => {
    expect(hub.secrets.length).toBeGreaterThan(8);
    const open = [
      (await hub.get(`/v1/sales-orders/${order.salesOrderId}/story`)).text,
      JSON.stringify(await hub.database.query("select * from exchanges")),
    ];
    const inOtherWords = hub.secrets.flatMap((secret) => [secret, Buffer.from(secret).toString("base64")]);
    for (const text of open) {
      expect([...inOtherWords, hub.token, "R. Alvarez"].filter((secret) => text.includes(secret))).toEqual([]);
      expect(text).not.toMatch(/Basic [A-Za-z0-9+/]{8}|Bearer [A-Za-z0-9_-]{8}/);
      // A token somebody was given in an answer is a secret like those we brought.
      expect(text).not.toMatch(/access_token\W{1,6}[A-Za-z0-9_-]{8}/);
    }
  });
});

describe("an order by the JSON API", () => {
  it("is answered at once with what was decided line by line, and is delivered", async () => {
    const [first, second] = [hub.shelves.take(), hub.shelves.take()];
    const draft = hub.draft([
      [first.sku, 5],
      [second.sku, 3],
    ]);
    const answer = await hub.submit(draft);
    expect([answer.status, answer.body.outcome, answer.body.repeat]).toEqual([201, "accepted", false]);
    const { salesOrder } = answer.body;
    expect(answer.headers.get("location")).toBe(`/v1/sales-orders/${salesOrder.salesOrderId}`);
    expect(salesOrder.lines).toMatchObject([
      { sku: first.sku, quantityAllocated: "5", allocations: [{ branch: "ATL", quantity: "5" }] },
      { sku: second.sku, quantityAllocated: "3", allocationExplanation: expect.stringContaining("ATL") },
    ]);
    await expectDelivered(await hub.reaches(salesOrder.salesOrderId, "closed"));
  });

  it("that is heavy goes by freight: a bill of lading, a PRO number, a freight carrier", async () => {
    const flange = hub.shelves.take({ lbs: [8, 40], onHand: 30 });
    const { salesOrderId } = await hub.ordered([[flange.sku, Math.ceil(220 / Number(flange.weightLb))]]);
    const [shipment] = await expectDelivered(await hub.reaches(salesOrderId, "closed"));
    expect(shipment).toMatchObject({
      mode: "ltl",
      carrier: "piedmont",
      proNumber: expect.any(String),
      bolNumber: expect.any(String),
    });
    const notAsked = shipment?.rateDecision?.candidates.filter(({ verdict }) => verdict === "not-eligible") ?? [];
    expect(notAsked.map(({ carrier }) => carrier).toSorted()).toEqual(["anchor", "swift"]);
    const { type, text, disposition } = await paper(shipment?.shipmentId ?? "", 1);
    expect([type, text.slice(0, 5)]).toEqual(["application/pdf", "%PDF-"]);
    expect(disposition).toContain("bill-of-lading");
  });
});

describe("orders in a dropped CSV file", () => {
  it("are taken one and all, put away with a report, and delivered", async () => {
    const [first, second] = [hub.shelves.take(), hub.shelves.take()];
    const header = "order_number,customer_number,purchase_order,ship_to_code,line_number,sku,quantity,unit_of_measure";
    const rows = [
      `FILE-1,C-1003,PO-FILE-1,MAIN,1,${first.sku},3,EA`,
      `FILE-1,,,,2,${second.sku},2,EA`,
      `FILE-2,C-1002,PO-FILE-2,MAIN,1,${first.sku},1,EA`,
    ];
    await hub.dropFile("monday.csv", `${header}\n${rows.join("\n")}\n`);
    const report = await hub.until("monday.csv was taken", null, () => hub.fileReport("monday.csv", "taken"));
    expect(report.orders).toMatchObject([
      { orderNumber: "FILE-1", rows: [2, 3], outcome: "accepted" },
      { orderNumber: "FILE-2", rows: [4], outcome: "accepted" },
    ]);
    for (const { salesOrderNumber = "" } of report.orders) {
      const { salesOrderId } = await hub.arrives(salesOrderNumber);
      await expectDelivered(await hub.reaches(salesOrderId, "closed"));
    }
  });
});

describe("an order for a kit", () => {
  it("is one line to the ERP and on the bill, and its parts to the warehouse", async () => {
    const kit = hub.data.products.find(({ sku }) => sku === "KIT-PVC-050");
    const parts = kit?.kitComponents ?? [];
    const { salesOrderId, lines, merchandiseAmount } = await hub.ordered([["KIT-PVC-050", 2]]);
    expect(lines.map(({ sku, kitLineNumber }) => [sku, kitLineNumber])).toEqual([
      ["KIT-PVC-050", undefined],
      ...parts.map(({ sku }) => [sku, 1]),
    ]);
    expect(lines[0]?.lineAmount).toBe(merchandiseAmount);
    const order = await hub.reaches(salesOrderId, "closed");
    await expectDelivered(order);
    expect(order.lines.map(({ quantityShipped }) => quantityShipped)).toEqual([
      "2",
      ...parts.map(({ quantity }) => String(2 * Number(quantity))),
    ]);
    const { merchandiseAmount: billed } = await hub.learns<{ merchandiseAmount: string }>(
      salesOrderId,
      "invoice.posted",
    );
    expect(Number(billed)).toBe(Number(merchandiseAmount));
  });
});
