import type { Queryable, Transaction } from "#platform";
import { textArraySql } from "../built-documents.ts";
import type { Inbound } from "./promise.ts";

/**
 * What can be promised of each item at each branch, locked in the order everybody locks positions. Empty ones are locked as well: stock that
 * arrives there waits until the order that found nothing is in the books, and then finds it waiting. `isReserved`: carts and quotes keep some
 * of it, expired ones perhaps.
 */
export async function lockFreeStock(
  tx: Transaction,
  skus: readonly string[],
): Promise<
  readonly { readonly sku: string; readonly branch: string; readonly available: string; readonly isReserved: boolean }[]
> {
  return tx.query(
    {
      name: "lock-free-stock",
      text: `select sku, branch, trim_scale(greatest(on_hand - allocated - reserved - safety_stock, 0))::text as available,
                    reserved > 0 as "isReserved"
               from inventory_positions
              where sku = any(${textArraySql("$1::jsonb")})
              order by sku, branch
                for update`,
    },
    [JSON.stringify(skus)],
  );
}

/** What is on its way of an item, and how much of it is spoken for by backorders. */
export interface Expected {
  readonly sku: string;
  readonly inbound: readonly Inbound[];
  readonly waiting: string;
}

export async function readExpected(database: Queryable, skus: readonly string[]): Promise<readonly Expected[]> {
  if (skus.length === 0) return [];
  return database.query<Expected>(
    `select k.sku,
            coalesce((select jsonb_agg(i) from inventory_positions p, jsonb_array_elements(p.inbound) as i where p.sku = k.sku), '[]') as inbound,
            coalesce((select trim_scale(sum(l.quantity_backordered)) from sales_order_lines l
                       where l.sku = k.sku and l.quantity_backordered > 0), 0)::text as waiting
       from unnest(${textArraySql("$1::jsonb")}) as k(sku)`,
    [JSON.stringify(skus)],
  );
}
