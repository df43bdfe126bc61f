import { RateDecision } from "#contracts";
import { plain, type Queryable } from "#platform";
import { Value } from "typebox/value";
import type { StoryReason } from "./story.ts";

interface LineRow {
  readonly line_number: number;
  readonly sku: string;
  readonly unit_price: string;
  readonly price: { readonly source?: string; readonly explanation?: string };
  readonly allocation_explanation: string;
}

async function lineReasons(database: Queryable, salesOrderId: string): Promise<readonly StoryReason[]> {
  const rows = await database.query<LineRow>(
    "select line_number, sku, unit_price, price, allocation_explanation from sales_order_lines where sales_order_id = $1 order by line_number",
    [salesOrderId],
  );
  return rows.map((line) => ({
    question: `Line ${line.line_number}, ${line.sku}: why this price?`,
    answer: `${plain(line.unit_price)} (${line.price.source ?? "unknown"}): ${line.price.explanation ?? "not recorded"}`,
    details: line.allocation_explanation ? [`Stock: ${line.allocation_explanation}`] : [],
  }));
}

async function branchReasons(database: Queryable, salesOrderId: string): Promise<readonly StoryReason[]> {
  const rows = await database.query<{ branch: string; sourcing_explanation: string }>(
    "select branch, sourcing_explanation from fulfillment_orders where sales_order_id = $1 order by requested_at, fulfillment_order_id",
    [salesOrderId],
  );
  return rows.map(({ branch, sourcing_explanation }) => ({
    question: `Why ${branch}?`,
    answer: sourcing_explanation,
    details: [],
  }));
}

const candidateLine = ({ carrier, quote, verdict, explanation }: RateDecision["candidates"][number]): string => {
  const price = quote
    ? ` ${quote.service} ${quote.amount} ${quote.currency}, ${quote.transitDays === 1 ? "1 day" : `${quote.transitDays} days`}`
    : "";
  return `${carrier}${price}: ${verdict}, ${explanation}`;
};

async function carrierReasons(database: Queryable, salesOrderId: string): Promise<readonly StoryReason[]> {
  const rows = await database.query<{ carrier: string | null; rate_decision: unknown }>(
    "select carrier, rate_decision from shipments where sales_order_id = $1 and rate_decision is not null order by created_at, shipment_id",
    [salesOrderId],
  );
  return rows.flatMap(({ carrier, rate_decision: decision }) => {
    if (!Value.Check(RateDecision, decision)) return [];
    const name = carrier ?? decision.chosen?.carrier ?? "no carrier";
    return [
      { question: `Why ${name}?`, answer: decision.explanation, details: decision.candidates.map(candidateLine) },
    ];
  });
}

/** Why it went as it did: from what was recorded when it was decided, never worked out again. */
export async function readReasons(database: Queryable, salesOrderId: string): Promise<StoryReason[]> {
  const found = await Promise.all([
    lineReasons(database, salesOrderId),
    branchReasons(database, salesOrderId),
    carrierReasons(database, salesOrderId),
  ]);
  return found.flat();
}
