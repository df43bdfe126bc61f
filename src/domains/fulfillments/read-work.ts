import type { Address } from "#contracts";
import type { Queryable } from "#platform";
import { rowsOf } from "../sql.ts";

/** A fulfillment order as its warehouse is asked for it. Weight is of one unit, in pounds. */
export interface FulfillmentWork {
  readonly fulfillmentOrderId: string;
  readonly salesOrderId: string;
  readonly correlationId: string;
  readonly branch: string;
  readonly warehouse: string;
  readonly status: string;
  readonly channel: string;
  readonly channelOrderNumber: string;
  readonly customerPurchaseOrder: string | null;
  readonly shipTo: Address;
  readonly shipmentId: string | null;
  /** The carrier that has, or is being offered, the goods. */
  readonly carrier: string | null;
  readonly lines: readonly {
    readonly lineNumber: number;
    readonly sku: string;
    readonly quantity: string;
    readonly unitOfMeasure: string;
    readonly weightLb: string;
  }[];
}

export async function readFulfillmentWork(
  database: Queryable,
  fulfillmentOrderIds: readonly string[],
): Promise<readonly FulfillmentWork[]> {
  return rowsOf<FulfillmentWork>(
    database,
    `select f.fulfillment_order_id as "fulfillmentOrderId", f.sales_order_id as "salesOrderId",
            f.correlation_id as "correlationId", f.branch, f.warehouse, f.status, o.channel,
            o.channel_order_number as "channelOrderNumber", o.customer_purchase_order as "customerPurchaseOrder",
            f.ship_to as "shipTo", f.shipment_id as "shipmentId", s.carrier,
            (select jsonb_agg(jsonb_build_object('lineNumber', l.line_number, 'sku', l.sku,
                      'quantity', trim_scale(l.quantity)::text, 'unitOfMeasure', l.unit_of_measure,
                      'weightLb', trim_scale(coalesce(p.weight_lb, 0))::text) order by l.line_number)
               from fulfillment_lines l left join products p on p.sku = l.sku
              where l.fulfillment_order_id = f.fulfillment_order_id) as lines
       from fulfillment_orders f
       join sales_orders o on o.sales_order_id = f.sales_order_id
       left join shipments s on s.shipment_id = f.shipment_id
      where f.fulfillment_order_id in (select jsonb_array_elements_text($1::jsonb))
      order by f.fulfillment_order_id`,
    fulfillmentOrderIds,
  );
}
