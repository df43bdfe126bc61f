import type { SalesOrder } from "#contracts";
import type { Queryable } from "#platform";
import { readSalesOrders } from "./read-sales-orders.ts";

const FOUND_MAX = 50;

const findSql = `
  select sales_order_id as "salesOrderId" from (
    select sales_order_id from sales_orders where sales_order_id = $1
    union select sales_order_id from sales_orders where sales_order_number = $1
    union select sales_order_id from sales_orders where customer_purchase_order = $1
    union select sales_order_id from sales_orders where channel_order_number = $1
    union select sales_order_id from sales_orders where erp_order_number = $1
    union select sales_order_id from shipments where tracking_number = $1 or pro_number = $1 or bol_number = $1 or shipment_id = $1
    union select sales_order_id from fulfillment_orders where fulfillment_order_id = $1
    union select sales_order_id from invoices where invoice_number = $1 or invoice_id = $1
  ) found
  order by sales_order_id desc
  limit ${FOUND_MAX}`;

/**
 * Finds orders by whatever number a person has at hand: ours, the customer's purchase order, the channel's, the ERP's, a tracking, PRO, BOL or
 * invoice number, or an id of the order, a fulfillment order, a shipment or an invoice. The youngest first, at most 50.
 */
export async function findSalesOrders(
  database: Queryable,
  { any }: { readonly any: string },
): Promise<readonly SalesOrder[]> {
  const rows = await database.query<{ salesOrderId: string }>(findSql, [any.trim()]);
  const orders = await readSalesOrders(
    database,
    rows.map(({ salesOrderId }) => salesOrderId),
  );
  return orders.toReversed();
}
