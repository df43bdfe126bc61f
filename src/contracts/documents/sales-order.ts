import { Type, type Static } from "typebox";
import {
  Address,
  BranchCode,
  Currency,
  CustomerNumber,
  CorrelationId,
  Instant,
  LocalDate,
  NonNegativeDecimal,
  OrderQuantity,
  SalesOrderId,
  Sku,
  SystemCode,
  UnitOfMeasure,
} from "../primitives.ts";
import { ReservationId } from "./reservation.ts";

export const SalesOrderDraftLine = Type.Object(
  {
    lineNumber: Type.Integer({ minimum: 1, maximum: 9999 }),
    sku: Sku,
    quantity: OrderQuantity,
    unitOfMeasure: UnitOfMeasure,
    unitPrice: Type.Optional(NonNegativeDecimal),
    requestedOn: Type.Optional(LocalDate),
  },
  { additionalProperties: false },
);
export type SalesOrderDraftLine = Static<typeof SalesOrderDraftLine>;

/**
 * What a channel asks of us, in one shape whatever door it came by. `unitPrice` is the price the channel showed its buyer,
 * compared with ours by policy; leave it out to take ours. `shipTo` is an address or the code of one the customer has with us.
 * `reservationId` names the reservation of the cart or quote that becomes this order.
 */
export const SalesOrderDraft = Type.Object(
  {
    channel: SystemCode,
    channelOrderNumber: Type.String({ minLength: 1, maxLength: 60 }),
    customerNumber: CustomerNumber,
    customerPurchaseOrder: Type.Optional(Type.String({ minLength: 1, maxLength: 60 })),
    currency: Currency,
    orderedAt: Instant,
    requestedOn: Type.Optional(LocalDate),
    shipTo: Type.Union([
      Address,
      Type.Object({ code: Type.String({ minLength: 1, maxLength: 30 }) }, { additionalProperties: false }),
    ]),
    shipComplete: Type.Optional(Type.Boolean({ description: "Ship only when everything can be shipped." })),
    lines: Type.Array(SalesOrderDraftLine, { minItems: 1, maxItems: 500 }),
    reservationId: Type.Optional(ReservationId),
    notes: Type.Optional(Type.String({ maxLength: 2000 })),
  },
  { $id: "SalesOrderDraft", additionalProperties: false },
);
export type SalesOrderDraft = Static<typeof SalesOrderDraft>;

/** Why an order waits for somebody. Each is released by itself; the order goes on when none is left. */
export const HoldReason = Type.Enum([
  "customer-blocked",
  "credit",
  "price",
  "address",
  "duplicate-purchase-order",
  "erp-refused",
  "operator",
]);
export type HoldReason = Static<typeof HoldReason>;

export const Hold = Type.Object(
  {
    reason: HoldReason,
    explanation: Type.String(),
    heldAt: Instant,
    releasedAt: Type.Optional(Instant),
    releasedBy: Type.Optional(Type.String()),
    releaseReason: Type.Optional(Type.String()),
  },
  { additionalProperties: false },
);
export type Hold = Static<typeof Hold>;

/** Where the price of a line comes from, kept as it was decided. */
export const PriceExplanation = Type.Object(
  {
    source: Type.Enum(["customer", "customer-group", "list", "channel", "operator", "kit"]),
    priceAgreementId: Type.Optional(Type.String()),
    version: Type.Optional(
      Type.String({ description: "Which statement of the agreement's owner: when he last changed it, by his clock." }),
    ),
    explanation: Type.String(),
    contractPrice: Type.Optional(NonNegativeDecimal),
    channelPrice: Type.Optional(NonNegativeDecimal),
  },
  { additionalProperties: false },
);
export type PriceExplanation = Static<typeof PriceExplanation>;

export const LineAllocation = Type.Object(
  { branch: BranchCode, quantity: NonNegativeDecimal },
  { additionalProperties: false },
);

/**
 * A line's quantities are in base units and always add up (law 8):
 * ordered = open + allocated + backordered + shipped + cancelled.
 */
export const SalesOrderLine = Type.Object(
  {
    lineNumber: Type.Integer({ minimum: 1 }),
    sku: Sku,
    description: Type.String(),
    orderedQuantity: OrderQuantity,
    orderedUnitOfMeasure: UnitOfMeasure,
    baseUnitOfMeasure: UnitOfMeasure,
    quantityOrdered: NonNegativeDecimal,
    quantityOpen: NonNegativeDecimal,
    quantityAllocated: NonNegativeDecimal,
    quantityBackordered: NonNegativeDecimal,
    quantityShipped: NonNegativeDecimal,
    quantityCancelled: NonNegativeDecimal,
    quantityReturned: NonNegativeDecimal,
    unitPrice: NonNegativeDecimal,
    lineAmount: NonNegativeDecimal,
    taxAmount: Type.Optional(NonNegativeDecimal),
    price: PriceExplanation,
    allocations: Type.Array(LineAllocation),
    allocationExplanation: Type.String(),
    promisedOn: Type.Optional(LocalDate),
    kitLineNumber: Type.Optional(
      Type.Integer({
        minimum: 1,
        description: "The kit's line this is a component of: it has the stock, that one the price.",
      }),
    ),
    substitutedFor: Type.Optional(Type.String({ ...Sku, description: "What was ordered, and by policy became this." })),
  },
  { additionalProperties: false },
);
export type SalesOrderLine = Static<typeof SalesOrderLine>;

export const SalesOrderStatus = Type.Enum([
  "accepted",
  "on-hold",
  "backordered",
  "in-fulfillment",
  "partially-shipped",
  "shipped",
  "delivered",
  "closed",
  "cancelling",
  "cancelled",
]);
export type SalesOrderStatus = Static<typeof SalesOrderStatus>;

export const SalesOrder = Type.Object(
  {
    salesOrderId: SalesOrderId,
    salesOrderNumber: Type.String({
      description: "The short number people say on the phone.",
      examples: ["SO-100042"],
    }),
    status: SalesOrderStatus,
    correlationId: CorrelationId,
    channel: SystemCode,
    channelOrderNumber: Type.String(),
    customerPurchaseOrder: Type.Optional(Type.String()),
    erpOrderNumber: Type.Optional(Type.String()),
    soldTo: Type.Object({ customerNumber: CustomerNumber, name: Type.String() }, { additionalProperties: false }),
    billTo: Address,
    shipTo: Address,
    paymentTerms: Type.String(),
    currency: Currency,
    merchandiseAmount: NonNegativeDecimal,
    taxAmount: Type.Optional(NonNegativeDecimal),
    totalAmount: NonNegativeDecimal,
    shipComplete: Type.Boolean(),
    holds: Type.Array(Hold),
    lines: Type.Array(SalesOrderLine),
    orderedAt: Instant,
    acceptedAt: Instant,
    requestedOn: Type.Optional(LocalDate),
    closedAt: Type.Optional(Instant),
  },
  { $id: "SalesOrder", additionalProperties: false },
);
export type SalesOrder = Static<typeof SalesOrder>;
