import type { Transaction } from "#platform";
import { rowsOf } from "../../sql.ts";
import { lockCreditsOf, lockOrders, lockPositions, skusOf, type Position } from "./locks.ts";

/**
 * Beside an order: its customer's credit; the positions where goods are tied to it; all positions of the items it has goods of, for who gives
 * goods back and seeks others elsewhere.
 */
export type Lockable = "credit" | "tied-goods" | "all-goods";

export interface LockWanted {
  readonly salesOrderId: string;
  readonly also: readonly Lockable[];
}

/** Locks what several effects are going to lock, in the order everybody locks: credits, orders, positions. */
export async function lockForEffects(tx: Transaction, wanted: readonly LockWanted[]): Promise<void> {
  const ordersThat = (want: Lockable) => [
    ...new Set(wanted.filter(({ also }) => also.includes(want)).map(({ salesOrderId }) => salesOrderId)),
  ];
  await lockCreditsOf(tx, ordersThat("credit"));
  await lockOrders(tx, [...new Set(wanted.map(({ salesOrderId }) => salesOrderId))]);
  // Only now: an order stands for what is tied to it.
  const seeking = new Set(ordersThat("all-goods"));
  const tied = await tiedTo(tx, [...ordersThat("tied-goods"), ...seeking]);
  await lockPositions(tx, tied, skusOf(tied.filter(({ salesOrderId }) => seeking.has(salesOrderId))));
}

/** What is promised of a position, or has left it and the owner of the stock has not posted. */
const tiedTo = (
  tx: Transaction,
  salesOrderIds: readonly string[],
): Promise<readonly (Position & { readonly salesOrderId: string })[]> =>
  rowsOf(
    tx,
    `with asked as (select jsonb_array_elements_text($1::jsonb) as sales_order_id)
     select a.sales_order_id as "salesOrderId", a.sku, a.branch from asked join allocations a using (sales_order_id)
      where a.quantity > 0
     union
     select f.sales_order_id, i.sku, i.branch from asked join fulfillment_orders f using (sales_order_id)
       join stock_issues i on i.fulfillment_order_id = f.fulfillment_order_id`,
    salesOrderIds,
  );
