import type { SalesOrderRegistered } from "#contracts";
import { type DataOf, type EffectCall, type EventDraft } from "#contracts";
import type { Transaction } from "#platform";
import { ordersOf } from "../../effect-context.ts";
import { rowsOf } from "../../sql.ts";
import { lockCreditsOf, lockOrders } from "./locks.ts";

/**
 * The ERP has the order. What it bound of the customer's credit on our side moves to the ERP's side of the sum, so that it is
 * neither counted twice nor forgotten until the ERP next tells us its balance.
 */
export async function recordRegistered(
  tx: Transaction,
  calls: readonly EffectCall<DataOf<typeof SalesOrderRegistered>>[],
): Promise<EventDraft[]> {
  const { salesOrderIds } = ordersOf(calls);
  await lockCreditsOf(tx, salesOrderIds);
  await lockOrders(tx, salesOrderIds);
  await rowsOf(
    tx,
    `with registered as (
       select o.sales_order_id, o.customer_number, o.exposure_amount, r."erpOrderNumber"
         from jsonb_to_recordset($1::jsonb) as r("salesOrderId" text, "erpOrderNumber" text)
         join sales_orders o on o.sales_order_id = r."salesOrderId"
     ), credited as (
       update customer_credits c set hub_exposure = c.hub_exposure - e.amount, erp_balance = c.erp_balance + e.amount
         from (select customer_number, sum(exposure_amount) as amount from registered group by customer_number) e
        where c.customer_number = e.customer_number
     )
     update sales_orders o set erp_order_number = r."erpOrderNumber", exposure_amount = 0
       from registered r where o.sales_order_id = r.sales_order_id`,
    calls.map((call) => call.event.data),
  );
  return [];
}
