import { Type, type Static } from "typebox";
import {
  BranchCode,
  CustomerNumber,
  idOf,
  Instant,
  NonNegativeDecimal,
  OrderQuantity,
  SalesOrderId,
  Sku,
  SystemCode,
  UnitOfMeasure,
} from "../primitives.ts";

export const ReservationId = idOf("rsv");

/** Longer than a month is no reservation but an order. */
const MINUTES_MAX = 43_200;

export const Minutes = Type.Integer({
  minimum: 1,
  maximum: MINUTES_MAX,
  description: `How long, in minutes: 1 to ${MINUTES_MAX} (30 days).`,
});

/** What a cart or a quote asks to be kept. */
export const ReservationDraft = Type.Object(
  {
    channel: SystemCode,
    customerNumber: Type.Optional(CustomerNumber),
    reference: Type.Optional(
      Type.String({ minLength: 1, maxLength: 60, description: "The cart's or quote's own number." }),
    ),
    minutes: Minutes,
    complete: Type.Optional(Type.Boolean({ description: "All of it or nothing." })),
    lines: Type.Array(
      Type.Object(
        {
          lineNumber: Type.Integer({ minimum: 1, maximum: 9999 }),
          sku: Sku,
          quantity: OrderQuantity,
          unitOfMeasure: UnitOfMeasure,
        },
        { additionalProperties: false },
      ),
      { minItems: 1, maxItems: 500 },
    ),
  },
  { $id: "ReservationDraft", additionalProperties: false },
);
export type ReservationDraft = Static<typeof ReservationDraft>;

/** Stock kept for a cart or a quote. Quantities are in base units; what is missing was not there to be kept. */
export const Reservation = Type.Object(
  {
    reservationId: ReservationId,
    status: Type.Enum(["active", "ordered", "released", "expired"]),
    channel: SystemCode,
    customerNumber: Type.Optional(CustomerNumber),
    reference: Type.Optional(Type.String()),
    reservedAt: Instant,
    expiresAt: Instant,
    salesOrderId: Type.Optional(SalesOrderId),
    lines: Type.Array(
      Type.Object(
        {
          lineNumber: Type.Integer({ minimum: 1 }),
          sku: Sku,
          baseUnitOfMeasure: UnitOfMeasure,
          quantityAsked: NonNegativeDecimal,
          quantityReserved: NonNegativeDecimal,
          quantityMissing: NonNegativeDecimal,
          from: Type.Array(
            Type.Object({ branch: BranchCode, quantity: NonNegativeDecimal }, { additionalProperties: false }),
          ),
          explanation: Type.String(),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { $id: "Reservation", additionalProperties: false },
);
export type Reservation = Static<typeof Reservation>;
