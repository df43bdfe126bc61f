import { Type, type Static } from "typebox";
import {
  Address,
  BranchCode,
  FulfillmentOrderId,
  Instant,
  NonNegativeDecimal,
  SalesOrderId,
  Sku,
  UnitOfMeasure,
} from "../primitives.ts";

export const FulfillmentLine = Type.Object(
  {
    lineNumber: Type.Integer({ minimum: 1, description: "The sales order's line." }),
    sku: Sku,
    unitOfMeasure: UnitOfMeasure,
    quantity: NonNegativeDecimal,
    quantityPicked: Type.Optional(NonNegativeDecimal),
    quantityShipped: Type.Optional(NonNegativeDecimal),
  },
  { additionalProperties: false },
);
export type FulfillmentLine = Static<typeof FulfillmentLine>;

/** A carton or pallet, as packed. Its SSCC is the bar code on it (GS1 General Specifications, AI 00). */
export const HandlingUnit = Type.Object(
  {
    sscc: Type.String({ pattern: "^\\d{18}$" }),
    kind: Type.Enum(["carton", "pallet"]),
    weightLb: NonNegativeDecimal,
    lengthIn: NonNegativeDecimal,
    widthIn: NonNegativeDecimal,
    heightIn: NonNegativeDecimal,
    freightClass: Type.Optional(Type.String()),
    hazardous: Type.Optional(Type.Boolean()),
    contents: Type.Array(
      Type.Object(
        { lineNumber: Type.Integer({ minimum: 1 }), sku: Sku, quantity: NonNegativeDecimal },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
);
export type HandlingUnit = Static<typeof HandlingUnit>;

/** What one branch is to pick, pack and ship of one sales order. Quantities in base units. */
export const FulfillmentOrder = Type.Object(
  {
    fulfillmentOrderId: FulfillmentOrderId,
    salesOrderId: SalesOrderId,
    branch: BranchCode,
    warehouse: Type.String({ description: "The system that runs the branch's warehouse." }),
    warehouseReference: Type.Optional(Type.String()),
    status: Type.Enum(["requested", "released", "picked", "packed", "shipped", "recalled", "cancelled"]),
    shipTo: Address,
    lines: Type.Array(FulfillmentLine),
    handlingUnits: Type.Array(HandlingUnit),
    sourcingExplanation: Type.String(),
    requestedAt: Instant,
  },
  { $id: "FulfillmentOrder", additionalProperties: false },
);
export type FulfillmentOrder = Static<typeof FulfillmentOrder>;
