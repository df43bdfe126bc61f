import { isPositive, type Database } from "#platform";
import { recordStock, type RecordedStock, type StockOutlook } from "../../inventory/stock-outlook.ts";
import { businessDay } from "../../pricing/business-day.ts";
import { checkDraft } from "./check-draft.ts";
import { sourceOrder, type Candidate, type SourcedOrder } from "./decide-order.ts";
import { judgeRequests, type Judgement } from "./judge-requests.ts";
import { findOriginals } from "./originals.ts";
import type { ListContext } from "./submit-list.ts";
import type { SubmitRequest } from "./submission.ts";

/** What became of each request as far as that can be said without a lock. */
export interface JudgedList {
  readonly judgements: readonly Judgement[];
  readonly candidates: readonly Candidate[];
  /** Every branch we may ship from, best first. */
  readonly branches: readonly string[];
}

/** Judges what can be judged by itself: reference data, and whether the order was here before. */
export async function judgeList(
  database: Database,
  requests: readonly SubmitRequest[],
  now: Date,
  { ids, policies, reference: source }: Pick<ListContext, "ids" | "policies" | "reference">,
): Promise<JudgedList> {
  const drafts = requests.map(({ draft }) => draft);
  const [reference, originals] = await Promise.all([
    source.forDrafts(database, drafts),
    findOriginals(database, requests),
  ]);
  const today = businessDay(now, policies.timeZone);
  const checked = requests.map((request) => ({
    request,
    checked: checkDraft(request.draft, { reference, policies, today }),
  }));
  const judgements = judgeRequests(checked, { ids, originals });
  return {
    judgements,
    candidates: judgements.flatMap((judgement) => (judgement.is === "candidate" ? [judgement.candidate] : [])),
    branches: reference.branches().map(({ branch }) => branch),
  };
}

/** Where every order of a list would be shipped from, and on what account of the stock. */
export interface SourcingPlan {
  readonly orders: readonly SourcedOrder[];
  readonly stock: RecordedStock;
  /** Items of which somebody gets less than he asked for. */
  readonly shortSkus: ReadonlySet<string>;
}

/** In the order in which they came: what one order takes the next one finds gone. */
export function planSourcing({ candidates, branches }: JudgedList, outlook: StockOutlook): SourcingPlan {
  const stock = recordStock(outlook);
  const orders = candidates.map((candidate) => sourceOrder(candidate, branches, stock));
  const short = orders.flatMap(({ sourced }) => sourced.filter(({ backordered }) => isPositive(backordered)));
  return { orders, stock, shortSkus: new Set(short.map(({ sku }) => sku)) };
}

export const skusOf = ({ candidates }: Pick<JudgedList, "candidates">): readonly string[] => [
  ...new Set(candidates.flatMap(({ checked }) => checked.lines.map(({ sku }) => sku))),
];

export const customersOf = ({ candidates }: Pick<JudgedList, "candidates">): readonly string[] => [
  ...new Set(candidates.map(({ checked }) => checked.customer.customerNumber)),
];
