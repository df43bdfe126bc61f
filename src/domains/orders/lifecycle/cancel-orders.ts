import type { SalesOrderCancelRequested } from "#contracts";
import {
  FulfillmentRecallRequested,
  SalesOrderCancelled,
  SalesOrderCancelRefused,
  type DataOf,
  type EffectCall,
  type EventDraft,
} from "#contracts";
import type { Transaction } from "#platform";
import { ordersOf } from "../../effect-context.ts";
import { positionsOf, stockNotYetSourced, untie } from "../../fulfillments/tied-stock.ts";
import { rowsOf } from "../../sql.ts";
import { fillBackorders } from "./fill-backorders.ts";
import { lockCreditsOf, lockOrders, lockPositions, skusOf, type Position } from "./locks.ts";
import { settleCancellations } from "./settle-cancellations.ts";
import { settleKits } from "./settle-kits.ts";

type CancelRequested = DataOf<typeof SalesOrderCancelRequested>;
interface WhichOrder {
  readonly salesOrderId: string;
}

/** Before any branch was asked: every line is cancelled, its stock and the credit it bound are free again. */
export async function cancelBeforeFulfillment(
  tx: Transaction,
  calls: readonly EffectCall<CancelRequested>[],
): Promise<EventDraft[]> {
  const { salesOrderIds } = ordersOf(calls);
  await lockCreditsOf(tx, salesOrderIds);
  await beginCancelling(tx, calls);
  await returnExposure(tx, salesOrderIds);
  return [...(await fillBackorders(tx, await cancelUnsourced(tx, salesOrderIds), { holdsPositions: true }))];
}

/** An order the ERP never had: there is nobody to wait for. */
export async function cancelOnHold(
  tx: Transaction,
  calls: readonly EffectCall<CancelRequested>[],
): Promise<EventDraft[]> {
  const filled = await cancelBeforeFulfillment(tx, calls);
  return [...(await concludeCancellation(tx, calls)), ...filled];
}

/** While branches work on it: what no branch has is cancelled at once, and each branch that has not shipped is asked to stop. */
export async function recallFulfillments(
  tx: Transaction,
  calls: readonly EffectCall<CancelRequested>[],
): Promise<EventDraft[]> {
  const { salesOrderIds, storyOf } = ordersOf(calls);
  await beginCancelling(tx, calls);
  const freed = await cancelUnsourced(tx, salesOrderIds);
  const rows = await rowsOf<{ fulfillmentOrderId: string; salesOrderId: string; branch: string; reason: string }>(
    tx,
    `update fulfillment_orders f set recall = 'requested', recall_reason = o.cancel_reason
       from sales_orders o
      where o.sales_order_id = f.sales_order_id and f.status not in ('shipped', 'cancelled')
        and f.sales_order_id in (select jsonb_array_elements_text($1::jsonb))
     returning f.fulfillment_order_id as "fulfillmentOrderId", f.sales_order_id as "salesOrderId", f.branch,
               o.cancel_reason as reason`,
    salesOrderIds,
  );
  return [
    ...rows.map((row) => FulfillmentRecallRequested(row, storyOf(row.salesOrderId))),
    ...(await settleCancellations(tx, salesOrderIds)),
    ...(await fillBackorders(tx, freed, { holdsPositions: true })),
  ];
}

/** Everything asked for came back, and the ERP knows: the order is cancelled. */
export async function concludeCancellation(
  tx: Transaction,
  calls: readonly EffectCall<WhichOrder>[],
): Promise<EventDraft[]> {
  const { salesOrderIds, storyOf } = ordersOf(calls);
  await lockOrders(tx, salesOrderIds);
  const rows = await rowsOf<DataOf<typeof SalesOrderCancelled>>(
    tx,
    `update sales_orders o set stage = 'cancelled'
      where o.sales_order_id in (select jsonb_array_elements_text($1::jsonb))
     returning o.sales_order_id as "salesOrderId", o.channel, coalesce(o.cancel_reason, '') as reason,
               coalesce((select jsonb_agg(jsonb_build_object('lineNumber', l.line_number, 'sku', l.sku,
                                                             'quantity', trim_scale(l.quantity_cancelled)::text) order by l.line_number)
                           from sales_order_lines l
                          where l.sales_order_id = o.sales_order_id and l.quantity_cancelled > 0), '[]') as lines`,
    salesOrderIds,
  );
  return rows.map((row) => SalesOrderCancelled(row, storyOf(row.salesOrderId)));
}

