import type { SalesOrderDraft } from "#contracts";
import { isPositive, type Database } from "#platform";
import { holdForOrders } from "../../inventory/held-stock.ts";
import {
  recordStock,
  type RecordedPosition,
  type RecordedStock,
  type StockOutlook,
} from "../../inventory/stock-outlook.ts";
import { seenByChannel } from "../../promising/channel-reserves.ts";
import type { PromisingPlan } from "../../promising/promising-plan.ts";
import { nothingRedeemed, type RedeemedStock, type ReservationClaim } from "../../reservations/redeem.ts";
import { businessDay } from "../../pricing/business-day.ts";
import { checkDraft } from "./check-draft.ts";
import { sourceOrder, type Candidate, type SourcedOrder, type Sourcing } from "./decide-order.ts";
import { judgeRequests, type Judgement } from "./judge-requests.ts";
import type { Original } from "./originals.ts";
import type { Reference } from "./reference.ts";
import { replacementStock, skusInDoubt } from "./replace-lines.ts";
import type { ListContext } from "./submit-list.ts";
import type { WrittenRequest } from "./submission.ts";

/** What became of each request as far as that can be said without a lock. */
export interface JudgedList {
  readonly judgements: readonly Judgement[];
  readonly candidates: readonly Candidate[];
  /** Every branch we may ship from, best first. */
  readonly branches: readonly string[];
  readonly promising: PromisingPlan;
  readonly sourcing: Sourcing;
}

interface JudgedBy {
  readonly originals: readonly Original[];
  readonly reference: Reference;
  readonly now: Date;
}

/** Judges what can be judged by itself: reference data, and whether the order was here before. */
export async function judgeList(
  database: Database,
  requests: readonly WrittenRequest[],
  { originals, reference, now }: JudgedBy,
  { ids, policies, outlook }: Pick<ListContext, "ids" | "policies" | "outlook">,
): Promise<JudgedList> {
  const drafts = requests.map(({ draft }) => draft);
  const today = businessDay(now, policies.timeZone);
  const branches = reference.branches().map(({ branch }) => branch);
  const doubtful = skusInDoubt(drafts, reference, policies.promising);
  const stock =
    doubtful.length === 0
      ? null
      : replacementStock(await outlook.forSkus(database, doubtful), branches, policies.promising);
  const checked = requests.map((request) => ({
    request,
    checked: checkDraft(request.draft, { reference, policies, stock, today }),
  }));
  const judgements = judgeRequests(checked, { ids, originals });
  return {
    judgements,
    candidates: judgements.flatMap((judgement) => (judgement.is === "candidate" ? [judgement.candidate] : [])),
    branches,
    promising: policies.promising,
    sourcing: { rules: policies.promising.at(now), item: (sku) => reference.product(sku) },
  };
}

/** Where every order of a list would be shipped from, and on what account of the stock. */
export interface SourcingPlan {
  readonly orders: readonly SourcedOrder[];
  readonly stock: RecordedStock;
  /** Items of which somebody gets less than he asked for. */
  readonly shortSkus: ReadonlySet<string>;
  /** These, and items of which something is kept for other channels: a promise depends on all that is free of them. */
  readonly askedSkus: ReadonlySet<string>;
  /** Every position of those, as it was seen. */
  readonly asked: readonly RecordedPosition[];
}

/** In the order in which they came: what one order takes the next one finds gone. */
export function planSourcing(
  { candidates, branches, promising, sourcing }: JudgedList,
  outlook: StockOutlook,
  { kept, notes }: RedeemedStock = nothingRedeemed,
): SourcingPlan {
  const stock = recordStock(outlook);
  const held = holdForOrders(stock, kept);
  const orders = candidates.map((candidate) => {
    const { salesOrderId, request } = candidate;
    const own = held.turnOf(salesOrderId);
    const seen = promising.keepsForChannels
      ? seenByChannel(own, promising.reserves, request.draft.channel, branches)
      : own;
    return withNote(sourceOrder(candidate, branches, seen, sourcing), notes.get(salesOrderId));
  });
  const short = orders.flatMap(({ sourced }) => sourced.filter(({ backordered }) => isPositive(backordered)));
  const shortSkus = new Set(short.map(({ sku }) => sku));
  const askedSkus = new Set([...shortSkus, ...guardedSkus(candidates, promising)]);
  return { orders, stock, shortSkus, askedSkus, asked: stock.positionsOf(askedSkus, branches) };
}

const guardedSkus = (candidates: readonly Candidate[], { keepsForChannels, reserves }: PromisingPlan): string[] =>
  keepsForChannels
    ? candidates.flatMap(({ request: { draft } }) =>
        draft.lines.flatMap(({ sku }) => (reserves.concerns(draft.channel, sku) ? [sku] : [])),
      )
    : [];

/** What became of the reservation is said with every line. */
function withNote(order: SourcedOrder, note: string | undefined): SourcedOrder {
  if (note === undefined) return order;
  return { ...order, sourced: order.sourced.map((line) => ({ ...line, explanation: `${line.explanation} ${note}` })) };
}

export const claimsOf = ({ candidates }: Pick<JudgedList, "candidates">): readonly ReservationClaim[] =>
  candidates.flatMap(({ salesOrderId, request: { draft } }) =>
    draft.reservationId === undefined
      ? []
      : [{ reservationId: draft.reservationId, salesOrderId, customerNumber: draft.customerNumber }],
  );

/** What a list asks for, before anything is said of it. Of what nobody sells nothing is to be remembered. */
export const knownSkus = (drafts: readonly SalesOrderDraft[], reference: Reference): readonly string[] => [
  ...new Set(drafts.flatMap(({ lines }) => lines.map(({ sku }) => sku).filter((sku) => reference.product(sku)))),
];

export const skusOf = ({ candidates }: Pick<JudgedList, "candidates">): readonly string[] => [
  ...new Set(candidates.flatMap(({ checked }) => checked.lines.map(({ sku }) => sku))),
];

export const customersOf = ({ candidates }: Pick<JudgedList, "candidates">): readonly string[] => [
  ...new Set(candidates.map(({ checked }) => checked.customer.customerNumber)),
];
