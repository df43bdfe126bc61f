import { Type } from "typebox";
import { HoldReason } from "../documents/sales-order.ts";
import {
  Currency,
  CustomerNumber,
  Decimal,
  Instant,
  InvoiceId,
  LocalDate,
  NonNegativeDecimal,
  SalesOrderId,
  ShipmentId,
  Sku,
  SystemCode,
} from "../primitives.ts";
import { defineEvent } from "./event.ts";

const lineQuantity = Type.Object(
  { lineNumber: Type.Integer({ minimum: 1 }), sku: Sku, quantity: NonNegativeDecimal },
  { additionalProperties: false },
);

const whoAndWhy = { by: Type.String(), reason: Type.String() };

const accepted = {
  salesOrderId: SalesOrderId,
  salesOrderNumber: Type.String(),
  channel: SystemCode,
  channelOrderNumber: Type.String(),
  customerNumber: CustomerNumber,
  currency: Currency,
  merchandiseAmount: Decimal,
  lineCount: Type.Integer({ minimum: 1 }),
  backorderedLines: Type.Integer({ minimum: 0 }),
};

export const SalesOrderAccepted = defineEvent({
  name: "sales-order.accepted",
  summary: "An order came in, was checked, priced and promised, and nothing holds it.",
  subject: "salesOrderId",
  data: accepted,
});

export const SalesOrderHeld = defineEvent({
  name: "sales-order.held",
  summary: "An order came in (or came so far) and waits for somebody, with the reasons.",
  subject: "salesOrderId",
  data: {
    salesOrderId: SalesOrderId,
    salesOrderNumber: Type.String(),
    reasons: Type.Array(HoldReason),
    explanation: Type.String(),
  },
});

export const SalesOrderHoldReleased = defineEvent({
  name: "sales-order.hold-released",
  summary: "One of an order's holds was released by a person or by the system that placed it.",
  subject: "salesOrderId",
  data: { salesOrderId: SalesOrderId, hold: HoldReason, ...whoAndWhy },
});

export const SalesOrderHoldsCleared = defineEvent({
  name: "sales-order.holds-cleared",
  summary: "No hold is left; the order goes on.",
  subject: "salesOrderId",
  data: { salesOrderId: SalesOrderId },
});

export const SalesOrderRegistered = defineEvent({
  name: "sales-order.registered",
  summary: "The ERP has the order and gave it a number.",
  subject: "salesOrderId",
  data: { salesOrderId: SalesOrderId, system: SystemCode, erpOrderNumber: Type.String() },
});

export const SalesOrderRegistrationRefused = defineEvent({
  name: "sales-order.registration-refused",
  summary: "The ERP would not take the order, and said why.",
  subject: "salesOrderId",
  data: { salesOrderId: SalesOrderId, system: SystemCode, reason: Type.String() },
});

export const SalesOrderTaxed = defineEvent({
  name: "sales-order.taxed",
  summary: "Tax is known line by line, from the tax engine or estimated while it was silent.",
  subject: "salesOrderId",
  data: {
    salesOrderId: SalesOrderId,
    source: Type.Enum(["engine", "estimate", "exempt"]),
    taxAmount: NonNegativeDecimal,
    lines: Type.Array(
      Type.Object(
        {
          lineNumber: Type.Integer({ minimum: 1 }),
          taxAmount: NonNegativeDecimal,
          jurisdictions: Type.Array(Type.String()),
        },
        { additionalProperties: false },
      ),
    ),
  },
});

export const SalesOrderDropShipWanted = defineEvent({
  name: "sales-order.drop-ship-wanted",
  summary:
    "No branch has part of the order and nothing is on its way; a supplier could ship it, and somebody must buy it there.",
  subject: "salesOrderId",
  data: {
    salesOrderId: SalesOrderId,
    lines: Type.Array(
      Type.Object(
        { ...lineQuantity.properties, supplier: Type.String(), expectedOn: LocalDate },
        { additionalProperties: false },
      ),
    ),
  },
});

export const SalesOrderBackordered = defineEvent({
  name: "sales-order.backordered",
  summary: "Part of the order has no stock; it waits for it.",
  subject: "salesOrderId",
  data: {
    salesOrderId: SalesOrderId,
    cause: Type.Enum(["no-stock", "short-pick"]),
    lines: Type.Array(
      Type.Object(
        { ...lineQuantity.properties, promisedOn: Type.Optional(LocalDate) },
        { additionalProperties: false },
      ),
    ),
  },
});