export async function refuseCancellation(
  _tx: Transaction,
  calls: readonly EffectCall<CancelRequested>[],
): Promise<EventDraft[]> {
  const { storyOf } = ordersOf(calls);
  const reason = "All of it has shipped; ask for a return.";
  return calls.map(
    ({
      event: {
        data: { salesOrderId },
      },
    }) => SalesOrderCancelRefused({ salesOrderId, reason, cancelledLines: [] }, storyOf(salesOrderId)),
  );
}

/** A warehouse said "too late". */
export async function recordRecallRefused(
  tx: Transaction,
  calls: readonly EffectCall<{
    readonly fulfillmentOrderId: string;
    readonly salesOrderId: string;
    readonly reason: string;
  }>[],
): Promise<EventDraft[]> {
  const { salesOrderIds } = ordersOf(calls);
  await lockOrders(tx, salesOrderIds);
  await rowsOf(
    tx,
    `update fulfillment_orders f set recall = 'refused', recall_reason = r.reason
       from jsonb_to_recordset($1::jsonb) as r("fulfillmentOrderId" text, reason text)
      where f.fulfillment_order_id = r."fulfillmentOrderId"`,
    calls.map((call) => call.event.data),
  );
  return settleCancellations(tx, salesOrderIds);
}

async function beginCancelling(tx: Transaction, calls: readonly EffectCall<CancelRequested>[]): Promise<void> {
  const { salesOrderIds } = ordersOf(calls);
  await lockOrders(tx, salesOrderIds);
  await rowsOf(
    tx,
    `update sales_orders o set stage = 'cancelling', cancel_reason = r.reason || ' (' || r.by || ')'
       from jsonb_to_recordset($1::jsonb) as r("salesOrderId" text, by text, reason text)
      where o.sales_order_id = r."salesOrderId"`,
    calls.map((call) => call.event.data),
  );
}

/** Cancels what no branch was asked for, and answers where stock came free. The orders are locked. */
async function cancelUnsourced(tx: Transaction, salesOrderIds: readonly string[]): Promise<Position[]> {
  const tied = await stockNotYetSourced(tx, salesOrderIds);
  const freed = positionsOf(tied);
  await lockPositions(tx, freed, skusOf(tied));
  await untie(
    tx,
    tied.map((piece) => ({ ...piece, becomes: "cancelled", onHand: "stays" }) as const),
  );
  await rowsOf(
    tx,
    `update sales_order_lines
        set quantity_cancelled = quantity_cancelled + quantity_open + quantity_backordered, quantity_open = 0, quantity_backordered = 0
      where sales_order_id in (select jsonb_array_elements_text($1::jsonb)) and quantity_open + quantity_backordered > 0`,
    salesOrderIds,
  );
  await settleKits(tx, salesOrderIds);
  return freed;
}

/** What an order bound of its customer's credit while the ERP did not know of it. */
async function returnExposure(tx: Transaction, salesOrderIds: readonly string[]): Promise<void> {
  await rowsOf(
    tx,
    `with orders as (
       select sales_order_id, customer_number, exposure_amount from sales_orders
        where sales_order_id in (select jsonb_array_elements_text($1::jsonb)) and exposure_amount <> 0
     ), credited as (
       update customer_credits c set hub_exposure = c.hub_exposure - o.amount
         from (select customer_number, sum(exposure_amount) as amount from orders group by customer_number) o
        where c.customer_number = o.customer_number
     )
     update sales_orders s set exposure_amount = 0 from orders where s.sales_order_id = orders.sales_order_id`,
    salesOrderIds,
  );
}
