import type { Transaction } from "#platform";
import { rowsOf } from "../../sql.ts";

/**
 * Whoever changes orders and stock locks in one order, each kind sorted by its key: customer credits, sales orders (which
 * stand for their lines and allocations), inventory positions. Then nobody waits in a circle.
 */
export interface Position {
  readonly sku: string;
  readonly branch: string;
}

/** Each item once. */
export const skusOf = (positions: readonly Position[]): readonly string[] => [
  ...new Set(positions.map(({ sku }) => sku)),
];

export async function lockCreditsOf(tx: Transaction, salesOrderIds: readonly string[]): Promise<void> {
  await rowsOf(
    tx,
    `select 1 from customer_credits
      where customer_number in (
        select o.customer_number from sales_orders o
         where o.sales_order_id in (select jsonb_array_elements_text($1::jsonb)))
      order by customer_number
        for update`,
    salesOrderIds,
  );
}

export async function lockOrders(tx: Transaction, salesOrderIds: readonly string[]): Promise<void> {
  await rowsOf(
    tx,
    `select 1 from sales_orders
      where sales_order_id in (select jsonb_array_elements_text($1::jsonb))
      order by sales_order_id
        for update`,
    salesOrderIds,
  );
}

/**
 * For who holds positions already and would be late in that order: locks those nobody else is at, and answers which. Whoever is at the others may be waiting
 * for our positions.
 */
export async function lockIdleOrders(tx: Transaction, salesOrderIds: readonly string[]): Promise<readonly string[]> {
  const rows = await rowsOf<{ salesOrderId: string }>(
    tx,
    `select sales_order_id as "salesOrderId" from sales_orders
      where sales_order_id in (select jsonb_array_elements_text($1::jsonb))
      order by sales_order_id
        for update skip locked`,
    salesOrderIds,
  );
  return rows.map(({ salesOrderId }) => salesOrderId);
}

/** A statement's `positions`, and of its `skus` every position. */
const wantedSql = `
  select k.sku, k.branch from jsonb_to_recordset($1::jsonb -> 'positions') as k(sku text, branch text)
  union select q.sku, q.branch from inventory_positions q where q.sku in (select jsonb_array_elements_text($1::jsonb -> 'skus'))`;

/** `skus`: all there is of these as well, for who may go on to give out what lies elsewhere. To lock that later would be to lock out of order. */
export async function lockPositions(
  tx: Transaction,
  positions: readonly Position[],
  skus: readonly string[] = [],
): Promise<void> {
  await rowsOf(
    tx,
    `select 1 from inventory_positions p where (p.sku, p.branch) in (${wantedSql}) order by p.sku, p.branch for update`,
    { positions, skus },
  );
}

/** For who holds positions already: locks those nobody else is at, and answers which somebody is. */
export const lockIdlePositions = (
  tx: Transaction,
  positions: readonly Position[],
  skus: readonly string[] = [],
): Promise<readonly Position[]> =>
  rowsOf<Position>(
    tx,
    `with wanted as materialized (${wantedSql}), held as materialized (
       select p.sku, p.branch from inventory_positions p
        where (p.sku, p.branch) in (select w.sku, w.branch from wanted w) order by p.sku, p.branch for update skip locked)
     select w.sku, w.branch from wanted w join inventory_positions p on p.sku = w.sku and p.branch = w.branch
      where not exists (select from held h where h.sku = w.sku and h.branch = w.branch)`,
    { positions, skus },
  );
