import { Type, type Static } from "typebox";
import {
  Currency,
  CustomerNumber,
  Instant,
  InvoiceId,
  LocalDate,
  NonNegativeDecimal,
  SalesOrderId,
  ShipmentId,
  Sku,
} from "../primitives.ts";

export const InvoiceLine = Type.Object(
  {
    lineNumber: Type.Integer({ minimum: 1 }),
    sku: Sku,
    quantity: NonNegativeDecimal,
    unitPrice: NonNegativeDecimal,
    lineAmount: NonNegativeDecimal,
    taxAmount: NonNegativeDecimal,
  },
  { additionalProperties: false },
);
export type InvoiceLine = Static<typeof InvoiceLine>;

/** One invoice a shipment: what left the dock is what is billed. The ERP owns the number. */
export const Invoice = Type.Object(
  {
    invoiceId: InvoiceId,
    invoiceNumber: Type.String(),
    salesOrderId: SalesOrderId,
    shipmentId: ShipmentId,
    customerNumber: CustomerNumber,
    currency: Currency,
    merchandiseAmount: NonNegativeDecimal,
    taxAmount: NonNegativeDecimal,
    freightAmount: NonNegativeDecimal,
    totalAmount: NonNegativeDecimal,
    lines: Type.Array(InvoiceLine),
    postedAt: Instant,
    dueOn: Type.Optional(LocalDate),
  },
  { $id: "Invoice", additionalProperties: false },
);
export type Invoice = Static<typeof Invoice>;
