import { Type, type Static } from "typebox";
import { BranchCode, Decimal, Instant, LocalDate, NonNegativeDecimal, Sku } from "../primitives.ts";

/** How much can be promised by a day, everything before it included. */
export const PromisableByDate = Type.Object(
  { on: LocalDate, quantity: NonNegativeDecimal },
  { additionalProperties: false },
);

const figures = {
  now: NonNegativeDecimal,
  byDate: Type.Array(PromisableByDate, { description: "From each day on which more comes; today's is `now`." }),
};

/** What can be promised of one item, now and by date, at each branch and in all, and from which figures. In base units. */
export const AvailableToPromise = Type.Object(
  {
    sku: Sku,
    ...figures,
    backordered: Type.String({
      ...NonNegativeDecimal,
      description: "Ordered already and waiting: what comes is theirs first.",
    }),
    overdue: Type.String({
      ...NonNegativeDecimal,
      description: "Was expected before today and did not come; counted on for nothing.",
    }),
    branches: Type.Array(
      Type.Object(
        {
          branch: BranchCode,
          ...figures,
          onHand: Decimal,
          allocated: NonNegativeDecimal,
          reserved: NonNegativeDecimal,
          safetyStock: NonNegativeDecimal,
          keptForOthers: Type.String({
            ...NonNegativeDecimal,
            description: "For other channels than the one that asks.",
          }),
          asOf: Instant,
          ageSeconds: Type.Integer({ minimum: 0, description: "How old its owner's statement is." }),
          source: Type.String(),
          limitedBy: Type.Optional(
            Type.String({ ...Sku, description: "Of a kit: its scarcest part here, whose figures these are." }),
          ),
        },
        { additionalProperties: false },
      ),
    ),
    offered: Type.Optional(
      Type.Array(Sku, { description: "What can be ordered instead: its successor, its substitutes, the best first." }),
    ),
    promise: Type.Optional(
      Type.Object(
        {
          quantity: NonNegativeDecimal,
          on: Type.Union([LocalDate, Type.Null()], { description: "Null: nothing known of covers it." }),
          branch: Type.Optional(BranchCode),
          explanation: Type.String(),
        },
        { additionalProperties: false, description: "The first day by which so much is there." },
      ),
    ),
  },
  { $id: "AvailableToPromise", additionalProperties: false },
);
export type AvailableToPromise = Static<typeof AvailableToPromise>;
