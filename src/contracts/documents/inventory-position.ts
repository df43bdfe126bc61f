import { Type, type Static } from "typebox";
import { BranchCode, Decimal, Instant, LocalDate, NonNegativeDecimal, Sku } from "../primitives.ts";

/** The stock of one item at one branch, in base units. Available to promise = on hand - allocated - reserved - safety stock. */
export const InventoryPosition = Type.Object(
  {
    sku: Sku,
    branch: BranchCode,
    onHand: Decimal,
    allocated: NonNegativeDecimal,
    reserved: Type.String({
      ...NonNegativeDecimal,
      description: "Kept for carts and quotes, until they are ordered, released or expire.",
    }),
    safetyStock: NonNegativeDecimal,
    availableToPromise: NonNegativeDecimal,
    inbound: Type.Array(
      Type.Object({ expectedOn: LocalDate, quantity: NonNegativeDecimal }, { additionalProperties: false }),
    ),
    asOf: Instant,
    source: Type.String(),
  },
  { $id: "InventoryPosition", additionalProperties: false },
);
export type InventoryPosition = Static<typeof InventoryPosition>;
