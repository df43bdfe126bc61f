import type { Queryable, Transaction } from "#platform";
import { textArraySql } from "../built-documents.ts";
import type { Inbound } from "./promise.ts";

/** What nobody has been promised yet. The one place that says what counts, for who decides by it. */
export const availableSql = "greatest(on_hand - allocated - reserved - safety_stock, 0)";

/** What is on its way of an item, and how much of it is spoken for by backorders: where that is all of it, some figure above. */
export interface Expected {
  readonly sku: string;
  readonly inbound: readonly Inbound[];
  readonly waiting: string;
}

/**
 * `inbound` and `waiting` of an item, as a relation of one row. Who comes behind all that is on its way is promised no day, however many wait before him: so they are
 * counted until they are more than that. A queue may be long, and every list that falls short of the item asks. `who`, an SQL condition on lines: those of others.
 */
export const expectedSql = (sku: string, who = "true"): string => `(
  select inbound,
         coalesce((select running from (select sum(quantity_backordered) over (rows unbounded preceding) as running ${waitingSql(sku, who)}) counted
                    where running > coming limit 1),
                  (select sum(quantity_backordered) ${waitingSql(sku, who)}), 0) as waiting
    from (select coalesce(jsonb_agg(i), '[]') as inbound, coalesce(sum((i ->> 'quantity')::numeric), 0) as coming
            from inventory_positions p, jsonb_array_elements(p.inbound) as i where p.sku = ${sku}) on_its_way
  offset 0)`;

const waitingSql = (sku: string, who: string) =>
  `from sales_order_lines where sku = ${sku} and quantity_backordered > 0 and ${who}`;

/** A row for each item of a jsonb array, as `Expected` has it. */
export const expectedOfSql = (skus: string): string => `
  select k.sku, e.inbound, trim_scale(e.waiting)::text as waiting
    from unnest(${textArraySql(skus)}) as k(sku), lateral ${expectedSql("k.sku")} e`;

export async function readExpected(database: Queryable, skus: readonly string[]): Promise<readonly Expected[]> {
  if (skus.length === 0) return [];
  return database.query<Expected>({ name: "read-expected", text: expectedOfSql("$1::jsonb") }, [JSON.stringify(skus)]);
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
