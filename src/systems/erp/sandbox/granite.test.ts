import { CrossdockError } from "#contracts";
import { describe, expect, it } from "vitest";
import { exampleSalesOrder } from "../../conformance/examples.ts";
import { recorded, scriptedCall } from "../../conformance/scripted-call.ts";
import type { InvoiceRequest } from "../../ports.ts";
import { granite } from "./index.ts";

const fixture = (name: string, status?: number) => recorded(import.meta.dirname, name, status);
const scripted = (answers: Parameters<typeof scriptedCall>[1], maybeDone = false) =>
  scriptedCall<typeof granite.settings>({ apiKey: "k" }, answers, maybeDone);
const salesOrderId = "so_01kavx3q9v8d5n2m7r4t6w8y0z";
const order = exampleSalesOrder(salesOrderId);
const pageOf = (row: object) => ({
  status: 200,
  body: { After: "0", Cnt: "1", Next: "1", Last: "1", More: "N", Rows: [row] },
});

describe("opening an order", () => {
  it("sends it in Granite's words, under our key, to the right address", async () => {
    const { call, asked } = scripted([fixture("order-created", 201)]);
    expect(await granite.createSalesOrder(order, call)).toEqual({ erpOrderNumber: "GR-100001" });
    expect(asked).toEqual([
      {
        operation: "create-sales-order",
        method: "POST",
        path: "/granite/v3/orders",
        headers: { "x-request-id": "key-1" },
        body: expect.objectContaining({
          ExtRef: salesOrderId,
          CustNo: "C-1001",
          CustPo: "PO-4711",
          OrdDate: "20261123",
          Lines: [
            { LineNo: "1", ItemNo: "VLV-BALL-100", Qty: "2", Uom: "EACH", Price: "18.715" },
            { LineNo: "2", ItemNo: "THHN-12-BK", Qty: "100", Uom: "FOOT", Price: "0.14" },
          ],
        }),
      },
    ]);
    expect(granite.authorize({ apiKey: "k" })).toEqual({ "x-api-key": "k" });
  });

  it("looks before it writes when it may have been done", async () => {
    const { call, asked } = scripted([fixture("orders-by-reference")], true);
    expect(await granite.createSalesOrder(order, call)).toEqual({ erpOrderNumber: "GR-100001" });
    expect(asked.map(({ method, query }) => [method, query])).toEqual([["GET", { ExtRef: salesOrderId }]]);
  });

  it("writes when it looked and found nothing", async () => {
    const { call, asked } = scripted([fixture("orders-none"), fixture("order-created", 201)], true);
    await granite.createSalesOrder(order, call);
    expect(asked.map(({ method }) => method)).toEqual(["GET", "POST"]);
  });

  it("answers with Granite's reason when it is refused", async () => {
    const { call } = scripted([fixture("order-refused-customer-closed", 422)]);
    expect(await granite.createSalesOrder(order, call)).toEqual({
      refused: "Customer C-1027 is closed. (CUST-CLOSED)",
      kind: "other",
    });
  });

  it("names the unit of measure Granite has no word for", async () => {
    const lines = order.lines.map((line) => ({ ...line, orderedUnitOfMeasure: "GL" }));
    const { call } = scripted([]);
    await expect(granite.createSalesOrder({ ...order, lines }, call)).rejects.toThrow('"GL"');
  });
});

describe("cancelling an order", () => {
  it("asks for the order's number by our reference when it is not known", async () => {
    const { call, asked } = scripted([fixture("orders-by-reference"), { status: 201, body: {} }]);
    const lines = [{ lineNumber: 2, quantity: "40" }];
    expect(await granite.cancelSalesOrder({ reference: salesOrderId, lines }, call)).toEqual({ cancelled: true });
    expect(asked[1]).toMatchObject({
      path: "/granite/v3/orders/GR-100001/cancel",
      body: { Lines: [{ LineNo: "2", Qty: "40" }] },
    });
  });

  it("is done when the ERP never had it", async () => {
    const byReference = scripted([fixture("orders-none")]);
    expect(await granite.cancelSalesOrder({ reference: salesOrderId }, byReference.call)).toEqual({ cancelled: true });
    const byNumber = scripted([fixture("cancel-unknown-order", 404)]);
    const known = { reference: salesOrderId, erpOrderNumber: "GR-9" };
    expect(await granite.cancelSalesOrder(known, byNumber.call)).toEqual({ cancelled: true });
  });

  it("comes too late for what is invoiced", async () => {
    const { call } = scripted([fixture("cancel-refused-invoiced", 422)]);
    const known = { reference: salesOrderId, erpOrderNumber: "GR-100001" };
    expect(await granite.cancelSalesOrder(known, call)).toMatchObject({ kind: "too-late" });
  });
});

