import { CrossdockError } from "#contracts";
import type { createAudit } from "#governance";
import { CallFailure } from "#platform";
import type { StockComparer, StockComparison } from "#processes";
import type { ComparisonDesk } from "../hub.ts";

/** Our stock held against the ERP's, and corrected by hand. */
export function createComparisonDesk(comparer: StockComparer, audit: ReturnType<typeof createAudit>): ComparisonDesk {
  return {
    compare: (signal) => asked(comparer.compare(signal), "Nothing was changed."),
    correct: ({ by, reason }, signal) =>
      asked(
        comparer.correct(
          (tx, corrected) => audit(tx, { by, reason, action: "correct-stock", target: "stock", after: corrected }),
          signal,
        ),
        "What was corrected before that stays so, and is in the audit.",
      ),
  };
}

/** It is the ERP that failed, by silence or by an answer nobody can read, and not who asked. */
async function asked(work: Promise<StockComparison>, soFar: string): Promise<StockComparison> {
  try {
    return await work;
  } catch (error) {
    const isUnreadable = error instanceof CrossdockError && error.code === "invalid-document";
    if (!isUnreadable && !(error instanceof CallFailure)) throw error;
    const explanation = `The ERP's stock could not be read to its end: ${error.message} ${soFar}`;
    throw new CrossdockError("system-unavailable", explanation, { cause: error });
  }
}
