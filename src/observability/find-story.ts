import type { Queryable } from "#platform";

/** The order a story is about, as far as its head needs it. */
export interface StoryOrder {
  readonly salesOrderId: string;
  readonly salesOrderNumber: string;
  readonly correlationId: string;
  readonly channel: string;
  readonly channelOrderNumber: string;
  readonly customerNumber: string;
  readonly customerPurchaseOrder: string | null;
  readonly erpOrderNumber: string | null;
  readonly merchandiseAmount: string;
  readonly currency: string;
  readonly stage: string;
}

const findOrders = {
  name: "find-story",
  text: `
    select sales_order_id as "salesOrderId", sales_order_number as "salesOrderNumber", correlation_id as "correlationId", channel,
      channel_order_number as "channelOrderNumber", customer_number as "customerNumber", customer_purchase_order as "customerPurchaseOrder",
      erp_order_number as "erpOrderNumber", merchandise_amount as "merchandiseAmount", currency, stage
    from sales_orders where sales_order_id in (
      select sales_order_id from sales_orders
      where $1 in (sales_order_id, channel_order_number, customer_purchase_order, erp_order_number)
        or sales_order_number = upper($1) or (correlation_id = $1 and correlation_id <> sales_order_id)
      union select sales_order_id from fulfillment_orders where $1 in (fulfillment_order_id, warehouse_reference)
      union select sales_order_id from shipments where $1 in (shipment_id, tracking_number, pro_number, bol_number)
      union select sales_order_id from invoices where $1 in (invoice_id, invoice_number))
    order by accepted_at desc limit 20`,
};

/** Orders by any number somebody has on paper, the newest first. */
export const findStoryOrders = (database: Queryable, any: string): Promise<readonly StoryOrder[]> =>
  database.query<StoryOrder>(findOrders, [any.trim()]);

interface NumberRow {
  readonly what: string;
  readonly number: string;
}

/** The numbers others gave the order, in the order they were given. */
export async function readNumbers(database: Queryable, order: StoryOrder): Promise<readonly string[]> {
  const rows = await database.query<NumberRow>(
    `select 'warehouse' as what, warehouse_reference as number from fulfillment_orders where sales_order_id = $1 and warehouse_reference is not null
     union all select 'tracking', tracking_number from shipments where sales_order_id = $1 and tracking_number is not null
     union all select 'PRO', pro_number from shipments where sales_order_id = $1 and pro_number is not null
     union all select 'BOL', bol_number from shipments where sales_order_id = $1 and bol_number is not null
     union all select 'invoice', invoice_number from invoices where sales_order_id = $1`,
    [order.salesOrderId],
  );
  const { channel, channelOrderNumber, customerPurchaseOrder, erpOrderNumber } = order;
  const own = [
    { what: channel, number: channelOrderNumber },
    { what: "PO", number: customerPurchaseOrder },
    { what: "ERP", number: erpOrderNumber },
  ];
  return [...own, ...rows].flatMap(({ what, number }) => (number ? [`${what} ${number}`] : []));
}