export const SalesOrderBackorderFilled = defineEvent({
  name: "sales-order.backorder-filled",
  summary: "Stock arrived and was allocated to what the order waited for.",
  subject: "salesOrderId",
  data: { salesOrderId: SalesOrderId, lines: Type.Array(lineQuantity) },
});

export const SalesOrderShipped = defineEvent({
  name: "sales-order.shipped",
  summary: "Nothing of the order is left to ship.",
  subject: "salesOrderId",
  data: { salesOrderId: SalesOrderId },
});

export const SalesOrderCompleted = defineEvent({
  name: "sales-order.completed",
  summary: "All of the order that was not cancelled is delivered and invoiced.",
  subject: "salesOrderId",
  data: { salesOrderId: SalesOrderId },
});

export const SalesOrderClosed = defineEvent({
  name: "sales-order.closed",
  summary: "The order's story is over.",
  subject: "salesOrderId",
  data: { salesOrderId: SalesOrderId },
});

export const SalesOrderCancelRequested = defineEvent({
  name: "sales-order.cancel-requested",
  summary: "Somebody asked to cancel the order. What follows decides whether that is still possible.",
  subject: "salesOrderId",
  data: { salesOrderId: SalesOrderId, ...whoAndWhy },
});

export const SalesOrderRecalled = defineEvent({
  name: "sales-order.recalled",
  summary: "Every branch gave its part back; nothing will ship.",
  subject: "salesOrderId",
  data: { salesOrderId: SalesOrderId },
});

export const SalesOrderUnregistered = defineEvent({
  name: "sales-order.unregistered",
  summary: "The ERP cancelled the order, or never had it.",
  subject: "salesOrderId",
  data: { salesOrderId: SalesOrderId, system: SystemCode },
});

export const SalesOrderCancelled = defineEvent({
  name: "sales-order.cancelled",
  summary: "The order is cancelled and everything done for it is undone.",
  subject: "salesOrderId",
  data: { salesOrderId: SalesOrderId, channel: SystemCode, reason: Type.String(), lines: Type.Array(lineQuantity) },
});

export const SalesOrderCancelRefused = defineEvent({
  name: "sales-order.cancel-refused",
  summary: "The order can no longer be cancelled whole; says what left and what could still be stopped.",
  subject: "salesOrderId",
  data: { salesOrderId: SalesOrderId, reason: Type.String(), cancelledLines: Type.Array(lineQuantity) },
});

export const SalesOrderChannelInformed = defineEvent({
  name: "sales-order.channel-informed",
  summary: "The channel the order came by was told of a shipment or a cancellation.",
  subject: "salesOrderId",
  data: {
    salesOrderId: SalesOrderId,
    channel: SystemCode,
    of: Type.Enum(["shipment", "cancellation"]),
    shipmentId: Type.Optional(ShipmentId),
  },
});

export const InvoicePosted = defineEvent({
  name: "invoice.posted",
  summary: "The ERP posted the invoice of a shipment.",
  subject: "invoiceId",
  data: {
    invoiceId: InvoiceId,
    invoiceNumber: Type.String(),
    salesOrderId: SalesOrderId,
    shipmentId: ShipmentId,
    system: SystemCode,
    currency: Currency,
    merchandiseAmount: NonNegativeDecimal,
    taxAmount: NonNegativeDecimal,
    freightAmount: NonNegativeDecimal,
    totalAmount: NonNegativeDecimal,
    dueOn: Type.Optional(LocalDate),
    stockSequence: Type.Optional(
      Type.String({ ...NonNegativeDecimal, description: "From here on the ERP's stock is without the goods." }),
    ),
    postedAt: Type.Optional(Instant),
  },
});

export const salesOrderEvents = [
  SalesOrderAccepted,
  SalesOrderHeld,
  SalesOrderHoldReleased,
  SalesOrderHoldsCleared,
  SalesOrderRegistered,
  SalesOrderRegistrationRefused,
  SalesOrderTaxed,
  SalesOrderDropShipWanted,
  SalesOrderBackordered,
  SalesOrderBackorderFilled,
  SalesOrderShipped,
  SalesOrderCompleted,
  SalesOrderClosed,
  SalesOrderCancelRequested,
  SalesOrderRecalled,
  SalesOrderUnregistered,
  SalesOrderCancelled,
  SalesOrderCancelRefused,
  SalesOrderChannelInformed,
  InvoicePosted,
] as const;
