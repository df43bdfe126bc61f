import { Type } from "typebox";
import { HandlingUnit } from "../documents/fulfillment-order.ts";
import {
  BranchCode,
  FulfillmentOrderId,
  Instant,
  NonNegativeDecimal,
  SalesOrderId,
  ShipmentId,
  Sku,
  SystemCode,
} from "../primitives.ts";
import { defineEvent } from "./event.ts";

const line = { lineNumber: Type.Integer({ minimum: 1 }), sku: Sku, quantity: NonNegativeDecimal };
const which = { fulfillmentOrderId: FulfillmentOrderId, salesOrderId: SalesOrderId, branch: BranchCode };

export const FulfillmentRequested = defineEvent({
  name: "fulfillment.requested",
  summary: "A branch is to pick, pack and ship these lines of an order.",
  subject: "fulfillmentOrderId",
  data: {
    ...which,
    warehouse: SystemCode,
    explanation: Type.String(),
    lines: Type.Array(Type.Object(line, { additionalProperties: false })),
  },
});

export const FulfillmentReleased = defineEvent({
  name: "fulfillment.released",
  summary: "The warehouse has the work and gave it a reference.",
  subject: "fulfillmentOrderId",
  data: { ...which, warehouse: SystemCode, warehouseReference: Type.String() },
});

export const FulfillmentReleaseRefused = defineEvent({
  name: "fulfillment.release-refused",
  summary: "The warehouse would not take the work, and said why.",
  subject: "fulfillmentOrderId",
  data: { ...which, warehouse: SystemCode, reason: Type.String() },
});

export const FulfillmentPicked = defineEvent({
  name: "fulfillment.picked",
  summary: "The warehouse picked, and says how much of each line it found.",
  subject: "fulfillmentOrderId",
  data: {
    ...which,
    lines: Type.Array(Type.Object({ ...line, quantityShort: NonNegativeDecimal }, { additionalProperties: false })),
  },
});

export const FulfillmentPacked = defineEvent({
  name: "fulfillment.packed",
  summary: "The warehouse packed the goods into cartons or pallets.",
  subject: "fulfillmentOrderId",
  data: { ...which, handlingUnits: Type.Array(HandlingUnit, { minItems: 1 }) },
});

export const FulfillmentShipped = defineEvent({
  name: "fulfillment.shipped",
  summary: "The goods left the dock.",
  subject: "fulfillmentOrderId",
  data: {
    ...which,
    shipmentId: ShipmentId,
    channel: SystemCode,
    shippedAt: Instant,
    lines: Type.Array(Type.Object(line, { additionalProperties: false })),
  },
});

export const FulfillmentRecallRequested = defineEvent({
  name: "fulfillment.recall-requested",
  summary: "The hub asks the warehouse to stop and give the goods back to stock.",
  subject: "fulfillmentOrderId",
  data: { ...which, reason: Type.String() },
});

export const FulfillmentRecalled = defineEvent({
  name: "fulfillment.recalled",
  summary: "The warehouse stopped; nothing of it will ship.",
  subject: "fulfillmentOrderId",
  data: { ...which, shipmentId: Type.Optional(ShipmentId), carrier: Type.Optional(SystemCode) },
});

export const FulfillmentRecallRefused = defineEvent({
  name: "fulfillment.recall-refused",
  summary: "Too late: the warehouse goes on and ships.",
  subject: "fulfillmentOrderId",
  data: { ...which, reason: Type.String() },
});

export const FulfillmentCancelled = defineEvent({
  name: "fulfillment.cancelled",
  summary: "The fulfillment is off and its stock is free again.",
  subject: "fulfillmentOrderId",
  data: { ...which, cause: Type.Enum(["recalled", "nothing-picked", "release-refused"]) },
});

export const fulfillmentEvents = [
  FulfillmentRequested,
  FulfillmentReleased,
  FulfillmentReleaseRefused,
  FulfillmentPicked,
  FulfillmentPacked,
  FulfillmentShipped,
  FulfillmentRecallRequested,
  FulfillmentRecalled,
  FulfillmentRecallRefused,
  FulfillmentCancelled,
] as const;
