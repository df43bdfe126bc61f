import { SalesOrderCancelRefused, SalesOrderRecalled, type EventDraft } from "#contracts";
import type { Transaction } from "#platform";
import { rowsOf } from "../../sql.ts";
import { settleOrders, utterShipped } from "./settle-orders.ts";

/** An order somebody wants to cancel, and how far its branches are. */
export interface CancellationInProgress {
  readonly salesOrderId: string;
  readonly correlationId: string;
  readonly fulfillments: readonly {
    readonly branch: string;
    readonly status: string;
    readonly recall: "requested" | "refused" | null;
    readonly recallReason: string | null;
  }[];
  readonly cancelledLines: readonly { readonly lineNumber: number; readonly sku: string; readonly quantity: string }[];
}

export type CancellationVerdict =
  | { readonly verdict: "waiting" }
  | { readonly verdict: "recalled" }
  | { readonly verdict: "refused"; readonly reason: string };

/** Waits for every branch that was asked to stop; whole only when nothing left and nobody said "too late". */
export function judgeCancellation(
  order: Pick<CancellationInProgress, "fulfillments" | "cancelledLines">,
): CancellationVerdict {
  const live = order.fulfillments.filter((one) => one.status !== "cancelled" && one.status !== "shipped");
  if (live.some((one) => one.recall !== "refused")) return { verdict: "waiting" };
  const shipped = order.fulfillments
    .filter((one) => one.status === "shipped")
    .map((one) => `${one.branch} has shipped its part.`);
  const refused = live.map((one) => `${one.branch} goes on: ${one.recallReason ?? "too late"}.`);
  if (shipped.length + refused.length === 0) return { verdict: "recalled" };
  const rest = order.cancelledLines.length > 0 ? "The rest is cancelled." : "Nothing else was left to cancel.";
  return { verdict: "refused", reason: [...shipped, ...refused, rest, "Ask for a return of what ships."].join(" ") };
}

/**
 * Called by whatever a cancellation may wait for: a fulfillment recalled, refused or shipped. Utters `sales-order.recalled`, or
 * `sales-order.cancel-refused` with what left and what could be stopped; the order then goes on with the rest.
 */
export async function settleCancellations(tx: Transaction, salesOrderIds: readonly string[]): Promise<EventDraft[]> {
  const judged = (await readCancellations(tx, salesOrderIds)).map((order) => ({
    order,
    verdict: judgeCancellation(order),
  }));
  const drafts = judged.flatMap(({ order, verdict }): EventDraft[] => {
    const { salesOrderId, correlationId, cancelledLines } = order;
    if (verdict.verdict === "waiting") return [];
    if (verdict.verdict === "recalled") return [SalesOrderRecalled({ salesOrderId }, { correlationId })];
    const lines = cancelledLines.map((line) => ({ ...line }));
    return [
      SalesOrderCancelRefused({ salesOrderId, reason: verdict.reason, cancelledLines: lines }, { correlationId }),
    ];
  });
  const goesOn = judged.filter(({ verdict }) => verdict.verdict === "refused").map(({ order }) => order.salesOrderId);
  await rowsOf(
    tx,
    `update sales_orders set stage = 'released' where sales_order_id in (select jsonb_array_elements_text($1::jsonb))`,
    goesOn,
  );
  return [...drafts, ...(await utterShipped(tx, goesOn)), ...(await settleOrders(tx, goesOn))];
}

async function readCancellations(
  tx: Transaction,
  salesOrderIds: readonly string[],
): Promise<readonly CancellationInProgress[]> {
  return rowsOf<CancellationInProgress>(
    tx,
    `select o.sales_order_id as "salesOrderId", o.correlation_id as "correlationId",
            coalesce((select jsonb_agg(jsonb_build_object('branch', f.branch, 'status', f.status, 'recall', f.recall,
                                                          'recallReason', f.recall_reason) order by f.branch)
                        from fulfillment_orders f where f.sales_order_id = o.sales_order_id), '[]') as fulfillments,
            coalesce((select jsonb_agg(jsonb_build_object('lineNumber', l.line_number, 'sku', l.sku,
                                                          'quantity', trim_scale(l.quantity_cancelled)::text) order by l.line_number)
                        from sales_order_lines l
                       where l.sales_order_id = o.sales_order_id and l.quantity_cancelled > 0), '[]') as "cancelledLines"
       from sales_orders o
      where o.sales_order_id in (select jsonb_array_elements_text($1::jsonb)) and o.stage = 'cancelling'
      order by o.sales_order_id`,
    salesOrderIds,
  );
}
