import type { SalesOrderHoldReleased, SalesOrderRegistrationRefused } from "#contracts";
import { SalesOrderHeld, SalesOrderHoldsCleared, type DataOf, type EffectCall, type EventDraft } from "#contracts";
import type { Transaction } from "#platform";
import { ordersOf, type EffectContext } from "../../effect-context.ts";
import { rowsOf } from "../../sql.ts";
import { lockOrders } from "./locks.ts";

/** The ERP would not take the order: it waits for somebody, with the ERP's own words. */
export async function holdRefusedByErp(
  tx: Transaction,
  calls: readonly EffectCall<DataOf<typeof SalesOrderRegistrationRefused>>[],
  context: EffectContext,
): Promise<EventDraft[]> {
  const { salesOrderIds, storyOf } = ordersOf(calls);
  await lockOrders(tx, salesOrderIds);
  const rows = await rowsOf<{ salesOrderId: string; salesOrderNumber: string; explanation: string }>(
    tx,
    `with refused as (
       select "salesOrderId", system || ' refused the order: ' || reason as explanation
         from jsonb_to_recordset($1::jsonb -> 'refused') as r("salesOrderId" text, system text, reason text)
     ), held as (
       insert into sales_order_holds (sales_order_id, reason, explanation, held_at)
       select "salesOrderId", 'erp-refused', explanation, ($1::jsonb ->> 'now')::timestamptz from refused
     )
     update sales_orders o set stage = 'on-hold' from refused r where o.sales_order_id = r."salesOrderId"
     returning o.sales_order_id as "salesOrderId", o.sales_order_number as "salesOrderNumber", r.explanation`,
    { refused: calls.map((call) => call.event.data), now: context.now },
  );
  return rows.map((row) => SalesOrderHeld({ ...row, reasons: ["erp-refused"] }, storyOf(row.salesOrderId)));
}

/** Writes down who released which hold and why; utters `sales-order.holds-cleared` once none is left. */
export async function releaseHolds(
  tx: Transaction,
  calls: readonly EffectCall<DataOf<typeof SalesOrderHoldReleased>>[],
  context: EffectContext,
): Promise<EventDraft[]> {
  const { salesOrderIds, storyOf } = ordersOf(calls);
  await lockOrders(tx, salesOrderIds);
  await rowsOf(
    tx,
    `update sales_order_holds h set released_at = ($1::jsonb ->> 'now')::timestamptz, released_by = r.by, release_reason = r.reason
       from jsonb_to_recordset($1::jsonb -> 'released') as r("salesOrderId" text, hold text, by text, reason text)
      where h.sales_order_id = r."salesOrderId" and h.reason = r.hold and h.released_at is null`,
    { released: calls.map((call) => call.event.data), now: context.now },
  );
  const cleared = await rowsOf<{ salesOrderId: string }>(
    tx,
    `update sales_orders o set stage = 'accepted'
      where o.sales_order_id in (select jsonb_array_elements_text($1::jsonb)) and o.stage = 'on-hold'
        and not exists (select 1 from sales_order_holds h where h.sales_order_id = o.sales_order_id and h.released_at is null)
     returning o.sales_order_id as "salesOrderId"`,
    salesOrderIds,
  );
  return cleared.map(({ salesOrderId }) => SalesOrderHoldsCleared({ salesOrderId }, storyOf(salesOrderId)));
}
