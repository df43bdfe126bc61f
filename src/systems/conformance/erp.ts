import { CrossdockError, type SalesOrder } from "#contracts";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { isRefused, type ChangePage, type Call, type Erp, type InvoiceRequest } from "../ports.ts";
import { callOverHttp, type Counterpart } from "./counterpart.ts";
import { namesItsFailures, writesExactlyOnce } from "./writing.ts";

type FeedName = "customers" | "products" | "prices" | "stock";

/** An ERP to be tried, and how its feeds can be made to lie (where the counterpart can). */
interface ErpCounterpart extends Counterpart {
  /** What it knows at the start, to compare what was read with. */
  readonly knows: Readonly<Record<FeedName, readonly object[]>>;
  readonly misreadFeed?: (fault: "repeat" | "short" | "empty") => Promise<void>;
  /** Takes in goods at the ERP itself, so that its stock feed has news. */
  readonly receiveStock?: (sku: string, branch: string, quantity: string) => Promise<void>;
}

export interface ErpSubject {
  readonly connector: Erp;
  readonly start: () => Promise<ErpCounterpart>;
  /** A sales order the ERP will take, under this reference. */
  readonly order: (reference: string) => SalesOrder;
  /** The same from a customer it will refuse. */
  readonly refusedOrder?: (reference: string) => SalesOrder;
  readonly wrongSettings: Readonly<Record<string, string>>;
}

type Read = (since: string | null, call: Call) => Promise<ChangePage<object>>;

/** Registers what every ERP connector has to pass. */
export function erpConformance(subject: ErpSubject): void {
  const { connector } = subject;
  let counterpart: ErpCounterpart;
  const counterpartNow = () => counterpart;
  const call = (maybeDone = false, idempotencyKey = "key-1") =>
    callOverHttp(connector, counterpart, { maybeDone, idempotencyKey });

  describe(`${connector.title} as an ERP`, () => {
    beforeAll(async () => {
      counterpart = await subject.start();
    });
    afterEach(() => counterpart.behave({}));
    afterAll(() => counterpart.stop());

    it("verifies with the right settings", () => connector.verify(call()));

    const reads: readonly (readonly [FeedName, Read | undefined])[] = [
      ["customers", connector.readCustomers?.bind(connector)],
      ["products", connector.readProducts?.bind(connector)],
      ["prices", connector.readPrices?.bind(connector)],
      ["stock", connector.readStock?.bind(connector)],
    ];
    for (const [feed, read] of reads) if (read !== undefined) readsWhole(feed, read, counterpartNow, call);
    readsNewsOfStock(subject, counterpartNow, call);
    takesGoodsOff(subject, call);
    findsAndRefuses(subject, call);
    for (const operation of writings(subject, call)) writesExactlyOnce(connector, counterpartNow, operation);
    namesItsFailures(connector, counterpartNow, (aCall) => connector.verify(aCall), subject.wrongSettings);
  });
}

async function readAll(read: Read, call: () => Call): Promise<{ documents: object[]; cursor: string }> {
  const documents: object[] = [];
  let cursor: string | null = null;
  for (let pages = 0; pages < 1_000; pages += 1) {
    const page: ChangePage<object> = await read(cursor, call());
    documents.push(...page.documents);
    cursor = page.cursor;
    if (page.complete) return { documents, cursor };
  }
  throw new Error("The feed does not end.");
}

function readsWhole(feed: FeedName, read: Read, counterpart: () => ErpCounterpart, call: () => Call): void {
  describe(`reading ${feed}`, () => {
    it("brings everything, once, and then nothing until something changes", async () => {
      const { documents, cursor } = await readAll(read, call);
      expect(documents).toEqual(counterpart().knows[feed]);
      expect(await read(cursor, call())).toEqual({ documents: [], cursor, complete: true });
    });

    it.each(["repeat", "short", "empty"] as const)(
      "notices a page that is wrong (%s) and takes nothing over",
      async (fault) => {
        const { misreadFeed } = counterpart();
        if (misreadFeed === undefined) return;
        await misreadFeed(fault);
        await expect(read(null, call())).rejects.toBeInstanceOf(CrossdockError);
        expect((await read(null, call())).documents.length).toBeGreaterThan(0);
      },
    );
  });
}

function readsNewsOfStock({ connector }: ErpSubject, counterpart: () => ErpCounterpart, call: () => Call): void {
  it("tells of goods received, with a higher sequence", async () => {
    const { receiveStock } = counterpart();
    if (connector.readStock === undefined || receiveStock === undefined) return;
    const read = connector.readStock.bind(connector);
    const { cursor } = await readAll(read, call);
    const [before] = (await read(null, call())).documents;
    if (before === undefined) throw new Error("The ERP has no stock to receive more of.");
    await receiveStock(before.sku, before.branch, "5");
    const { documents } = await read(cursor, call());
    expect(documents).toHaveLength(1);
    expect(documents[0]).toMatchObject({
      sku: before.sku,
      branch: before.branch,
      onHand: String(Number(before.onHand) + 5),
    });
    expect(Number(documents[0]?.sequence)).toBeGreaterThan(Number(before.sequence));
  });
}

