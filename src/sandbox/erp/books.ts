import type { Customer, PriceAgreement, Product } from "#contracts";
import { Decimal } from "decimal.js";
import { Type, type Static } from "typebox";
import { Compile } from "typebox/compile";
import type { SandboxData } from "../data/sandbox-data.ts";
import { Feed } from "./feed.ts";
import { StockBook } from "./stock-book.ts";
import { Goods, InvoiceRequest, OrderRequest } from "./words.ts";

/** What has happened at Granite: the journal's facts. */
export const Fact = Type.Union([
  Type.Object({ kind: Type.Literal("order-opened"), orderNumber: Type.String(), order: OrderRequest }),
  Type.Object({
    kind: Type.Literal("order-cancelled"),
    orderNumber: Type.String(),
    lines: Type.Array(Type.Object({ lineNumber: Type.String(), quantity: Type.String() })),
  }),
  Type.Object({
    kind: Type.Literal("invoice-posted"),
    invoiceNumber: Type.String(),
    invoice: InvoiceRequest,
    merchandiseAmount: Type.String(),
    taxAmount: Type.String(),
    totalAmount: Type.String(),
    dueOn: Type.String(),
  }),
  Type.Object({ kind: Type.Literal("goods-issued"), shipmentReference: Type.String(), goods: Goods }),
  Type.Object({
    kind: Type.Literal("stock-received"),
    sku: Type.String(),
    branch: Type.String(),
    quantity: Type.String(),
  }),
  Type.Object({
    kind: Type.Literal("customer-changed"),
    customerNumber: Type.String(),
    status: Type.Enum(["active", "blocked", "inactive"]),
    creditLimit: Type.Optional(Type.String()),
  }),
  Type.Object({
    kind: Type.Literal("price-changed"),
    priceAgreementId: Type.String(),
    unitPrice: Type.String(),
  }),
]);
export type Fact = Static<typeof Fact>;
const factReader = Compile(Fact);
export const parseFact = (value: unknown): Fact => factReader.Parse(value);

export interface OrderLine {
  readonly lineNumber: string;
  readonly sku: string;
  readonly quantity: Decimal;
  cancelled: Decimal;
  invoiced: Decimal;
}
export interface GraniteOrder {
  readonly orderNumber: string;
  readonly request: OrderRequest;
  readonly lines: readonly OrderLine[];
}
export type PostedInvoice = Extract<Fact, { kind: "invoice-posted" }>;

export interface Books {
  readonly customers: Feed<Customer>;
  readonly products: Feed<Product>;
  readonly prices: Feed<PriceAgreement>;
  readonly stock: StockBook;
  readonly orders: Map<string, GraniteOrder>;
  readonly ordersByReference: Map<string, GraniteOrder[]>;
  readonly invoices: Map<string, PostedInvoice>;
  readonly invoicesByReference: Map<string, PostedInvoice[]>;
  /** Invoice number by the shipment it bills. */
  readonly billedShipments: Map<string, string>;
}

export function openBooks(data: SandboxData): Books {
  return {
    customers: new Feed(data.customers, ({ customerNumber }) => customerNumber),
    products: new Feed(data.products, ({ sku }) => sku),
    prices: new Feed(data.priceAgreements, ({ priceAgreementId }) => priceAgreementId),
    stock: new StockBook(data.stock),
    orders: new Map(),
    ordersByReference: new Map(),
    invoices: new Map(),
    invoicesByReference: new Map(),
    billedShipments: new Map(),
  };
}

/** What each fact does to the books. */
export function keepBooks(books: Books, fact: Fact, at: string): void {
  switch (fact.kind) {
    case "order-opened":
      return openOrder(books, fact.orderNumber, fact.order);
    case "order-cancelled":
      for (const { lineNumber, quantity } of fact.lines) {
        const line = lineOf(books.orders.get(fact.orderNumber), lineNumber);
        if (line !== undefined) line.cancelled = line.cancelled.plus(quantity);
      }
      return;
    case "invoice-posted":
      return keepInvoice(books, fact, at);
    case "goods-issued":
      return issueGoods(books, fact, at);
    case "stock-received": {
      const { sku, branch, quantity } = fact;
      const lines = [{ sku, branch, quantity: new Decimal(quantity) }];
      return books.stock.enter({ kind: "receipt", reference: "", lines }, at);
    }
    case "customer-changed":
      return changeCustomer(books, fact.customerNumber, at, {
        status: fact.status,
        ...(fact.creditLimit !== undefined && { creditLimit: fact.creditLimit }),
      });
    case "price-changed": {
      const agreement = books.prices.get(fact.priceAgreementId);
      if (agreement !== undefined) books.prices.put({ ...agreement, unitPrice: fact.unitPrice, updatedAt: at });
    }
  }
}

function fileUnder<Paper>(files: Map<string, Paper[]>, reference: string, paper: Paper): void {
  files.set(reference, [...(files.get(reference) ?? []), paper]);
}

export const lineOf = (order: GraniteOrder | undefined, lineNumber: string): OrderLine | undefined =>
  order?.lines.find((line) => line.lineNumber === lineNumber);

function openOrder(books: Books, orderNumber: string, request: OrderRequest): void {
  const lines = request.Lines.map((line) => ({
    lineNumber: line.LineNo,
    sku: line.ItemNo,
    quantity: new Decimal(line.Qty),
    cancelled: new Decimal(0),
    invoiced: new Decimal(0),
  }));
  const order = { orderNumber, request, lines };
  books.orders.set(orderNumber, order);
  fileUnder(books.ordersByReference, request.ExtRef, order);
}

function keepInvoice(books: Books, fact: PostedInvoice, at: string): void {
  const { invoice, invoiceNumber, totalAmount } = fact;
  books.invoices.set(invoiceNumber, fact);
  fileUnder(books.invoicesByReference, invoice.ExtRef, fact);
  books.billedShipments.set(invoice.ShipRef, invoiceNumber);
  for (const { LineNo, Qty } of invoice.Lines) {
    const line = lineOf(books.orders.get(invoice.OrdNo), LineNo);
    if (line !== undefined) line.invoiced = line.invoiced.plus(Qty);
  }
  const customer = books.customers.get(invoice.CustNo);
  if (customer === undefined) return;
  const openBalance = new Decimal(customer.openBalance).plus(totalAmount).toFixed(2);
  changeCustomer(books, invoice.CustNo, at, { openBalance });
}

function changeCustomer(books: Books, customerNumber: string, at: string, change: Partial<Customer>): void {
  const customer = books.customers.get(customerNumber);
  if (customer !== undefined) books.customers.put({ ...customer, ...change, updatedAt: at });
}

function issueGoods(
  books: Books,
  { shipmentReference, goods }: Extract<Fact, { kind: "goods-issued" }>,
  at: string,
): void {
  const lines = goods.Lines.map(({ ItemNo, Qty }) => ({
    sku: ItemNo,
    branch: goods.Whse,
    quantity: new Decimal(Qty).negated(),
  }));
  books.stock.enter({ kind: "issue", reference: shipmentReference, lines }, at);
}
