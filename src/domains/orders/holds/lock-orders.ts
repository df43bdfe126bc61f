import type { HoldReason } from "#contracts";
import type { Transaction } from "#platform";
import { textArraySql } from "../../built-documents.ts";
import { rowsOf } from "../../sql.ts";
import { lockCreditsOf, lockOrders } from "../lifecycle/locks.ts";
import type { SalesOrderStage } from "../status.ts";

export interface LockedOrder {
  readonly salesOrderId: string;
  readonly salesOrderNumber: string;
  readonly correlationId: string;
  readonly stage: SalesOrderStage;
  readonly openHolds: readonly HoldReason[];
}

/** Locks in the order everybody locks: the customers' credits, then the orders, each sorted by its key. */
export async function lockOrdersWithCredits(
  tx: Transaction,
  salesOrderIds: readonly string[],
): Promise<ReadonlyMap<string, LockedOrder>> {
  await lockCreditsOf(tx, salesOrderIds);
  await lockOrders(tx, salesOrderIds);
  const orders = await rowsOf<LockedOrder>(
    tx,
    `select o.sales_order_id as "salesOrderId", o.sales_order_number as "salesOrderNumber", o.correlation_id as "correlationId", o.stage,
            coalesce((select jsonb_agg(h.reason order by h.reason) from sales_order_holds h
                       where h.sales_order_id = o.sales_order_id and h.released_at is null), '[]') as "openHolds"
       from sales_orders o where o.sales_order_id = any(${textArraySql("$1::jsonb")})`,
    salesOrderIds,
  );
  return new Map(orders.map((order) => [order.salesOrderId, order]));
}
