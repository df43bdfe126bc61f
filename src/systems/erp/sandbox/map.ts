import type { Address, SalesOrder } from "#contracts";
import { Type, type Static } from "typebox";
import type { ErpSalesOrder, InvoiceRequest, PostedInvoice, Refused } from "../../ports.ts";
import { readerOf } from "../../reading.ts";
import { fromDay, fromInstant, toDay, toUnit } from "./vocabulary.ts";

/** Orders and invoices, to and from Granite's words. */

export function toOrder(order: SalesOrder) {
  return {
    ExtRef: order.salesOrderId,
    HubOrdNo: order.salesOrderNumber,
    CustNo: order.soldTo.customerNumber,
    ...(order.customerPurchaseOrder !== undefined && { CustPo: order.customerPurchaseOrder }),
    OrdDate: toDay(order.orderedAt),
    Curr: order.currency,
    ShipTo: toAddress(order.shipTo),
    // The quantities as ordered, whatever was cancelled since: the same order is the same request on every attempt. A kit is one line to the ERP.
    Lines: order.lines
      .filter(({ kitLineNumber }) => kitLineNumber === undefined)
      .map((line) => ({
        LineNo: String(line.lineNumber),
        ItemNo: line.sku,
        Qty: line.orderedQuantity,
        Uom: toUnit(line.orderedUnitOfMeasure),
        Price: line.unitPrice,
      })),
  };
}

function toAddress(address: Address) {
  return {
    Nm: address.name,
    Co: address.company ?? "",
    Ad1: address.street1,
    Ad2: address.street2 ?? "",
    Cty: address.city,
    St: address.region ?? "",
    Zip: address.postalCode,
    Cntry: address.country,
    Tel: address.phone ?? "",
    Email: address.email ?? "",
  };
}

export function toCancellation(lines?: readonly { readonly lineNumber: number; readonly quantity: string }[]) {
  if (lines === undefined) return {};
  return { Lines: lines.map(({ lineNumber, quantity }) => ({ LineNo: String(lineNumber), Qty: quantity })) };
}

export function toInvoice(invoice: InvoiceRequest) {
  return {
    ExtRef: invoice.reference,
    OrdNo: invoice.erpOrderNumber,
    ShipRef: invoice.shipmentReference,
    CustNo: invoice.customerNumber,
    Curr: invoice.currency,
    Frt: invoice.freightAmount,
    Goods: {
      Whse: invoice.goods.branch,
      Lines: invoice.goods.lines.map(({ sku, quantity }) => ({ ItemNo: sku, Qty: quantity })),
    },
    Lines: invoice.lines.map((line) => ({
      LineNo: String(line.lineNumber),
      ItemNo: line.sku,
      Qty: line.quantity,
      Price: line.unitPrice,
      Tax: line.taxAmount,
    })),
  };
}

const Order = Type.Object({ OrdNo: Type.String({ minLength: 1 }) });
const readOrder = readerOf("Granite", "an order", Order);
const readOrders = readerOf("Granite", "a list of orders", Type.Object({ Rows: Type.Array(Order) }));

export const fromOrder = (body: unknown): ErpSalesOrder => ({ erpOrderNumber: readOrder(body).OrdNo });

/** The first order under our reference, if there is one. */
export function fromOrders(body: unknown): ErpSalesOrder | null {
  const [first] = readOrders(body).Rows;
  return first === undefined ? null : { erpOrderNumber: first.OrdNo };
}

const Invoice = Type.Object({
  InvNo: Type.String({ minLength: 1 }),
  Merch: Type.String(),
  Tax: Type.String(),
  Frt: Type.String(),
  Total: Type.String(),
  DueDate: Type.String(),
  // Empty as long as the goods are on its stock. Releases that do not issue goods leave them out.
  StkSeq: Type.Optional(Type.String()),
  StkDate: Type.Optional(Type.String()),
  StkTime: Type.Optional(Type.String()),
});
const readInvoice = readerOf("Granite", "an invoice", Invoice);
const readInvoices = readerOf("Granite", "a list of invoices", Type.Object({ Rows: Type.Array(Invoice) }));

export const fromInvoice = (body: unknown): PostedInvoice => posted(readInvoice(body));

export function fromInvoices(body: unknown): PostedInvoice | null {
  const [first] = readInvoices(body).Rows;
  return first === undefined ? null : posted(first);
}

function posted(invoice: Static<typeof Invoice>): PostedInvoice {
  const dueOn = fromDay(invoice.DueDate);
  const { StkSeq = "", StkDate = "", StkTime = "" } = invoice;
  return {
    invoiceNumber: invoice.InvNo,
    merchandiseAmount: invoice.Merch,
    taxAmount: invoice.Tax,
    freightAmount: invoice.Frt,
    totalAmount: invoice.Total,
    ...(dueOn !== undefined && { dueOn }),
    ...(StkSeq !== "" && { stockSequence: StkSeq, postedAt: fromInstant(StkDate, StkTime) }),
  };
}

const readRefusal = readerOf(
  "Granite",
  "a refusal",
  Type.Object({ Err: Type.Object({ Code: Type.String(), Msg: Type.String() }) }),
);

/** Granite's code, and its sentence as a refusal. */
export function fromRefusal(body: unknown): { readonly code: string; readonly refusal: Refused } {
  const { Code, Msg } = readRefusal(body).Err;
  return { code: Code, refusal: { refused: `${Msg} (${Code})`, kind: Code === "ORD-INVOICED" ? "too-late" : "other" } };
}