function takesGoodsOff({ connector, order }: ErpSubject, call: (maybeDone?: boolean, key?: string) => Call): void {
  const { createSalesOrder, postInvoice, readStock, readMovements } = connector;
  if (!createSalesOrder || !postInvoice || !readStock || !readMovements) return;

  it("takes what it invoices off its stock once, by the number it tells", async () => {
    const [levels, movements] = [readStock.bind(connector), readMovements.bind(connector)];
    const before = [(await readAll(levels, call)).cursor, (await readAll(movements, call)).cursor];
    const created = await createSalesOrder.call(connector, order("goods"), call(false, "key goods"));
    if (isRefused(created)) throw new Error(`The ERP refused the order to work on: ${created.refused}`);
    const invoice = invoiceOf(order("goods"), created.erpOrderNumber);
    const posted = await postInvoice.call(connector, invoice, call(false, "key goods invoice"));
    expect(await postInvoice.call(connector, invoice, call(true, "key goods again"))).toEqual(posted);
    if (isRefused(posted)) throw new Error(`The ERP refused the invoice: ${posted.refused}`);
    const { stockSequence: sequence } = posted;
    const { branch, lines } = invoice.goods;
    expect((await levels(before[0] ?? null, call())).documents).toMatchObject(
      lines.map(({ sku }) => ({ sku, branch, sequence })),
    );
    expect((await movements(before[1] ?? null, call())).documents).toMatchObject(
      lines.map(({ sku, quantity }) => ({
        sku,
        branch,
        sequence,
        kind: "issue",
        reference: invoice.shipmentReference,
        quantity: `-${quantity}`,
      })),
    );
  });
}

function findsAndRefuses(
  { connector, order, refusedOrder }: ErpSubject,
  call: (maybeDone?: boolean, key?: string) => Call,
): void {
  const create = connector.createSalesOrder?.bind(connector);
  const cancel = connector.cancelSalesOrder?.bind(connector);

  it("finds the order it created, though asked with another key", async () => {
    if (create === undefined) return;
    const first = await create(order("found-again"), call(false, "key a"));
    expect(await create(order("found-again"), call(true, "key b"))).toEqual(first);
  });

  it("answers that it refuses, when the ERP refuses", async () => {
    if (create === undefined || refusedOrder === undefined) return;
    expect(isRefused(await create(refusedOrder("refused"), call(false, "key refused")))).toBe(true);
  });

  it("has nothing to cancel where nothing was created", async () => {
    if (cancel === undefined) return;
    expect(await cancel({ reference: "never-created" }, call(false, "key never"))).toEqual({ cancelled: true });
  });
}

/** The invoice that bills every line of the order in full. */
function invoiceOf(order: SalesOrder, erpOrderNumber: string): InvoiceRequest {
  return {
    reference: `inv ${order.salesOrderId}`,
    salesOrderReference: order.salesOrderId,
    erpOrderNumber,
    customerNumber: order.soldTo.customerNumber,
    shipmentReference: `shp ${order.salesOrderId}`,
    goods: {
      branch: order.lines[0]?.allocations[0]?.branch ?? "",
      lines: order.lines.map(({ sku, quantityOrdered }) => ({ sku, quantity: quantityOrdered })),
    },
    currency: order.currency,
    freightAmount: "12.50",
    lines: order.lines.map(({ lineNumber, sku, quantityOrdered, unitPrice }) => ({
      lineNumber,
      sku,
      quantity: quantityOrdered,
      unitPrice,
      taxAmount: "1.05",
    })),
  };
}

function writings({ connector, order }: ErpSubject, call: (maybeDone?: boolean, key?: string) => Call) {
  const { resolves } = connector;
  const create = connector.createSalesOrder?.bind(connector);
  const cancel = connector.cancelSalesOrder?.bind(connector);
  const invoice = connector.postInvoice?.bind(connector);
  if (create === undefined) return [];
  const numbers = new Map<string, string>();
  const prepare = async (reference: string) => {
    const created = await create(order(reference), call(false, `key create ${reference}`));
    if (isRefused(created)) throw new Error(`The ERP refused the order to work on: ${created.refused}`);
    numbers.set(reference, created.erpOrderNumber);
  };
  const numberOf = (reference: string) => numbers.get(reference) ?? "";
  return [
    {
      name: "create-sales-order",
      resolution: resolves.createSalesOrder,
      effect: "create-sales-order",
      perform: (reference: string, aCall: Call) => create(order(reference), aCall),
    },
    ...(cancel === undefined
      ? []
      : [
          {
            name: "cancel-sales-order",
            resolution: resolves.cancelSalesOrder,
            effect: "cancel-sales-order",
            prepare,
            perform: (reference: string, aCall: Call) =>
              cancel({ reference, erpOrderNumber: numberOf(reference) }, aCall),
          },
          {
            name: "cancel-order-lines",
            resolution: resolves.cancelSalesOrder,
            effect: "cancel-order-lines",
            effectReference: (reference: string) => `${reference} 1:1`,
            prepare,
            perform: (reference: string, aCall: Call) =>
              cancel(
                { reference, erpOrderNumber: numberOf(reference), lines: [{ lineNumber: 1, quantity: "1" }] },
                aCall,
              ),
          },
        ]),
    ...(invoice === undefined
      ? []
      : [
          {
            name: "post-invoice",
            resolution: resolves.postInvoice,
            effect: "post-invoice",
            effectReference: (reference: string) => `shp ${reference}`,
            prepare,
            perform: (reference: string, aCall: Call) =>
              invoice(invoiceOf(order(reference), numberOf(reference)), aCall),
          },
        ]),
  ];
}
