import type { Queryable } from "#platform";
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
      where c.quantity > 0
      order by l.line_number`,
    { salesOrderId, lines },
  );
  return {
    erpOrderNumber: rows[0]?.erpOrderNumber ?? null,
    lines: rows.map(({ lineNumber, quantity }) => ({ lineNumber, quantity })),
  };
}
