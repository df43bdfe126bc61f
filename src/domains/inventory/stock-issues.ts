import type { Transaction } from "#platform";
import type { PositionKey } from "../changes/position-changes.ts";
import { rowsOf } from "../sql.ts";
import { balancePositions, type BalancedPosition } from "./stock-ledger.ts";

/** Goods of one item that left a branch for one fulfillment order, or were looked for there and not found. */
export interface StockIssue extends PositionKey {
  readonly fulfillmentOrderId: string;
  readonly reason: "shipped" | "short-pick";
  /** The shipment, as the owner of the stock is told of it; of a short pick, which nobody tells it of, the fulfillment order. */
  readonly reference: string;
  readonly quantity: string;
  readonly issuedAt: string;
  /** From when on what the owner states counts as being without them, though it does not say so. Null: not until it says. */
  readonly coveredFrom: string | null;
}

/** What their owner states contains the goods until it is known to be without. The positions are locked by the caller, who writes on hand. */
export async function openIssues(tx: Transaction, issues: readonly StockIssue[]): Promise<void> {
  if (issues.length === 0) return;
  await rowsOf(
    tx,
    `insert into stock_issues (fulfillment_order_id, reason, sku, branch, quantity, reference, issued_at, stated_sequence, covered_from)
     select i."fulfillmentOrderId", i.reason, i.sku, i.branch, sum(i.quantity), i.reference, i."issuedAt", p.source_sequence, i."coveredFrom"
       from jsonb_to_recordset($1::jsonb) as i("fulfillmentOrderId" text, reason text, sku text, branch text, quantity numeric,
            reference text, "issuedAt" timestamptz, "coveredFrom" timestamptz)
       join inventory_positions p on p.sku = i.sku and p.branch = i.branch
      group by i."fulfillmentOrderId", i.reason, i.sku, i.branch, i.reference, i."issuedAt", p.source_sequence, i."coveredFrom"`,
    issues,
  );
}

/** When goods came off their owner's stock: by its sequence, or by the time from which on it has surely taken them off. */
export interface IssuePosting {
  readonly reference: string;
  readonly postedAt: string;
  readonly sequence: string | null;
  readonly coveredFrom: string | null;
}

/** The owner of the stock said when it took the goods off. Answers the positions where that makes a difference already. */
export async function postIssues(
  tx: Transaction,
  postings: readonly IssuePosting[],
  now: Date,
): Promise<readonly BalancedPosition[]> {
  const touched = await lockPositionsOfIssues(tx, {
    where: `i.reference in (select reference from jsonb_to_recordset($1::jsonb) as g(reference text))`,
    given: postings,
  });
  if (touched.length === 0) return [];
  await rowsOf(
    tx,
    `update stock_issues i set posted_sequence = g.sequence, posted_at = g."postedAt", covered_from = g."coveredFrom"
       from jsonb_to_recordset($1::jsonb) as g(reference text, "postedAt" timestamptz, sequence numeric, "coveredFrom" timestamptz)
      where i.reference = g.reference`,
    postings,
  );
  return balancePositions(tx, touched, now);
}

/**
 * The owner's levels were read to their end at that time: what it has surely posted by then is off every figure it stated, also where the newest
 * is older. Answers the positions where that makes a difference.
 */
export async function settleDueIssues(
  tx: Transaction,
  { heardAt, now }: { readonly heardAt: Date; readonly now: Date },
): Promise<readonly BalancedPosition[]> {
  const touched = await lockPositionsOfIssues(tx, {
    where: `i.covered_from <= ($1::jsonb ->> 'heardAt')::timestamptz`,
    given: { heardAt },
  });
  if (touched.length === 0) return [];
  await rowsOf(tx, `delete from stock_issues where covered_from <= ($1::jsonb ->> 'heardAt')::timestamptz`, {
    heardAt,
  });
  return balancePositions(tx, touched, now);
}

/** In the order everybody locks positions: a level that comes meanwhile waits, and then finds the issue as it is written here. */
async function lockPositionsOfIssues(
  tx: Transaction,
  { where, given }: { readonly where: string; readonly given: unknown },
): Promise<readonly PositionKey[]> {
  return rowsOf<PositionKey>(
    tx,
    `select p.sku, p.branch from inventory_positions p
      where (p.sku, p.branch) in (select i.sku, i.branch from stock_issues i where ${where})
      order by p.sku, p.branch
        for update`,
    given,
  );
}
