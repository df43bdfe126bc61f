import type { Queryable } from "#platform";
import { invoiceIdOf } from "../../shipments/identity.ts";
import { rowsOf } from "../../sql.ts";

/** Under which number the channel knows an order. */
export async function readChannelOrder(
  database: Queryable,
  salesOrderId: string,
): Promise<{ readonly channelOrderNumber: string } | undefined> {
  const [row] = await rowsOf<{ channelOrderNumber: string }>(
    database,
    `select channel_order_number as "channelOrderNumber" from sales_orders where sales_order_id = $1::jsonb ->> 'salesOrderId'`,
    { salesOrderId },
  );
  return row;
}

/** Cancelled quantities in the unit the line was ordered in, which is the one the ERP knows it in; never more than is open there. */
export async function readCancelledQuantities(
  database: Queryable,
  salesOrderId: string,
  lines: readonly { readonly lineNumber: number; readonly quantity: string }[],
): Promise<{
  readonly erpOrderNumber: string | null;
  readonly lines: readonly { readonly lineNumber: number; readonly quantity: string }[];
}> {
  const rows = await rowsOf<{ erpOrderNumber: string | null; lineNumber: number; quantity: string }>(
    database,
    `select o.erp_order_number as "erpOrderNumber", l.line_number as "lineNumber",
            trim_scale(trunc(c.quantity * l.ordered_quantity / l.quantity_ordered, 6))::text as quantity
       from jsonb_to_recordset($1::jsonb -> 'lines') as c("lineNumber" integer, quantity numeric)
       join sales_order_lines l on l.sales_order_id = $1::jsonb ->> 'salesOrderId' and l.line_number = c."lineNumber"
       join sales_orders o on o.sales_order_id = l.sales_order_id
      where c.quantity > 0 and l.kit_line_number is null
      order by l.line_number`,
    { salesOrderId, lines },
  );
  return {
    erpOrderNumber: rows[0]?.erpOrderNumber ?? null,
    lines: rows.map(({ lineNumber, quantity }) => ({ lineNumber, quantity })),
  };
}

/** What left of an order as the channel ordered it: of kits, those that this shipment made whole rather than their parts. */
export async function readChannelLines(
  database: Queryable,
  salesOrderId: string,
  shipmentId: string,
  shipped: readonly { readonly lineNumber: number; readonly sku: string; readonly quantity: string }[],
): Promise<readonly { readonly lineNumber: number; readonly sku: string; readonly quantity: string }[]> {
  const rows = await rowsOf<{ lineNumber: number; sku: string; quantity: string; isComponent: boolean }>(
    database,
    `select l.line_number as "lineNumber", l.sku, l.kit_line_number is not null as "isComponent",
            trim_scale(trunc(coalesce(i.quantity, 0) * l.quantity_ordered / l.ordered_quantity))::text as quantity
       from sales_order_lines l
       left join invoice_lines i on i.sales_order_id = l.sales_order_id and i.line_number = l.line_number
                                and i.invoice_id = $1::jsonb ->> 'invoiceId'
      where l.sales_order_id = $1::jsonb ->> 'salesOrderId' and (l.is_kit or l.kit_line_number is not null)
      order by l.line_number`,
    { salesOrderId, invoiceId: invoiceIdOf(shipmentId) },
  );
  const components = new Set(rows.filter(({ isComponent }) => isComponent).map(({ lineNumber }) => lineNumber));
  const kits = rows.filter(({ isComponent, quantity }) => !isComponent && quantity !== "0");
  return [
    ...shipped.filter(({ lineNumber }) => !components.has(lineNumber)),
    ...kits.map(({ lineNumber, sku, quantity }) => ({ lineNumber, sku, quantity })),
  ];
}
