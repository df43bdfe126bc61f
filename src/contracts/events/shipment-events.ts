import { Type } from "typebox";
import { MilestoneCode, ShippingMode } from "../documents/shipment.ts";
import {
  BranchCode,
  Currency,
  FulfillmentOrderId,
  Instant,
  NonNegativeDecimal,
  SalesOrderId,
  ShipmentId,
  SystemCode,
} from "../primitives.ts";
import { defineEvent } from "./event.ts";

const which = { shipmentId: ShipmentId, fulfillmentOrderId: FulfillmentOrderId, salesOrderId: SalesOrderId };

export const ShipmentCreated = defineEvent({
  name: "shipment.created",
  summary: "Packed goods need a carrier.",
  subject: "shipmentId",
  data: {
    ...which,
    branch: BranchCode,
    mode: ShippingMode,
    handlingUnitCount: Type.Integer({ minimum: 1 }),
    weightLb: NonNegativeDecimal,
  },
});

export const ShipmentRated = defineEvent({
  name: "shipment.rated",
  summary: "Carriers were asked for rates and one was chosen.",
  subject: "shipmentId",
  data: {
    ...which,
    carrier: SystemCode,
    service: Type.String(),
    amount: NonNegativeDecimal,
    currency: Currency,
    explanation: Type.String(),
    losers: Type.Array(
      Type.Object(
        {
          carrier: SystemCode,
          service: Type.Optional(Type.String()),
          amount: Type.Optional(NonNegativeDecimal),
          verdict: Type.String(),
        },
        { additionalProperties: false },
      ),
    ),
  },
});

export const ShipmentTendered = defineEvent({
  name: "shipment.tendered",
  summary: "A carrier accepted the goods and gave a number and papers.",
  subject: "shipmentId",
  data: {
    ...which,
    branch: BranchCode,
    carrier: SystemCode,
    service: Type.String(),
    mode: ShippingMode,
    trackingNumber: Type.Optional(Type.String()),
    proNumber: Type.Optional(Type.String()),
    bolNumber: Type.Optional(Type.String()),
    amount: NonNegativeDecimal,
    currency: Currency,
  },
});

export const ShipmentTenderRefused = defineEvent({
  name: "shipment.tender-refused",
  summary: "A carrier would not take the goods (or did not answer in time); the next one is asked.",
  subject: "shipmentId",
  data: { ...which, carrier: SystemCode, reason: Type.String(), outcome: Type.Enum(["not-done", "unknown"]) },
});

export const ShipmentAddressRefused = defineEvent({
  name: "shipment.address-refused",
  summary: "The carrier cannot deliver to this address; somebody must correct it.",
  subject: "shipmentId",
  data: { ...which, carrier: SystemCode, reason: Type.String() },
});

export const ShipmentAddressCorrected = defineEvent({
  name: "shipment.address-corrected",
  summary: "The ship-to address was corrected; rates are asked anew.",
  subject: "shipmentId",
  data: { ...which, by: Type.String(), reason: Type.String() },
});

export const ShipmentUnplaced = defineEvent({
  name: "shipment.unplaced",
  summary: "No carrier is left that would take the goods; somebody must decide.",
  subject: "shipmentId",
  data: { ...which, reason: Type.String() },
});

export const ShipmentReplanned = defineEvent({
  name: "shipment.replanned",
  summary: "An operator sends a shipment round the carriers once more.",
  subject: "shipmentId",
  data: { ...which, by: Type.String(), reason: Type.String() },
});

export const ShipmentPickedUp = defineEvent({
  name: "shipment.picked-up",
  summary: "The carrier has the goods.",
  subject: "shipmentId",
  data: { ...which, carrier: SystemCode, carrierCode: Type.String(), occurredAt: Instant },
});

export const ShipmentMilestoneRecorded = defineEvent({
  name: "shipment.milestone-recorded",
  summary: "The carrier reported something on the way.",
  subject: "shipmentId",
  data: {
    ...which,
    carrier: SystemCode,
    code: MilestoneCode,
    carrierCode: Type.String(),
    description: Type.String(),
    occurredAt: Instant,
    location: Type.Optional(Type.String()),
  },
});

export const ShipmentDelivered = defineEvent({
  name: "shipment.delivered",
  summary: "Delivered, with proof.",
  subject: "shipmentId",
  data: {
    ...which,
    carrier: SystemCode,
    carrierCode: Type.String(),
    deliveredAt: Instant,
    location: Type.Optional(Type.String()),
    proofOfDelivery: Type.Boolean(),
  },
});

export const ShipmentVoided = defineEvent({
  name: "shipment.voided",
  summary: "The label or pickup was voided at the carrier, or there was none.",
  subject: "shipmentId",
  data: { ...which, carrier: Type.Optional(SystemCode) },
});

export const ShipmentDocumentsSent = defineEvent({
  name: "shipment.documents-sent",
  summary: "The warehouse has the label or bill of lading.",
  subject: "shipmentId",
  data: { ...which, warehouse: SystemCode },
});

export const shipmentEvents = [
  ShipmentCreated,
  ShipmentRated,
  ShipmentTendered,
  ShipmentTenderRefused,
  ShipmentAddressRefused,
  ShipmentAddressCorrected,
  ShipmentUnplaced,
  ShipmentReplanned,
  ShipmentPickedUp,
  ShipmentMilestoneRecorded,
  ShipmentDelivered,
  ShipmentVoided,
  ShipmentDocumentsSent,
] as const;
