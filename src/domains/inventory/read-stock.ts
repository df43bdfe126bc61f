import type { Queryable } from "#platform";
import { textArraySql } from "../built-documents.ts";
import type { Inbound } from "./promise.ts";

/** What nobody has been promised yet. The one place that says what counts, for who decides by it. */
export const availableSql = "greatest(on_hand - allocated - safety_stock, 0)";

/** What is on its way of an item, and how much of it is spoken for by backorders. */
export interface Expected {
  readonly sku: string;
  readonly inbound: readonly Inbound[];
  readonly waiting: string;
}

export async function readExpected(database: Queryable, skus: readonly string[]): Promise<readonly Expected[]> {
  if (skus.length === 0) return [];
  const text = `select k.sku,
            coalesce((select jsonb_agg(i) from inventory_positions p, jsonb_array_elements(p.inbound) as i where p.sku = k.sku), '[]') as inbound,
            coalesce((select trim_scale(sum(l.quantity_backordered)) from sales_order_lines l
                       where l.sku = k.sku and l.quantity_backordered > 0), 0)::text as waiting
       from unnest(${textArraySql("$1::jsonb")}) as k(sku)`;
  return database.query<Expected>({ name: "read-expected", text }, [JSON.stringify(skus)]);
}
