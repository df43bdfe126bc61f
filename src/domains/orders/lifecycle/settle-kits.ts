import type { Transaction } from "#platform";
import { rowsOf } from "../../sql.ts";

/**
 * What a kit's line says, from the lines of its components: as many are shipped, allocated and waited for as all of them allow together; the rest
 * is cancelled. One statement of it for the books and for whoever changes a component (`k` is the kit's line).
 */
export const kitQuantitiesSql = `
  select c.sales_order_id, c.kit_line_number as line_number,
         min(div(c.quantity_shipped, c.kit_quantity)) as shipped,
         min(div(c.quantity_shipped + c.quantity_allocated, c.kit_quantity)) as tied,
         min(div(c.quantity_ordered - c.quantity_cancelled, c.kit_quantity)) as alive
    from sales_order_lines c
   where c.kit_line_number is not null`;

/** Called by whatever changed quantities of lines: kits follow their components. Orders are locked by the caller. */
export async function settleKits(tx: Transaction, salesOrderIds: readonly string[]): Promise<void> {
  await rowsOf(
    tx,
    `update sales_order_lines k
        set quantity_shipped = q.shipped, quantity_allocated = q.tied - q.shipped, quantity_backordered = q.alive - q.tied,
            quantity_open = 0, quantity_cancelled = k.quantity_ordered - q.alive
       from (${kitQuantitiesSql}
               and c.sales_order_id in (select jsonb_array_elements_text($1::jsonb))
              group by c.sales_order_id, c.kit_line_number) q
      where k.sales_order_id = q.sales_order_id and k.line_number = q.line_number
        and (k.quantity_shipped, k.quantity_allocated, k.quantity_backordered)
              is distinct from (q.shipped, q.tied - q.shipped, q.alive - q.tied)`,
    [...new Set(salesOrderIds)],
  );
}
