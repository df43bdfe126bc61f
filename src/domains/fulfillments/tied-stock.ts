import { InventoryChanged, type EventDraft } from "#contracts";
import type { Transaction } from "#platform";
import { Decimal } from "decimal.js";
import type { Story } from "../effect-context.ts";
import type { Position } from "../orders/lifecycle/locks.ts";
import { settleKits } from "../orders/lifecycle/settle-kits.ts";
import { onHandSql, positionSql } from "../inventory/stock-ledger.ts";
import { rowsOf } from "../sql.ts";

/** Stock tied to an order's line at a branch. `fulfillmentOrderId` is null as long as no branch was asked to fulfil it. */
export interface TiedStock {
  readonly allocationId: string;
  readonly salesOrderId: string;
  readonly lineNumber: number;
  readonly sku: string;
  readonly branch: string;
  readonly quantity: string;
  readonly fulfillmentOrderId: string | null;
}

/** What becomes of stock that is no longer tied. Shipped goods leave the shelf; goods not found were never on it. */
export interface Untied extends TiedStock {
  readonly becomes: "shipped" | "backordered" | "cancelled";
  readonly onHand: "stays" | "goes";
}

/** Takes a quantity from what is tied, the first allocation first. Takes less where less is tied. */
export function takeFrom(tied: readonly TiedStock[], quantity: string): { taken: TiedStock[]; rest: TiedStock[] } {
  let wanted = new Decimal(quantity);
  const taken: TiedStock[] = [];
  const rest: TiedStock[] = [];
  for (const piece of tied) {
    const part = Decimal.min(wanted, piece.quantity);
    const left = new Decimal(piece.quantity).minus(part);
    wanted = wanted.minus(part);
    if (part.gt(0)) taken.push({ ...piece, quantity: part.toFixed() });
    if (left.gt(0)) rest.push({ ...piece, quantity: left.toFixed() });
  }
  return { taken, rest };
}

const columns = `allocation_id as "allocationId", sales_order_id as "salesOrderId", line_number as "lineNumber", sku, branch,
            quantity::text as quantity, fulfillment_order_id as "fulfillmentOrderId"`;

export async function stockTiedToFulfillments(
  tx: Transaction,
  fulfillmentOrderIds: readonly string[],
): Promise<readonly TiedStock[]> {
  return rowsOf<TiedStock>(
    tx,
    `select ${columns} from allocations
      where fulfillment_order_id in (select jsonb_array_elements_text($1::jsonb)) and quantity > 0
      order by allocation_id`,
    fulfillmentOrderIds,
  );
}

/** What the orders hold at branches that were not asked to fulfil it yet. */
export async function stockNotYetSourced(
  tx: Transaction,
  salesOrderIds: readonly string[],
): Promise<readonly TiedStock[]> {
  return rowsOf<TiedStock>(
    tx,
    `select ${columns} from allocations
      where sales_order_id in (select jsonb_array_elements_text($1::jsonb)) and fulfillment_order_id is null and quantity > 0
      order by allocation_id`,
    salesOrderIds,
  );
}

const onHandNowSql = onHandSql(positionSql("p"));

/** The one place where allocated stock leaves a line. Orders and positions are locked by the caller; what goes stands in the ledger already. */
export async function untie(tx: Transaction, pieces: readonly Untied[]): Promise<void> {
  if (pieces.length === 0) return;
  await rowsOf(
    tx,
    `with untied as (
       select * from jsonb_to_recordset($1::jsonb)
           as u("allocationId" bigint, "salesOrderId" text, "lineNumber" integer, sku text, branch text, quantity numeric,
                becomes text, "onHand" text)
     ), allocated as (
       update allocations a set quantity = a.quantity - u.quantity
         from (select "salesOrderId", "lineNumber", "allocationId", sum(quantity) as quantity
                 from untied group by "salesOrderId", "lineNumber", "allocationId") u
        where a.sales_order_id = u."salesOrderId" and a.line_number = u."lineNumber" and a.allocation_id = u."allocationId"
     ), positioned as (
       update inventory_positions p
          set allocated = p.allocated - u.quantity, on_hand = ${onHandNowSql},
              oversold_since = case when p.oversold_since is not null and p.allocated - u.quantity > ${onHandNowSql} then p.oversold_since end
         from (select sku, branch, sum(quantity) as quantity from untied group by sku, branch) u
        where p.sku = u.sku and p.branch = u.branch
     )
     update sales_order_lines l
        set quantity_allocated = l.quantity_allocated - u.quantity,
            quantity_shipped = l.quantity_shipped + u.shipped,
            quantity_backordered = l.quantity_backordered + u.backordered,
            quantity_cancelled = l.quantity_cancelled + u.cancelled
       from (select "salesOrderId", "lineNumber", sum(quantity) as quantity,
                    coalesce(sum(quantity) filter (where becomes = 'shipped'), 0) as shipped,
                    coalesce(sum(quantity) filter (where becomes = 'backordered'), 0) as backordered,
                    coalesce(sum(quantity) filter (where becomes = 'cancelled'), 0) as cancelled
               from untied group by "salesOrderId", "lineNumber") u
      where l.sales_order_id = u."salesOrderId" and l.line_number = u."lineNumber"`,
    pieces,
  );
  await settleKits(
    tx,
    pieces.map(({ salesOrderId }) => salesOrderId),
  );
}

interface PositionRow extends Position {
  readonly onHand: string;
  readonly allocated: string;
  readonly availableToPromise: string;
}

/** Tells of each position once, as it is now. */
export async function utterInventoryChanged(
  tx: Transaction,
  changes: readonly (Position & { readonly story: Story })[],
  cause: "shipment" | "short-pick",
): Promise<readonly EventDraft[]> {
  const storyOf = new Map(changes.map(({ sku, branch, story }) => [`${sku}@${branch}`, story]));
  const rows = await rowsOf<PositionRow>(
    tx,
    `select p.sku, p.branch, trim_scale(p.on_hand)::text as "onHand", trim_scale(p.allocated)::text as allocated,
            trim_scale(greatest(p.on_hand - p.allocated - p.reserved - p.safety_stock, 0))::text as "availableToPromise"
       from inventory_positions p
      where (p.sku, p.branch) in (select k.sku, k.branch from jsonb_to_recordset($1::jsonb) as k(sku text, branch text))
      order by p.sku, p.branch`,
    changes,
  );
  return rows.flatMap((row) => {
    const position = `${row.sku}@${row.branch}`;
    const story = storyOf.get(position);
    return story ? [InventoryChanged({ position, cause, ...row }, story)] : [];
  });
}

/** Each position once, however many pieces lie there. */
export const positionsOf = (pieces: readonly Position[]): Position[] => [
  ...new Map(pieces.map(({ sku, branch }) => [`${sku}@${branch}`, { sku, branch }])).values(),
];
