import type { DataOf, EffectCall, EventDraft, SalesOrderRegistrationRefused } from "#contracts";
import type { Transaction } from "#platform";
import type { EffectContext } from "../../effect-context.ts";
import { placeHold } from "../holds/holds.ts";

/** The ERP would not take the order: it waits for somebody, with the ERP's own words. */
export const holdRefusedByErp = (
  tx: Transaction,
  calls: readonly EffectCall<DataOf<typeof SalesOrderRegistrationRefused>>[],
  context: EffectContext,
): Promise<readonly EventDraft[]> =>
  placeHold(
    tx,
    calls.map(({ event: { id, data } }) => ({
      salesOrderId: data.salesOrderId,
      reason: "erp-refused",
      explanation: `${data.system} refused the order: ${data.reason}`,
      causationId: id,
    })),
    context,
  );
