import { Type, type Static } from "typebox";
import {
  Address,
  BranchCode,
  Currency,
  FulfillmentOrderId,
  Instant,
  LocalDate,
  NonNegativeDecimal,
  SalesOrderId,
  ShipmentId,
  SystemCode,
} from "../primitives.ts";
import { HandlingUnit } from "./fulfillment-order.ts";

export const ShippingMode = Type.Enum(["parcel", "ltl"]);
export type ShippingMode = Static<typeof ShippingMode>;

export const RateQuote = Type.Object(
  {
    carrier: SystemCode,
    service: Type.String(),
    serviceName: Type.String(),
    mode: ShippingMode,
    amount: NonNegativeDecimal,
    currency: Currency,
    transitDays: Type.Integer({ minimum: 0 }),
    deliversOn: Type.Optional(LocalDate),
    quoteReference: Type.Optional(Type.String()),
    age: Type.Enum(["live", "last-known"]),
  },
  { additionalProperties: false },
);
export type RateQuote = Static<typeof RateQuote>;

/** A candidate as it was judged: kept so that "why this carrier" is answered from what was decided. */
export const RateDecision = Type.Object(
  {
    policy: Type.String(),
    explanation: Type.String(),
    chosen: Type.Optional(RateQuote),
    candidates: Type.Array(
      Type.Object(
        {
          carrier: SystemCode,
          quote: Type.Optional(RateQuote),
          verdict: Type.Enum(["chosen", "costlier", "too-slow", "not-eligible", "refused", "no-answer"]),
          explanation: Type.String(),
        },
        { additionalProperties: false },
      ),
    ),
    decidedAt: Instant,
  },
  { additionalProperties: false },
);
export type RateDecision = Static<typeof RateDecision>;

/** One vocabulary for what carriers report; the carrier's own code is kept beside it. */
export const MilestoneCode = Type.Enum([
  "label-created",
  "picked-up",
  "in-transit",
  "out-for-delivery",
  "delivered",
  "delivery-attempted",
  "exception",
  "returned-to-sender",
  "voided",
]);
export type MilestoneCode = Static<typeof MilestoneCode>;

export const Milestone = Type.Object(
  {
    code: MilestoneCode,
    carrierCode: Type.String(),
    description: Type.String(),
    occurredAt: Instant,
    location: Type.Optional(Type.String()),
  },
  { additionalProperties: false },
);
export type Milestone = Static<typeof Milestone>;

export const ProofOfDelivery = Type.Object(
  {
    signedBy: Type.String(),
    deliveredAt: Instant,
    location: Type.Optional(Type.String()),
    documentUrl: Type.Optional(Type.String()),
  },
  { additionalProperties: false },
);
export type ProofOfDelivery = Static<typeof ProofOfDelivery>;

/** A paper that travels with the goods. Bytes are kept base64; ZPL is text and kept as it came. */
export const ShippingDocument = Type.Object(
  {
    kind: Type.Enum(["label", "bill-of-lading", "packing-list"]),
    format: Type.Enum(["zpl", "pdf"]),
    sscc: Type.Optional(Type.String()),
    content: Type.String(),
    encoding: Type.Enum(["utf-8", "base64"]),
  },
  { additionalProperties: false },
);
export type ShippingDocument = Static<typeof ShippingDocument>;

export const Shipment = Type.Object(
  {
    shipmentId: ShipmentId,
    salesOrderId: SalesOrderId,
    fulfillmentOrderId: FulfillmentOrderId,
    branch: BranchCode,
    status: Type.Enum(["packed", "rated", "tendered", "shipped", "in-transit", "delivered", "exception", "cancelled"]),
    mode: ShippingMode,
    carrier: Type.Optional(SystemCode),
    service: Type.Optional(Type.String()),
    trackingNumber: Type.Optional(Type.String()),
    proNumber: Type.Optional(Type.String()),
    bolNumber: Type.Optional(Type.String()),
    freightAmount: Type.Optional(NonNegativeDecimal),
    currency: Currency,
    shipFrom: Address,
    shipTo: Address,
    handlingUnits: Type.Array(HandlingUnit),
    rateDecision: Type.Optional(RateDecision),
    milestones: Type.Array(Milestone),
    proofOfDelivery: Type.Optional(ProofOfDelivery),
    promisedOn: Type.Optional(LocalDate),
    shippedAt: Type.Optional(Instant),
    deliveredAt: Type.Optional(Instant),
  },
  { $id: "Shipment", additionalProperties: false },
);
export type Shipment = Static<typeof Shipment>;
