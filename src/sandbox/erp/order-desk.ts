import { Decimal } from "decimal.js";
import { daysAfter } from "../data/calendar.ts";
import { lineOf, type Books, type Fact, type GraniteOrder, type OrderLine, type PostedInvoice } from "./books.ts";
import type { CancelRequest, InvoiceRequest, OrderRequest } from "./words.ts";

/** Granite's own business codes. */
export interface Refusal {
  readonly code:
    | "CUST-UNKNOWN"
    | "CUST-CLOSED"
    | "ITEM-UNKNOWN"
    | "ITEM-BLOCKED"
    | "ORD-UNKNOWN"
    | "ORD-INVOICED"
    | "LINE-UNKNOWN"
    | "QTY-EXCEEDS"
    | "SHIP-INVOICED"
    | "REFUSED";
  readonly message: string;
}
export type Decision<Accepted extends Fact> = { readonly refusal: Refusal } | { readonly fact: Accepted };
type Opened = Extract<Fact, { kind: "order-opened" }>;
type Cancelled = Extract<Fact, { kind: "order-cancelled" }>;

const no = (code: Refusal["code"], message: string): { readonly refusal: Refusal } => ({ refusal: { code, message } });

export function openOrder(books: Books, order: OrderRequest): Decision<Opened> {
  const customer = books.customers.get(order.CustNo);
  if (customer === undefined) return no("CUST-UNKNOWN", `There is no customer ${order.CustNo}.`);
  if (customer.status === "inactive") return no("CUST-CLOSED", `Customer ${order.CustNo} is closed.`);
  for (const { ItemNo } of order.Lines) {
    const product = books.products.get(ItemNo);
    if (product === undefined) return no("ITEM-UNKNOWN", `There is no item ${ItemNo}.`);
    if (product.status === "blocked") return no("ITEM-BLOCKED", `Item ${ItemNo} may not be sold.`);
  }
  return { fact: { kind: "order-opened", orderNumber: `GR-${100_001 + books.orders.size}`, order } };
}

const openQuantity = (line: OrderLine): Decimal => line.quantity.minus(line.cancelled).minus(line.invoiced);

/** Cancels what is asked; an order that is cancelled already has nothing left to cancel, which is no refusal. */
export function cancelOrder(books: Books, orderNumber: string, request: CancelRequest): Decision<Cancelled> {
  const order = books.orders.get(orderNumber);
  if (order === undefined) return no("ORD-UNKNOWN", `There is no order ${orderNumber}.`);
  return request.Lines === undefined ? cancelWhole(order) : cancelLines(order, request.Lines);
}

function cancelWhole(order: GraniteOrder): Decision<Cancelled> {
  const { orderNumber } = order;
  if (order.lines.some(({ invoiced }) => invoiced.gt(0)))
    return no("ORD-INVOICED", `Order ${orderNumber} is invoiced.`);
  const lines = order.lines
    .map((line) => ({ lineNumber: line.lineNumber, quantity: openQuantity(line).toString() }))
    .filter(({ quantity }) => quantity !== "0");
  return { fact: { kind: "order-cancelled", orderNumber, lines } };
}

function cancelLines(order: GraniteOrder, asked: NonNullable<CancelRequest["Lines"]>): Decision<Cancelled> {
  const { orderNumber } = order;
  for (const { LineNo, Qty } of asked) {
    const line = lineOf(order, LineNo);
    if (line === undefined) return no("LINE-UNKNOWN", `Order ${orderNumber} has no line ${LineNo}.`);
    if (openQuantity(line).lt(Qty))
      return no("QTY-EXCEEDS", `Line ${LineNo} of ${orderNumber} has ${openQuantity(line).toString()} open.`);
  }
  const lines = asked.map(({ LineNo, Qty }) => ({ lineNumber: LineNo, quantity: Qty }));
  return { fact: { kind: "order-cancelled", orderNumber, lines } };
}

export function postInvoice(books: Books, invoice: InvoiceRequest, today: string): Decision<PostedInvoice> {
  const order = books.orders.get(invoice.OrdNo);
  const customer = books.customers.get(invoice.CustNo);
  if (order === undefined) return no("ORD-UNKNOWN", `There is no order ${invoice.OrdNo}.`);
  if (customer === undefined) return no("CUST-UNKNOWN", `There is no customer ${invoice.CustNo}.`);
  const billed = books.billedShipments.get(invoice.ShipRef);
  if (billed !== undefined) return no("SHIP-INVOICED", `Shipment ${invoice.ShipRef} is billed by ${billed}.`);
  for (const { LineNo, ItemNo, Qty } of invoice.Lines) {
    const line = lineOf(order, LineNo);
    if (line?.sku !== ItemNo) return no("LINE-UNKNOWN", `Order ${invoice.OrdNo} has no line ${LineNo} of ${ItemNo}.`);
    if (openQuantity(line).lt(Qty))
      return no("QTY-EXCEEDS", `Line ${LineNo} of ${invoice.OrdNo} has ${openQuantity(line).toString()} open.`);
  }
  const merchandise = sum(invoice.Lines.map(({ Qty, Price }) => cents(new Decimal(Qty).mul(Price))));
  const tax = sum(invoice.Lines.map(({ Tax }) => new Decimal(Tax)));
  return {
    fact: {
      kind: "invoice-posted",
      invoiceNumber: `GI-${500_001 + books.invoices.size}`,
      invoice,
      merchandiseAmount: merchandise.toFixed(2),
      taxAmount: tax.toFixed(2),
      totalAmount: merchandise.plus(tax).plus(invoice.Frt).toFixed(2),
      dueOn: daysAfter(today, daysToPay(customer.paymentTerms)),
    },
  };
}

const cents = (amount: Decimal): Decimal => amount.toDecimalPlaces(2, Decimal.ROUND_HALF_UP);
const sum = (amounts: readonly Decimal[]): Decimal =>
  amounts.reduce((total, amount) => total.plus(amount), new Decimal(0));

/** "NET30" and "2/10 NET30" give thirty days; what names no days is due at once. */
function daysToPay(terms: string): number {
  return Number(/NET(\d+)$/.exec(terms)?.[1] ?? 0);
}
