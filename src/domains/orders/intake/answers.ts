import type { SalesOrder } from "#contracts";
import type { Judgement } from "./judge-requests.ts";
import type { SubmitResult } from "./submission.ts";

type Documents = ReadonlyMap<string, SalesOrder>;

/** One answer a request, in their order. `written` are the orders of this list, `known` those that were there before. */
export function answersTo(judgements: readonly Judgement[], written: Documents, known: Documents): SubmitResult[] {
  return judgements.map((judgement): SubmitResult => {
    if (judgement.is === "rejected") return { outcome: "rejected", repeat: false, faults: judgement.faults };
    if (judgement.is === "conflict") {
      const salesOrder = written.get(judgement.salesOrderId) ?? known.get(judgement.salesOrderId);
      return { outcome: "conflict", repeat: false, faults: judgement.faults, ...document(salesOrder) };
    }
    if (judgement.is === "repeat") {
      const { salesOrderId, wasHeld } = judgement.original;
      return { outcome: wasHeld ? "held" : "accepted", repeat: true, ...document(known.get(salesOrderId)) };
    }
    const salesOrder = written.get(judgement.candidate.salesOrderId);
    const outcome = salesOrder?.status === "on-hold" ? "held" : "accepted";
    return { outcome, repeat: judgement.is === "same-as", ...document(salesOrder) };
  });
}

const document = (salesOrder: SalesOrder | undefined) => (salesOrder ? { salesOrder } : {});
