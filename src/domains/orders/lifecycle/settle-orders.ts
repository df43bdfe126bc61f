import { SalesOrderClosed, SalesOrderCompleted, SalesOrderShipped, type EffectCall, type EventDraft } from "#contracts";
import { deriveId, type Transaction } from "#platform";
import { followedBy, ordersOf, type EffectContext } from "../../effect-context.ts";
import { rowsOf } from "../../sql.ts";
import { lockOrders } from "./locks.ts";

interface OrderRow {
  readonly salesOrderId: string;
  readonly correlationId: string;
}

const nothingLeft = `not exists (
          select 1 from sales_order_lines l
           where l.sales_order_id = o.sales_order_id and l.quantity_open + l.quantity_allocated + l.quantity_backordered > 0)
        and exists (select 1 from sales_order_lines l where l.sales_order_id = o.sales_order_id and l.quantity_shipped > 0)`;

/** Utters `sales-order.shipped` for each order of which nothing is left to ship. */
export async function utterShipped(tx: Transaction, salesOrderIds: readonly string[]): Promise<EventDraft[]> {
  const rows = await rowsOf<OrderRow>(
    tx,
    `select o.sales_order_id as "salesOrderId", o.correlation_id as "correlationId" from sales_orders o
      where o.sales_order_id in (select jsonb_array_elements_text($1::jsonb)) and o.stage = 'released' and ${nothingLeft}
      order by o.sales_order_id`,
    salesOrderIds,
  );
  return rows.map(({ salesOrderId, correlationId }) => SalesOrderShipped({ salesOrderId }, { correlationId }));
}

/**
 * Utters `sales-order.completed` for each order that is done: nothing left, every fulfillment shipped or off, every shipment
 * delivered and invoiced. Called by whatever wrote the last of these, in whichever order they came. The event's id is the
 * order's, so that it can be uttered once only.
 */
export async function settleOrders(tx: Transaction, salesOrderIds: readonly string[]): Promise<EventDraft[]> {
  const rows = await rowsOf<OrderRow>(
    tx,
    `select o.sales_order_id as "salesOrderId", o.correlation_id as "correlationId" from sales_orders o
      where o.sales_order_id in (select jsonb_array_elements_text($1::jsonb)) and o.stage = 'released' and ${nothingLeft}
        and not exists (
          select 1 from fulfillment_orders f
            left join shipments s on s.fulfillment_order_id = f.fulfillment_order_id
            left join invoices i on i.shipment_id = s.shipment_id
           where f.sales_order_id = o.sales_order_id and f.status <> 'cancelled'
             and (f.status <> 'shipped' or s.delivered_at is null or i.invoice_id is null))
      order by o.sales_order_id`,
    salesOrderIds,
  );
  return rows.map(({ salesOrderId, correlationId }) => ({
    ...SalesOrderCompleted({ salesOrderId }, { correlationId }),
    id: deriveId("evt", "sales-order.completed", salesOrderId),
  }));
}

export async function closeOrders(
  tx: Transaction,
  calls: readonly EffectCall<{ readonly salesOrderId: string }>[],
  context: EffectContext,
): Promise<readonly EventDraft[]> {
  const { salesOrderIds } = ordersOf(calls);
  await lockOrders(tx, salesOrderIds);
  await rowsOf(
    tx,
    `update sales_orders set stage = 'closed', closed_at = ($1::jsonb ->> 'now')::timestamptz
      where sales_order_id in (select jsonb_array_elements_text($1::jsonb -> 'orders'))`,
    { orders: salesOrderIds, now: context.now },
  );
  return calls.map((call) => SalesOrderClosed({ salesOrderId: call.event.data.salesOrderId }, followedBy(call)));
}
