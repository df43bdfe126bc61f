import { SalesOrder } from "#contracts";
import type { Queryable } from "#platform";
import { Value } from "typebox/value";
import { rowsOf } from "../../sql.ts";

export async function readSalesOrders(
  database: Queryable,
  salesOrderIds: readonly string[],
): Promise<readonly SalesOrder[]> {
  const rows = await rowsOf<{ order: unknown }>(
    database,
    `select jsonb_strip_nulls(jsonb_build_object(
        'salesOrderId', o.sales_order_id, 'salesOrderNumber', o.sales_order_number, 'status', 'accepted',
        'correlationId', o.correlation_id, 'channel', o.channel, 'channelOrderNumber', o.channel_order_number,
        'customerPurchaseOrder', o.customer_purchase_order, 'erpOrderNumber', o.erp_order_number,
        'soldTo', jsonb_build_object('customerNumber', o.customer_number, 'name', c.name), 'billTo', o.bill_to, 'shipTo', o.ship_to,
        'paymentTerms', o.payment_terms, 'currency', o.currency, 'merchandiseAmount', o.merchandise_amount::text,
        'totalAmount', o.merchandise_amount::text, 'shipComplete', o.ship_complete, 'holds', '[]'::jsonb,
        'orderedAt', to_char(o.ordered_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
        'acceptedAt', to_char(o.accepted_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
        'lines', (select jsonb_agg(jsonb_build_object(
            'lineNumber', l.line_number, 'sku', l.sku, 'description', l.description, 'orderedQuantity', l.ordered_quantity::text,
            'orderedUnitOfMeasure', l.ordered_unit_of_measure, 'baseUnitOfMeasure', l.base_unit_of_measure,
            'quantityOrdered', l.quantity_ordered::text, 'quantityOpen', l.quantity_open::text,
            'quantityAllocated', l.quantity_allocated::text, 'quantityBackordered', l.quantity_backordered::text,
            'quantityShipped', l.quantity_shipped::text, 'quantityCancelled', l.quantity_cancelled::text,
            'quantityReturned', l.quantity_returned::text, 'unitPrice', l.unit_price::text, 'lineAmount', l.line_amount::text,
            'price', l.price, 'allocations', '[]'::jsonb, 'allocationExplanation', l.allocation_explanation) order by l.line_number)
          from sales_order_lines l where l.sales_order_id = o.sales_order_id))) as order
       from sales_orders o join customers c using (customer_number)
      where o.sales_order_id in (select jsonb_array_elements_text($1::jsonb))`,
    salesOrderIds,
  );
  return rows.map((row) => Value.Parse(SalesOrder, row.order));
}
