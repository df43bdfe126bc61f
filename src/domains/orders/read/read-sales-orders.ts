import type { Hold, SalesOrder, SalesOrderLine, Shipment } from "#contracts";
import { add, round, type Queryable } from "#platform";
import { instantSql, textArraySql, withoutNulls } from "../../built-documents.ts";
import { rowsOf } from "../../sql.ts";
import { statusOf, type SalesOrderStage } from "../status.ts";

type Told = Pick<
  SalesOrder,
  | "salesOrderId"
  | "salesOrderNumber"
  | "correlationId"
  | "channel"
  | "channelOrderNumber"
  | "customerPurchaseOrder"
  | "erpOrderNumber"
  | "soldTo"
  | "billTo"
  | "shipTo"
  | "paymentTerms"
  | "currency"
  | "merchandiseAmount"
  | "taxAmount"
  | "shipComplete"
  | "orderedAt"
  | "acceptedAt"
  | "requestedOn"
  | "closedAt"
>;

interface Row {
  readonly told: Told;
  readonly stage: SalesOrderStage;
  readonly holds: Hold[];
  readonly lines: SalesOrderLine[];
  readonly fulfillmentCount: number;
  readonly shipmentStatuses: Shipment["status"][];
}

const lineSql = `
  jsonb_build_object(
    'lineNumber', l.line_number, 'sku', l.sku, 'description', l.description, 'orderedQuantity', trim_scale(l.ordered_quantity)::text,
    'orderedUnitOfMeasure', l.ordered_unit_of_measure, 'baseUnitOfMeasure', l.base_unit_of_measure,
    'quantityOrdered', trim_scale(l.quantity_ordered)::text, 'quantityOpen', trim_scale(l.quantity_open)::text,
    'quantityAllocated', trim_scale(l.quantity_allocated)::text, 'quantityBackordered', trim_scale(l.quantity_backordered)::text,
    'quantityShipped', trim_scale(l.quantity_shipped)::text, 'quantityCancelled', trim_scale(l.quantity_cancelled)::text,
    'quantityReturned', trim_scale(l.quantity_returned)::text, 'unitPrice', l.unit_price::text, 'lineAmount', l.line_amount::text,
    'taxAmount', l.tax_amount::text, 'price', l.price, 'allocationExplanation', l.allocation_explanation, 'promisedOn', l.promised_on,
    'kitLineNumber', l.kit_line_number, 'substitutedFor', l.substituted_for,
    'allocations', coalesce((
      select jsonb_agg(jsonb_build_object('branch', a.branch, 'quantity', trim_scale(a.quantity)::text) order by a.first_id)
        from (select branch, sum(quantity) as quantity, min(allocation_id) as first_id from allocations
               where sales_order_id = l.sales_order_id and line_number = l.line_number and quantity > 0
               group by branch) a), '[]'))`;

const ordersSql = `
  select jsonb_build_object(
           'salesOrderId', o.sales_order_id, 'salesOrderNumber', o.sales_order_number, 'correlationId', o.correlation_id,
           'channel', o.channel, 'channelOrderNumber', o.channel_order_number, 'customerPurchaseOrder', o.customer_purchase_order,
           'erpOrderNumber', o.erp_order_number, 'soldTo', jsonb_build_object('customerNumber', o.customer_number, 'name', c.name),
           'billTo', o.bill_to, 'shipTo', o.ship_to, 'paymentTerms', o.payment_terms, 'currency', o.currency,
           'merchandiseAmount', o.merchandise_amount::text, 'taxAmount', o.tax_amount::text, 'shipComplete', o.ship_complete,
           'orderedAt', ${instantSql("o.ordered_at")}, 'acceptedAt', ${instantSql("o.accepted_at")}, 'requestedOn', o.requested_on,
           'closedAt', ${instantSql("o.closed_at")}) as told,
         o.stage,
         coalesce((select jsonb_agg(jsonb_build_object(
                            'reason', h.reason, 'explanation', h.explanation, 'heldAt', ${instantSql("h.held_at")},
                            'releasedAt', ${instantSql("h.released_at")}, 'releasedBy', h.released_by, 'releaseReason', h.release_reason)
                          order by h.held_at, h.reason)
                     from sales_order_holds h where h.sales_order_id = o.sales_order_id), '[]') as holds,
         (select jsonb_agg(${lineSql} order by l.line_number)
            from sales_order_lines l where l.sales_order_id = o.sales_order_id) as lines,
         (select count(*)::int from fulfillment_orders f
           where f.sales_order_id = o.sales_order_id and f.status not in ('recalled', 'cancelled')) as "fulfillmentCount",
         coalesce((select jsonb_agg(s.status) from shipments s
                    where s.sales_order_id = o.sales_order_id and s.status <> 'cancelled'), '[]') as "shipmentStatuses"
    from sales_orders o join customers c on c.customer_number = o.customer_number
   where o.sales_order_id = any(${textArraySql("$1::jsonb")})
   order by o.sales_order_id`;

/** The canonical documents of the orders that exist, oldest first. */
export async function readSalesOrders(
  database: Queryable,
  salesOrderIds: readonly string[],
): Promise<readonly SalesOrder[]> {
  const rows = await rowsOf<Row>(database, ordersSql, salesOrderIds);
  return rows.map(toDocument);
}

function toDocument({ told, stage, holds, lines, fulfillmentCount, shipmentStatuses }: Row): SalesOrder {
  const { merchandiseAmount, taxAmount } = told;
  return {
    ...withoutNulls(told),
    status: statusOf({ stage, lines, fulfillmentCount, shipmentStatuses }),
    totalAmount: round(add(merchandiseAmount, taxAmount ?? "0"), 2),
    holds: holds.map(withoutNulls),
    lines: lines.map(withoutNulls),
  };
}
