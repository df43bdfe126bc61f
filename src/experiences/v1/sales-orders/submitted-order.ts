import { CrossdockError, Problem, SalesOrder } from "#contracts";
import { Type, type Static } from "typebox";
import type { SubmitResult } from "#domains";

/** What was decided about an order, line by line. */
export const SubmittedOrder = Type.Object(
  {
    outcome: Type.Enum(["accepted", "held"], {
      description: "`held`: it is in the books and waits; `holds` says for whom and why.",
    }),
    repeat: Type.Boolean({ description: "The order was here before: nothing was done again." }),
    salesOrder: SalesOrder,
  },
  { $id: "SubmittedOrder", additionalProperties: false },
);
export type SubmittedOrder = Static<typeof SubmittedOrder>;

export const OrderAnswer = Type.Object(
  {
    status: Type.Integer({ description: "What this order alone would have been answered with." }),
    order: Type.Optional(SubmittedOrder),
    problem: Type.Optional(Problem),
  },
  { additionalProperties: false },
);
export type OrderAnswer = Static<typeof OrderAnswer>;

/** The order, or what is thrown in its place. */
export function submittedOrder({ outcome, repeat, salesOrder, faults = [], cause }: SubmitResult): SubmittedOrder {
  if (outcome === "conflict")
    throw new CrossdockError(
      "idempotency-conflict",
      "This number or key stands for another order already; `expected` is what came first.",
      { faults },
    );
  if (outcome === "rejected") throw new CrossdockError("invalid-document", "The order cannot be taken.", { faults });
  if (outcome === "failed" || !salesOrder)
    throw new CrossdockError("internal", "The order could not be written; nothing of it was kept. Send it again.", {
      cause,
    });
  return { outcome, repeat, salesOrder };
}
