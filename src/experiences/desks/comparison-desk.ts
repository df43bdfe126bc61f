import { CrossdockError } from "#contracts";
import type { createAudit } from "#governance";
import { CallFailure } from "#platform";
import type { StockComparer, StockComparison } from "#processes";
import type { ComparisonDesk } from "../hub.ts";

/** Our stock held against the ERP's, and corrected by hand. */
export function createComparisonDesk(comparer: StockComparer, audit: ReturnType<typeof createAudit>): ComparisonDesk {
  const asked = async (work: Promise<StockComparison>): Promise<StockComparison> => {
    try {
      return await work;
    } catch (error) {
      if (error instanceof CallFailure) throw new CrossdockError("system-unavailable", error.message, { cause: error });
      throw error;
    }
  };
  return {
    compare: () => asked(comparer.compare()),
    correct: ({ by, reason }) =>
      asked(
        comparer.correct((tx, corrected) =>
          audit(tx, { by, reason, action: "correct-stock", target: "stock", after: corrected }),
        ),
      ),
  };
}
