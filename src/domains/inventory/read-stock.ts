import type { Queryable, Transaction } from "#platform";
import { textArraySql } from "../built-documents.ts";
import type { Inbound } from "./promise.ts";

/** What nobody has been promised yet. The one place that says what counts, for who decides by it. */
export const availableSql = "greatest(on_hand - allocated - reserved - safety_stock, 0)";

/** What is on its way of an item, and how much of it is spoken for by backorders. */
export interface Expected {
  readonly sku: string;
  readonly inbound: readonly Inbound[];
  readonly waiting: string;
}

/** Of the item `k.sku`. */
export const expectedSql = {
  inbound: `coalesce((select jsonb_agg(i) from inventory_positions p, jsonb_array_elements(p.inbound) as i where p.sku = k.sku), '[]')`,
  waiting: `coalesce((select trim_scale(sum(l.quantity_backordered)) from sales_order_lines l
                       where l.sku = k.sku and l.quantity_backordered > 0), 0)`,
};

export async function readExpected(database: Queryable, skus: readonly string[]): Promise<readonly Expected[]> {
  if (skus.length === 0) return [];
  const text = `select k.sku, ${expectedSql.inbound} as inbound, ${expectedSql.waiting}::text as waiting
       from unnest(${textArraySql("$1::jsonb")}) as k(sku)`;
  return database.query<Expected>({ name: "read-expected", text }, [JSON.stringify(skus)]);
}

/** What is free of the items, where any is. Their positions are locked by the caller, and stay as they are read. */
export const readLockedStock = (
  tx: Transaction,
  skus: readonly string[],
): Promise<readonly { readonly sku: string; readonly branch: string; readonly available: string }[]> =>
  tx.query(
    {
      name: "read-locked-stock",
      text: `select sku, branch, trim_scale(${availableSql})::text as available
               from inventory_positions where sku = any(${textArraySql("$1::jsonb")})`,
    },
    [JSON.stringify(skus)],
  );

/**
 * Every position of the items, locked in the order everybody locks positions. Empty ones as well: stock that arrives there waits, and then
 * finds what was decided without it.
 */
export async function lockPositionsOf(tx: Transaction, skus: readonly string[]): Promise<void> {
  const text = `select 1 from inventory_positions where sku = any(${textArraySql("$1::jsonb")})
                 order by sku, branch for no key update`;
  await tx.query({ name: "lock-positions-of", text }, [JSON.stringify(skus)]);
}
