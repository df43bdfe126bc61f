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

const Stale = Type.Object(
  {
    confirmedAt: Type.Union([Instant, Type.Null()], {
      description: "When the owner last stood by these figures; null: never.",
    }),
    ageSeconds: Type.Union([Type.Integer({ minimum: 0 }), Type.Null()]),
    maxAgeSeconds: Type.Integer({ minimum: 1 }),
    whenStale: Type.Enum(["show", "buffer", "call-us"]),
    explanation: Type.String(),
  },
  {
    additionalProperties: false,
    description:
      "The figures are older than the channel takes them, and `availableToPromise` is what it is told then: as it was, less a buffer, or nothing, and the buyer is to ask.",
  },
);

const AvailableItem = Type.Object(
  {
    sku: Sku,
    unitOfMeasure: UnitOfMeasure,
    availableToPromise: NonNegativeDecimal,
    asOf: Type.Optional(Type.String({ description: "The oldest of the positions' `asOf`." })),
    stale: Type.Optional(Stale),
    positions: Type.Array(InventoryPosition),
  },
  { additionalProperties: false, description: "Over all branches, then branch by branch. In base units." },
);

export const Availability = Type.Object(
  {
    answeredAt: Instant,
    knowledge: Knowledge,
    oldestAsOf: Type.Union([Instant, Type.Null()], { description: "The oldest statement among all that is answered." }),
    ageSeconds: Type.Union([Type.Number({ minimum: 0 }), Type.Null()], {
      description: "How old that was when this was answered.",
    }),
    customerNumber: Type.Optional(CustomerNumber),
    homeBranch: Type.Optional(BranchCode),
    items: Type.Array(AvailableItem),
    unknown: Type.Array(
      Type.Object({ sku: Type.String(), explanation: Type.String() }, { additionalProperties: false }),
      { description: "Items nobody knows here; the others are answered." },
    ),
  },
  { $id: "Availability", additionalProperties: false },
);
