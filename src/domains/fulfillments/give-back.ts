import {
  FulfillmentCancelled,
  FulfillmentRecalled,
  SalesOrderBackordered,
  type DataOf,
  type EffectCall,
  type EventDraft,
} from "#contracts";
import type { Transaction } from "#platform";
import { Decimal } from "decimal.js";
import { followedBy, ordersOf, type Story } from "../effect-context.ts";
import { settleCancellations } from "../orders/lifecycle/settle-cancellations.ts";
import { fillBackorders } from "../orders/lifecycle/fill-backorders.ts";
import { lockOrders, lockPositions, skusOf, type Position } from "../orders/lifecycle/locks.ts";
import { rowsOf } from "../sql.ts";
import { positionsOf, stockTiedToFulfillments, untie, type TiedStock, type Untied } from "./tied-stock.ts";

export interface WhichFulfillment {
  readonly fulfillmentOrderId: string;
  readonly salesOrderId: string;
  readonly branch: string;
}
export type CancelCause = "recalled" | "nothing-picked" | "release-refused";

/** Orders that are being cancelled: what comes back to them is cancelled too instead of being sought elsewhere. */
export async function ordersBeingCancelled(
  tx: Transaction,
  salesOrderIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await rowsOf<{ salesOrderId: string }>(
    tx,
    `select sales_order_id as "salesOrderId" from sales_orders
      where sales_order_id in (select jsonb_array_elements_text($1::jsonb)) and stage in ('cancelling', 'cancelled')`,
    salesOrderIds,
  );
  return new Set(rows.map((row) => row.salesOrderId));
}

/** What comes back: cancelled with its order, or backordered and sought at other branches. */
export const comesBack = (
  pieces: readonly TiedStock[],
  cancelled: ReadonlySet<string>,
  onHand: Untied["onHand"],
): Untied[] =>
  pieces.map((piece) => ({
    ...piece,
    onHand,
    becomes: cancelled.has(piece.salesOrderId) ? "cancelled" : "backordered",
  }));

/**
 * What was to be shipped and was not: utters the backorder, seeks the goods at other branches at once, and gives what stays where it was to
 * whoever waits for it. That may be the very line it was for, unless the branch is the one that failed it. The caller has locked every
 * position of what is missing.
 */
export async function seekElsewhere(
  tx: Transaction,
  untied: readonly Untied[],
  cause: "no-stock" | "short-pick",
  storyOf: (salesOrderId: string) => Story,
): Promise<EventDraft[]> {
  const missing = untied.filter((piece) => piece.becomes === "backordered");
  const backordered = [...Map.groupBy(missing, (piece) => piece.salesOrderId)].map(([salesOrderId, pieces]) =>
    SalesOrderBackordered({ salesOrderId, cause, lines: byLine(pieces) }, storyOf(salesOrderId)),
  );
  const seeking = { avoidRefusedBranches: true, holdsPositions: true };
  const elsewhere = await fillBackorders(tx, await otherPositions(tx, missing), seeking);
  const stays = untied.filter((piece) => piece.onHand === "stays");
  const freed = positionsOf(stays.filter((piece) => piece.becomes === "cancelled"));
  const leftBehind = positionsOf(stays.filter((piece) => piece.becomes === "backordered"));
  return [
    ...backordered,
    ...elsewhere,
    ...(await fillBackorders(tx, freed, { holdsPositions: true })),
    ...(await fillBackorders(tx, leftBehind, seeking)),
  ];
}

function byLine(pieces: readonly TiedStock[]) {
  return [...Map.groupBy(pieces, (piece) => piece.lineNumber).values()].flatMap((parts) => {
    const [first] = parts;
    const quantity = parts.reduce((sum, part) => sum.plus(part.quantity), new Decimal(0)).toFixed();
    return first ? [{ lineNumber: first.lineNumber, sku: first.sku, quantity }] : [];
  });
}

async function otherPositions(tx: Transaction, missing: readonly TiedStock[]): Promise<readonly Position[]> {
  if (missing.length === 0) return [];
  return rowsOf<Position>(
    tx,
    `select p.sku, p.branch from inventory_positions p
      where p.sku in (select sku from jsonb_to_recordset($1::jsonb) as m(sku text))
        and (p.sku, p.branch) not in (select m.sku, m.branch from jsonb_to_recordset($1::jsonb) as m(sku text, branch text))
        and p.on_hand - p.allocated - p.reserved - p.safety_stock > 0
      order by p.sku, p.branch`,
    positionsOf(missing),
  );
}

/** A fulfillment is off (recalled, or refused by the warehouse): its stock comes back, and whoever waits for that is told. */
export async function cancelFulfillments(
  tx: Transaction,
  calls: readonly EffectCall<WhichFulfillment>[],
  cause: CancelCause,
): Promise<readonly EventDraft[]> {
  const { salesOrderIds, storyOf } = ordersOf(calls);
  await lockOrders(tx, salesOrderIds);
  const fulfillmentOrderIds = calls.map((call) => call.event.data.fulfillmentOrderId);
  const tied = await stockTiedToFulfillments(tx, fulfillmentOrderIds);
  await lockPositions(tx, positionsOf(tied), skusOf(tied));
  const untied = comesBack(tied, await ordersBeingCancelled(tx, salesOrderIds), "stays");
  await untie(tx, untied);
  await markCancelled(tx, fulfillmentOrderIds, cause);
  const cancelled = calls.map((call) => {
    const { fulfillmentOrderId, salesOrderId, branch } = call.event.data;
    return FulfillmentCancelled({ fulfillmentOrderId, salesOrderId, branch, cause }, followedBy(call));
  });
  const sought = await seekElsewhere(tx, untied, "no-stock", storyOf);
  return [...cancelled, ...sought, ...(await settleCancellations(tx, salesOrderIds))];
}

/**
 * The warehouse stopped. Its answer may have been written before we knew of the shipment it packed meanwhile: then the shipment is told
 * by saying it once more, whole.
 */
export async function giveBackRecalled(
  tx: Transaction,
  calls: readonly EffectCall<DataOf<typeof FulfillmentRecalled>>[],
): Promise<readonly EventDraft[]> {
  const unaware = calls.filter((call) => call.event.data.shipmentId === undefined);
  const { storyOf } = ordersOf(unaware);
  const rows = await rowsOf<WhichFulfillment & { readonly shipmentId: string }>(
    tx,
    `select fulfillment_order_id as "fulfillmentOrderId", sales_order_id as "salesOrderId", branch, shipment_id as "shipmentId"
       from fulfillment_orders
      where fulfillment_order_id in (select jsonb_array_elements_text($1::jsonb)) and shipment_id is not null`,
    unaware.map((call) => call.event.data.fulfillmentOrderId),
  );
  const said = rows.map((row) => FulfillmentRecalled(row, storyOf(row.salesOrderId)));
  return [...said, ...(await cancelFulfillments(tx, calls, "recalled"))];
}

export async function markCancelled(
  tx: Transaction,
  fulfillmentOrderIds: readonly string[],
  cause: CancelCause,
): Promise<void> {
  await rowsOf(
    tx,
    `update fulfillment_orders set status = 'cancelled', cancel_cause = $1::jsonb ->> 'cause'
      where fulfillment_order_id in (select jsonb_array_elements_text($1::jsonb -> 'ids'))`,
    { ids: fulfillmentOrderIds, cause },
  );
}
