import type { FulfillmentShipped } from "#contracts";
import { type DataOf, type EffectCall, type EventDraft } from "#contracts";
import type { Transaction } from "#platform";
import { ordersOf } from "../effect-context.ts";
import { openIssues, type StockIssue } from "../inventory/stock-issues.ts";
import { lockOrders, lockPositions, skusOf } from "../orders/lifecycle/locks.ts";
import { settleCancellations } from "../orders/lifecycle/settle-cancellations.ts";
import { utterShipped } from "../orders/lifecycle/settle-orders.ts";
import { rowsOf } from "../sql.ts";
import { comesBack, ordersBeingCancelled, seekElsewhere } from "./give-back.ts";
import {
  positionsOf,
  stockTiedToFulfillments,
  takeFrom,
  untie,
  utterInventoryChanged,
  type TiedStock,
} from "./tied-stock.ts";

type Shipped = DataOf<typeof FulfillmentShipped>;

/**
 * The goods left: on hand and allocated go down, the ledger keeps them until the owner of the stock has posted them, the lines move from allocated
 * to shipped. What was picked and yet stayed behind goes back to backordered. Utters `sales-order.shipped` where nothing is left.
 */
export async function recordShipped(
  tx: Transaction,
  calls: readonly EffectCall<Shipped>[],
): Promise<readonly EventDraft[]> {
  const { salesOrderIds, storyOf } = ordersOf(calls);
  await lockOrders(tx, salesOrderIds);
  const tied = await stockTiedToFulfillments(
    tx,
    calls.map((call) => call.event.data.fulfillmentOrderId),
  );
  const parted = calls.map((call) => partByShipped(call.event.data, tied));
  await lockPositions(tx, positionsOf(tied), skusOf(parted.flatMap(({ left }) => left)));
  const gone = parted.flatMap((part) => part.gone);
  await openIssues(
    tx,
    calls.flatMap((call, index) => issuesOf(call.event.data, parted[index]?.gone ?? [])),
  );
  const left = comesBack(
    parted.flatMap((part) => part.left),
    await ordersBeingCancelled(tx, salesOrderIds),
    "stays",
  );
  await untie(tx, [...gone.map((piece) => ({ ...piece, becomes: "shipped", onHand: "goes" }) as const), ...left]);
  await writeShipped(tx, calls);
  const changes = gone.map(({ sku, branch, salesOrderId }) => ({ sku, branch, story: storyOf(salesOrderId) }));
  return [
    ...(await utterInventoryChanged(tx, changes, "shipment")),
    ...(await seekElsewhere(tx, left, "short-pick", storyOf)),
    ...(await utterShipped(tx, salesOrderIds)),
    ...(await settleCancellations(tx, salesOrderIds)),
  ];
}

const issuesOf = (
  { fulfillmentOrderId, shipmentId: reference, shippedAt }: Shipped,
  gone: readonly TiedStock[],
): StockIssue[] =>
  gone.map(({ sku, branch, quantity }) => ({
    fulfillmentOrderId,
    reference,
    sku,
    branch,
    quantity,
    reason: "shipped",
    issuedAt: shippedAt,
    coveredFrom: null,
  }));

function partByShipped(shipped: Shipped, tied: readonly TiedStock[]): { gone: TiedStock[]; left: TiedStock[] } {
  const own = tied.filter((piece) => piece.fulfillmentOrderId === shipped.fulfillmentOrderId);
  const parts = [...Map.groupBy(own, (piece) => piece.lineNumber)].map(([lineNumber, pieces]) =>
    takeFrom(pieces, shipped.lines.find((line) => line.lineNumber === lineNumber)?.quantity ?? "0"),
  );
  return { gone: parts.flatMap((part) => part.taken), left: parts.flatMap((part) => part.rest) };
}

async function writeShipped(tx: Transaction, calls: readonly EffectCall<Shipped>[]): Promise<void> {
  await rowsOf(
    tx,
    `with shipped as (
       select s."fulfillmentOrderId", l."lineNumber", l.quantity
         from jsonb_to_recordset($1::jsonb) as s("fulfillmentOrderId" text, lines jsonb),
              jsonb_to_recordset(s.lines) as l("lineNumber" integer, quantity numeric)
     ), lined as (
       update fulfillment_lines f set quantity_shipped = s.quantity
         from shipped s
        where f.fulfillment_order_id = s."fulfillmentOrderId" and f.line_number = s."lineNumber"
     )
     update fulfillment_orders set status = 'shipped'
      where fulfillment_order_id in (select "fulfillmentOrderId" from jsonb_to_recordset($1::jsonb) as p("fulfillmentOrderId" text))`,
    calls.map((call) => call.event.data),
  );
}
