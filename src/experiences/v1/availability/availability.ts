import {
  BranchCode,
  CustomerNumber,
  Instant,
  InventoryPosition,
  NonNegativeDecimal,
  Sku,
  UnitOfMeasure,
} from "#contracts";
import { Type } from "typebox";
import { Knowledge } from "../knowledge.ts";

const AvailableItem = Type.Object(
  {
    sku: Sku,
    unitOfMeasure: UnitOfMeasure,
    availableToPromise: NonNegativeDecimal,
    homeBranch: Type.Optional(
      Type.Object(
        { branch: BranchCode, availableToPromise: NonNegativeDecimal },
        { additionalProperties: false, description: "The asking customer's own branch." },
      ),
    ),
    asOf: Type.Optional(Instant),
    ageSeconds: Type.Optional(Type.Number({ description: "Of the oldest figure among the positions." })),
    positions: Type.Array(InventoryPosition),
  },
  { additionalProperties: false, description: "Over all branches, then branch by branch. In base units." },
);

export const Availability = Type.Object(
  {
    answeredAt: Instant,
    knowledge: Knowledge,
    customerNumber: Type.Optional(CustomerNumber),
    items: Type.Array(AvailableItem),
    unknown: Type.Array(
      Type.Object({ sku: Type.String(), explanation: Type.String() }, { additionalProperties: false }),
      { description: "Items nobody knows here; the others are answered." },
    ),
  },
  { $id: "Availability", additionalProperties: false },
);
