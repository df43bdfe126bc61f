import type { RateDecision, RateQuote } from "#contracts";
import { Decimal } from "decimal.js";
import { addBusinessDays } from "./business-days.ts";

/** What became of asking one carrier. A silent one may still have rates we know from before. */
export type CarrierReply = { readonly carrier: string } & (
  | { readonly outcome: "quoted"; readonly quotes: readonly RateQuote[] }
  | { readonly outcome: "refused"; readonly reason: string }
  | { readonly outcome: "silent"; readonly reason: string; readonly lastKnown: readonly RateQuote[] }
  | { readonly outcome: "not-eligible"; readonly reason: string }
);

/** What the choice is measured by. Without a promise, a service is quick enough within `transitDaysMax`. */
export interface ShippingPromise {
  readonly shipOn: string;
  readonly promisedOn: string | null;
  readonly transitDaysMax: number;
}

export interface CarrierRefusal {
  readonly carrier: string;
  readonly reason: string;
}

type Candidate = RateDecision["candidates"][number];
type PricedCandidate = Candidate & { readonly quote: RateQuote };

const policy = "cheapest that keeps the promise";

/** Judges all replies; the decision names every candidate and why it won or lost. Ties go by carrier, then service. */
export function chooseCarrier(
  replies: readonly CarrierReply[],
  promise: ShippingPromise,
  decidedAt: Date,
): RateDecision {
  return decide(replies.flatMap(candidatesOf), promise, decidedAt);
}

/** The same decision without the carriers that have since refused the goods: from the rates already known, without asking anew. */
export function chooseNextCarrier(
  decision: RateDecision,
  refusals: readonly CarrierRefusal[],
  promise: ShippingPromise,
  decidedAt: Date,
): RateDecision {
  const refusedBy = new Map(refusals.map((refusal) => [refusal.carrier, refusal.reason]));
  const candidates = decision.candidates.map((candidate): Candidate => {
    const reason = refusedBy.get(candidate.carrier);
    return reason === undefined ? candidate : { ...candidate, verdict: "refused", explanation: reason };
  });
  return decide(candidates, promise, decidedAt);
}

function candidatesOf(reply: CarrierReply): Candidate[] {
  const { carrier } = reply;
  if (reply.outcome === "quoted") {
    if (reply.quotes.length === 0) {
      return [{ carrier, verdict: "not-eligible", explanation: "Offers no service for these goods." }];
    }
    return reply.quotes.map((quote) => ({ carrier, quote, verdict: "costlier", explanation: "" }));
  }
  if (reply.outcome === "silent" && reply.lastKnown.length > 0) {
    return reply.lastKnown.map((quote) => ({ carrier, quote, verdict: "costlier", explanation: "" }));
  }
  if (reply.outcome === "silent") return [{ carrier, verdict: "no-answer", explanation: reply.reason }];
  return [{ carrier, verdict: reply.outcome, explanation: reply.reason }];
}

function decide(candidates: readonly Candidate[], promise: ShippingPromise, decidedAt: Date): RateDecision {
  const open = candidates.filter(isOpen).map((candidate) => withArrival(candidate, promise.shipOn));
  const out = candidates.filter((candidate) => !isOpen(candidate));
  const keepers = open.filter((candidate) => keepsPromise(candidate.quote, promise));
  const ranked = keepers.length > 0 ? keepers.toSorted(byPrice) : open.toSorted(byArrival);
  const winner = ranked[0];
  const judged = open.map((candidate) => judge(candidate, winner, promise));
  const explanation = winner
    ? explain(winner, judged, keepers.length, promise)
    : "No carrier is left that quoted a rate.";
  return {
    policy,
    explanation,
    ...(winner && { chosen: winner.quote }),
    candidates: [...judged.toSorted(byVerdict), ...out.toSorted((a, b) => compare(a.carrier, b.carrier))],
    decidedAt: decidedAt.toISOString(),
  };
}

const isOpen = (candidate: Candidate): candidate is PricedCandidate =>
  candidate.quote !== undefined && candidate.verdict !== "refused";

function withArrival(candidate: PricedCandidate, shipOn: string): PricedCandidate {
  const deliversOn = candidate.quote.deliversOn ?? addBusinessDays(shipOn, candidate.quote.transitDays);
  return { ...candidate, quote: { ...candidate.quote, deliversOn } };
}

const keepsPromise = (quote: RateQuote, promise: ShippingPromise) =>
  promise.promisedOn === null
    ? quote.transitDays <= promise.transitDaysMax
    : (quote.deliversOn ?? "") <= promise.promisedOn;

const compare = (a: string, b: string) => (a < b ? -1 : Number(a > b));
const byName = (a: PricedCandidate, b: PricedCandidate) =>
  compare(a.carrier, b.carrier) || compare(a.quote.service, b.quote.service);
const byPrice = (a: PricedCandidate, b: PricedCandidate) =>
  new Decimal(a.quote.amount).comparedTo(b.quote.amount) || byName(a, b);
const byArrival = (a: PricedCandidate, b: PricedCandidate) =>
  compare(a.quote.deliversOn ?? "", b.quote.deliversOn ?? "") || byPrice(a, b);
const byVerdict = (a: PricedCandidate, b: PricedCandidate) =>
  Number(b.verdict === "chosen") - Number(a.verdict === "chosen") || byPrice(a, b);

function judge(
  candidate: PricedCandidate,
  winner: PricedCandidate | undefined,
  promise: ShippingPromise,
): PricedCandidate {
  const { quote } = candidate;
  const offer = `${quote.amount} ${quote.currency}, arrives ${quote.deliversOn}${ageOf(quote)}`;
  if (candidate === winner) return { ...candidate, verdict: "chosen", explanation: offer };
  if (!keepsPromise(quote, promise)) {
    return { ...candidate, verdict: "too-slow", explanation: `${offer}; ${promiseWords(promise)}` };
  }
  const dearer = winner ? new Decimal(quote.amount).minus(winner.quote.amount) : new Decimal(0);
  const why = dearer.isZero() ? "the same price, later by name" : `${dearer.toFixed(2)} ${quote.currency} more`;
  return { ...candidate, verdict: "costlier", explanation: `${offer}; ${why}` };
}

const ageOf = (quote: RateQuote) => (quote.age === "last-known" ? " (last known rate; it did not answer)" : "");
const promiseWords = (promise: ShippingPromise) =>
  promise.promisedOn === null
    ? `more than ${promise.transitDaysMax} days on the way`
    : `promised for ${promise.promisedOn}`;

function explain(
  winner: PricedCandidate,
  all: readonly PricedCandidate[],
  keepers: number,
  promise: ShippingPromise,
): string {
  const { quote } = winner;
  const name = `${winner.carrier} ${quote.serviceName} for ${quote.amount} ${quote.currency}${ageOf(quote)}`;
  if (keepers === 0) {
    const miss = promise.promisedOn === null ? "arrives in time" : `arrives by ${promise.promisedOn}`;
    return `None of ${all.length} offers ${miss}; ${name} is the quickest, arriving ${quote.deliversOn}.`;
  }
  const aim =
    promise.promisedOn === null ? `arrive within ${promise.transitDaysMax} days` : `arrive by ${promise.promisedOn}`;
  return `${name} is the cheapest of ${keepers} offers that ${aim} (${all.length} in all); it arrives ${quote.deliversOn}.`;
}