describe("posting an invoice", () => {
  const invoice: InvoiceRequest = {
    reference: "inv_1",
    salesOrderReference: salesOrderId,
    erpOrderNumber: "GR-100001",
    goods: { branch: "ATL", lines: [{ sku: "VLV-BALL-100", quantity: "2" }] },
    customerNumber: "C-1001",
    shipmentReference: "shp_1",
    currency: "USD",
    freightAmount: "12.50",
    lines: [{ lineNumber: 1, sku: "VLV-BALL-100", quantity: "2", unitPrice: "18.715", taxAmount: "3.33" }],
  };

  it("sends it and reads number, amounts and due day", async () => {
    const { call, asked } = scripted([fixture("invoice-posted", 201)]);
    expect(await granite.postInvoice(invoice, call)).toEqual({
      invoiceNumber: "GI-500001",
      merchandiseAmount: "37.43",
      taxAmount: "3.33",
      freightAmount: "12.50",
      totalAmount: "53.26",
      dueOn: "2026-12-23",
      stockSequence: "318",
      postedAt: "2026-11-23T08:15:02Z",
    });
    expect(asked[0]).toMatchObject({
      method: "POST",
      path: "/granite/v3/invoices",
      body: {
        ExtRef: "inv_1",
        ShipRef: "shp_1",
        Frt: "12.50",
        Goods: { Whse: "ATL", Lines: [{ ItemNo: "VLV-BALL-100", Qty: "2" }] },
        Lines: [{ LineNo: "1", Qty: "2", Price: "18.715", Tax: "3.33" }],
      },
    });
  });

  it("tells no sequence while the goods are on Granite's stock", async () => {
    const posted = fixture("invoice-posted", 201);
    const later = { ...posted, body: { ...Object(posted.body), StkSeq: "", StkDate: "", StkTime: "" } };
    expect(await granite.postInvoice(invoice, scripted([later]).call)).not.toHaveProperty("stockSequence");
  });

  it("takes 'billed already' for done when it is this very invoice, and for a refusal when it is another", async () => {
    const refused = fixture("invoice-refused-shipment-billed", 422);
    const invoices = { status: 200, body: { Rows: [fixture("invoice-posted").body] } };
    const own = scripted([refused, invoices]);
    expect(await granite.postInvoice(invoice, own.call)).toMatchObject({ invoiceNumber: "GI-500001" });
    const another = scripted([refused, fixture("orders-none")]);
    expect(await granite.postInvoice(invoice, another.call)).toMatchObject({
      refused: expect.stringContaining("SHIP-INVOICED"),
    });
  });
});

describe("reading the feeds", () => {
  it("goes on from the cursor and says whether there is more", async () => {
    const { call, asked } = scripted([fixture("feed-stock")]);
    expect(await granite.readStock("2", call)).toEqual({
      cursor: "4",
      complete: false,
      documents: [
        {
          sku: "PVC-PIPE-050",
          branch: "ORD",
          onHand: "0",
          safetyStock: "51",
          inbound: [{ expectedOn: "2026-12-03", quantity: "1030" }],
          sequence: "1",
          asOf: "2026-11-23T00:00:00Z",
        },
        expect.objectContaining({ branch: "RNO", onHand: "537", inbound: [] }),
      ],
    });
    expect(asked[0]).toMatchObject({
      method: "GET",
      path: "/granite/v3/feeds/stock",
      query: { After: "2", Count: "200" },
    });
  });

  it("reads movements with their sign, and the shipment they were made for", async () => {
    const { documents } = await granite.readMovements(null, scripted([fixture("feed-movements")]).call);
    expect(documents).toEqual([
      {
        movementId: "GM-318-1",
        sequence: "318",
        sku: "VLV-BALL-100",
        branch: "ATL",
        quantity: "-2",
        kind: "issue",
        reference: "shp_01kavx3q9v8d5n2m7r4t6w8y0z",
        occurredAt: "2026-11-23T08:15:02Z",
      },
      expect.objectContaining({ kind: "receipt", quantity: "240" }),
    ]);
    expect(documents[1]).not.toHaveProperty("reference");
  });

  it("reads why a customer is blocked, and what a contract costs from when on", async () => {
    const customers = await granite.readCustomers("12", scripted([fixture("feed-customers")]).call);
    expect(customers.documents[0]).toMatchObject({
      customerNumber: "C-1013",
      status: "blocked",
      creditLimit: "75000.00",
    });
    const prices = await granite.readPrices("1340", scripted([fixture("feed-prices")]).call);
    expect(prices.documents[1]).toMatchObject({ scope: "customer", customerNumber: "C-1028", validFrom: "2027-01-22" });
    expect(prices.documents[1]).not.toHaveProperty("validTo");
  });

  it("begins anew when Granite does not know the cursor any more", async () => {
    const gone = { status: 410, body: { Err: { Code: "HTTP-410", Msg: "Begun anew." } } };
    const fromTheStart = { status: 200, body: { After: "0", Cnt: "0", Next: "0", Last: "0", More: "N", Rows: [] } };
    const { call, asked } = scripted([gone, fromTheStart]);
    expect(await granite.readProducts("9999", call)).toEqual({ documents: [], cursor: "0", complete: true });
    expect(asked[1]?.query).not.toHaveProperty("After");
  });

  it("names the row's field it cannot read, and never guesses a status", async () => {
    const item = {
      ItemNo: "X",
      Desc: "X",
      Stat: "Z",
      ReplBy: "",
      StkUom: "EACH",
      Uoms: [],
      WtLb: "1",
      LenIn: "",
      WidIn: "",
      HgtIn: "",
      FrtCls: "",
      Haz: "N",
      TaxCat: "",
      MinQty: "",
      MultQty: "",
      ChgDate: "20261123",
      ChgTime: "080000",
    };
    await expect(granite.readProducts(null, scripted([pageOf(item)]).call)).rejects.toThrow('Stat "Z"');
    const unreadable = granite.readProducts(null, scripted([pageOf({ ...item, ChgDate: "23/11/26" })]).call);
    await expect(unreadable).rejects.toThrow(CrossdockError);
    await expect(unreadable).rejects.toMatchObject({ faults: [{ path: "/ChgDate" }] });
  });
});
