import type { FulfillmentPicked, FulfillmentReleased } from "#contracts";
import { FulfillmentCancelled, type DataOf, type EffectCall, type EventDraft } from "#contracts";
import { isZero, type Transaction } from "#platform";
import { followedBy, ordersOf, type EffectContext } from "../effect-context.ts";
import { openIssues, type StockIssue } from "../inventory/stock-issues.ts";
import { lockOrders, lockPositions, skusOf } from "../orders/lifecycle/locks.ts";
import { settleCancellations } from "../orders/lifecycle/settle-cancellations.ts";
import { rowsOf } from "../sql.ts";
import { comesBack, markCancelled, ordersBeingCancelled, seekElsewhere } from "./give-back.ts";
import {
  positionsOf,
  stockTiedToFulfillments,
  takeFrom,
  untie,
  utterInventoryChanged,
  type TiedStock,
} from "./tied-stock.ts";

type Released = DataOf<typeof FulfillmentReleased>;
type Picked = DataOf<typeof FulfillmentPicked>;

export async function recordReleased(
  tx: Transaction,
  calls: readonly EffectCall<Released>[],
): Promise<readonly EventDraft[]> {
  await rowsOf(
    tx,
    `update fulfillment_orders f set status = 'released', warehouse_reference = r."warehouseReference"
       from jsonb_to_recordset($1::jsonb) as r("fulfillmentOrderId" text, "warehouseReference" text)
      where f.fulfillment_order_id = r."fulfillmentOrderId"`,
    calls.map((call) => call.event.data),
  );
  return [];
}

/**
 * The warehouse picked. What it did not find is not on hand, until the shelf must have been counted (`countedWithinMs`) and its owner states it all
 * the same; the line goes back to backordered and is sought at other branches. Where nothing at all was found the fulfillment is off.
 */
export const recordPicked =
  ({ countedWithinMs }: { readonly countedWithinMs: number }) =>
  async (
    tx: Transaction,
    calls: readonly EffectCall<Picked>[],
    { now }: EffectContext,
  ): Promise<readonly EventDraft[]> => {
    const { salesOrderIds, storyOf } = ordersOf(calls);
    await lockOrders(tx, salesOrderIds);
    const tied = await stockTiedToFulfillments(
      tx,
      calls.map((call) => call.event.data.fulfillmentOrderId),
    );
    const short = calls.flatMap((call) => notPicked(call.event.data, tied));
    await lockPositions(tx, positionsOf(short), skusOf(short));
    const coveredFrom = new Date(now.getTime() + countedWithinMs);
    await openIssues(
      tx,
      short.flatMap((piece) => shortageOf(piece, now, coveredFrom)),
    );
    const untied = comesBack(short, await ordersBeingCancelled(tx, salesOrderIds), "goes");
    await untie(tx, untied);
    await writePicked(tx, calls);
    const empty = calls.filter((call) => call.event.data.lines.every((line) => isZero(line.quantity)));
    await markCancelled(
      tx,
      empty.map((call) => call.event.data.fulfillmentOrderId),
      "nothing-picked",
    );
    const changes = short.map(({ sku, branch, salesOrderId }) => ({ sku, branch, story: storyOf(salesOrderId) }));
    return [
      ...(await utterInventoryChanged(tx, changes, "short-pick")),
      ...empty.map((call) => {
        const { fulfillmentOrderId, salesOrderId, branch } = call.event.data;
        return FulfillmentCancelled(
          { fulfillmentOrderId, salesOrderId, branch, cause: "nothing-picked" },
          followedBy(call),
        );
      }),
      ...(await seekElsewhere(tx, untied, "short-pick", storyOf)),
      ...(await settleCancellations(tx, salesOrderIds)),
    ];
  };

function shortageOf(
  { fulfillmentOrderId, sku, branch, quantity }: TiedStock,
  now: Date,
  coveredFrom: Date,
): readonly StockIssue[] {
  if (fulfillmentOrderId === null) return [];
  const [issuedAt, reference] = [now.toISOString(), fulfillmentOrderId];
  return [
    {
      fulfillmentOrderId,
      reason: "short-pick",
      reference,
      sku,
      branch,
      quantity,
      issuedAt,
      coveredFrom: coveredFrom.toISOString(),
    },
  ];
}

/** A line the warehouse does not name was not picked. */
function notPicked(picked: Picked, tied: readonly TiedStock[]): TiedStock[] {
  const own = tied.filter((piece) => piece.fulfillmentOrderId === picked.fulfillmentOrderId);
  return [...Map.groupBy(own, (piece) => piece.lineNumber)].flatMap(([lineNumber, pieces]) => {
    const found = picked.lines.find((line) => line.lineNumber === lineNumber)?.quantity ?? "0";
    return takeFrom(pieces, found).rest;
  });
}

async function writePicked(tx: Transaction, calls: readonly EffectCall<Picked>[]): Promise<void> {
  await rowsOf(
    tx,
    `with picked as (
       select p."fulfillmentOrderId", l."lineNumber", l.quantity
         from jsonb_to_recordset($1::jsonb) as p("fulfillmentOrderId" text, lines jsonb),
              jsonb_to_recordset(p.lines) as l("lineNumber" integer, quantity numeric)
     ), lined as (
       update fulfillment_lines f set quantity_picked = coalesce(p.quantity, 0)
         from fulfillment_lines o
         left join picked p on p."fulfillmentOrderId" = o.fulfillment_order_id and p."lineNumber" = o.line_number
        where f.fulfillment_order_id = o.fulfillment_order_id and f.line_number = o.line_number
          and o.fulfillment_order_id in (select "fulfillmentOrderId" from jsonb_to_recordset($1::jsonb) as p("fulfillmentOrderId" text))
     )
     update fulfillment_orders set status = 'picked'
      where fulfillment_order_id in (select "fulfillmentOrderId" from jsonb_to_recordset($1::jsonb) as p("fulfillmentOrderId" text))`,
    calls.map((call) => call.event.data),
  );
}
