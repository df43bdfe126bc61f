import {
  CrossdockError,
  SalesOrderHeld,
  SalesOrderHoldReleased,
  SalesOrderHoldsCleared,
  type EventDraft,
  type HoldReason,
} from "#contracts";
import type { Transaction } from "#platform";
import { rowsOf } from "../../sql.ts";
import { lockOrdersWithCredits, type LockedOrder } from "./lock-orders.ts";

export interface HoldToPlace {
  readonly salesOrderId: string;
  readonly reason: HoldReason;
  readonly explanation: string;
  /** The event that caused it, where one did. */
  readonly causationId?: string;
}

/**
 * Puts orders on hold that nobody works on yet. A reason that holds an order already is not placed twice. Throws "not-found", or "not-possible-now"
 * once branches have the work: then only cancelling stops it.
 */
export async function placeHold(
  tx: Transaction,
  holds: readonly HoldToPlace[],
  { now }: { now: Date },
): Promise<readonly EventDraft[]> {
  const orders = await lockOrdersWithCredits(
    tx,
    holds.map(({ salesOrderId }) => salesOrderId),
  );
  const placed = holds.filter((hold) => {
    const order = found(orders, hold.salesOrderId);
    if (order.stage !== "accepted" && order.stage !== "on-hold") {
      throw new CrossdockError(
        "not-possible-now",
        `${order.salesOrderNumber} is ${order.stage} and cannot be held any more; it can be cancelled.`,
      );
    }
    return !order.openHolds.includes(hold.reason);
  });
  if (placed.length === 0) return [];
  await rowsOf(
    tx,
    `with placed as (
       insert into sales_order_holds (sales_order_id, reason, explanation, held_at)
       select distinct on ("salesOrderId", reason) "salesOrderId", reason, explanation, ($1::jsonb ->> 'now')::timestamptz
         from jsonb_to_recordset($1::jsonb -> 'placed') as p("salesOrderId" text, reason text, explanation text)
       returning sales_order_id
     )
     update sales_orders set stage = 'on-hold' where sales_order_id in (select sales_order_id from placed)`,
    { placed, now },
  );
  return [...Map.groupBy(placed, ({ salesOrderId }) => salesOrderId)].map(([salesOrderId, own]) => {
    const { salesOrderNumber, correlationId } = found(orders, salesOrderId);
    const explanation = own.map((hold) => hold.explanation).join(" ");
    const causationId = own[0]?.causationId ?? null;
    return SalesOrderHeld(
      { salesOrderId, salesOrderNumber, reasons: own.map(({ reason }) => reason), explanation },
      { correlationId, causationId },
    );
  });
}

export interface HoldToRelease {
  readonly salesOrderId: string;
  readonly hold: HoldReason;
  /** Who releases it, and why: kept with the hold. */
  readonly by: string;
  readonly reason: string;
}

/**
 * Releases one hold of each order; the order goes on when none is left. Releasing a credit hold takes the order's amount into the customer's
 * exposure whatever the limit is: that is what the person decided. Throws "not-found", or "not-possible-now" where nothing holds it for that reason.
 */
export async function releaseHold(
  tx: Transaction,
  releases: readonly HoldToRelease[],
  { now }: { now: Date },
): Promise<readonly EventDraft[]> {
  const orders = await lockOrdersWithCredits(
    tx,
    releases.map(({ salesOrderId }) => salesOrderId),
  );
  for (const { salesOrderId, hold } of releases) refuseUnlessHeld(found(orders, salesOrderId), hold);
  const rows = await rowsOf<{ salesOrderId: string; left: number }>(tx, releaseStatement, { releases, now });
  const cleared = rows.filter(({ left }) => left === 0).map(({ salesOrderId }) => salesOrderId);
  await rowsOf(
    tx,
    `update sales_orders set stage = 'accepted' where sales_order_id in (select jsonb_array_elements_text($1::jsonb)) and stage = 'on-hold'`,
    cleared,
  );
  await exposeReleased(
    tx,
    releases.filter(({ hold }) => hold === "credit").map(({ salesOrderId }) => salesOrderId),
  );
  return [
    ...releases.map(({ salesOrderId, hold, by, reason }) =>
      SalesOrderHoldReleased(
        { salesOrderId, hold, by, reason },
        { correlationId: found(orders, salesOrderId).correlationId },
      ),
    ),
    ...cleared.map((salesOrderId) =>
      SalesOrderHoldsCleared({ salesOrderId }, { correlationId: found(orders, salesOrderId).correlationId }),
    ),
  ];
}

function found(orders: ReadonlyMap<string, LockedOrder>, salesOrderId: string): LockedOrder {
  const order = orders.get(salesOrderId);
  if (!order) throw new CrossdockError("not-found", `There is no sales order ${salesOrderId}.`);
  return order;
}

function refuseUnlessHeld({ stage, salesOrderNumber, openHolds }: LockedOrder, hold: HoldReason): void {
  if (stage !== "on-hold")
    throw new CrossdockError("not-possible-now", `${salesOrderNumber} is not on hold; it is ${stage}.`);
  if (openHolds.includes(hold)) return;
  throw new CrossdockError(
    "not-possible-now",
    `${salesOrderNumber} is not held for "${hold}" but for ${openHolds.map((reason) => `"${reason}"`).join(", ")}.`,
  );
}

const releaseStatement = `
  with released as (
    update sales_order_holds h
       set released_at = ($1::jsonb ->> 'now')::timestamptz, released_by = r.by, release_reason = r.reason
      from jsonb_to_recordset($1::jsonb -> 'releases') as r("salesOrderId" text, hold text, by text, reason text)
     where h.sales_order_id = r."salesOrderId" and h.reason = r.hold and h.released_at is null
    returning h.sales_order_id, h.reason
  )
  select r.sales_order_id as "salesOrderId",
         (select count(*)::int from sales_order_holds h
           where h.sales_order_id = r.sales_order_id and h.released_at is null
             and h.reason not in (select reason from released x where x.sales_order_id = r.sales_order_id)) as left
    from released r
   group by r.sales_order_id`;

/** An order held for credit has no exposure; from now on it has its whole amount. */
async function exposeReleased(tx: Transaction, salesOrderIds: readonly string[]): Promise<void> {
  if (salesOrderIds.length === 0) return;
  await rowsOf(
    tx,
    `with exposed as (
       update sales_orders set exposure_amount = merchandise_amount
        where sales_order_id in (select jsonb_array_elements_text($1::jsonb)) and exposure_amount = 0
       returning customer_number, exposure_amount
     )
     update customer_credits c set hub_exposure = c.hub_exposure + e.amount
       from (select customer_number, sum(exposure_amount) as amount from exposed group by customer_number) e
      where c.customer_number = e.customer_number`,
    salesOrderIds,
  );
}
