import type { PriceAgreement } from "#contracts";
import { compare, compareProducts, divide, multiply, multiplyRounded, plain, round } from "#platform";
import { baseQuantityOf } from "../products/units.ts";
import { baseIfItHolds, standingsOf, type PriceInquiry, type SoldProduct, type Standing } from "./standing.ts";

export interface Price {
  /** Of one ordered unit, four places. */
  readonly unitPrice: string;
  readonly source: PriceAgreement["scope"];
  readonly priceAgreementId: string;
  /** Which statement of its owner it is: when he last changed the agreement, by his clock. */
  readonly version: string;
  readonly explanation: string;
}
export interface NoPrice {
  readonly unitPrice: null;
  readonly explanation: string;
}

/** A unit price has so many. */
export const PRICE_PLACES = 4;

/** Money to the cent, half up. */
export const amountOf = (quantity: string, unitPrice: string): string => multiplyRounded(quantity, unitPrice, 2);

const PARTICULAR: Readonly<Record<PriceAgreement["scope"], number>> = { customer: 2, "customer-group": 1, list: 0 };
export const scopeNames: Readonly<Record<PriceAgreement["scope"], string>> = {
  customer: "customer price",
  "customer-group": "customer-group price",
  list: "list price",
};

export interface Candidate {
  readonly agreement: PriceAgreement;
  /** Base units in one unit of the agreement. */
  readonly baseQuantity: string;
}

/** Which agreement is taken, before anything is said about it. */
export interface PriceChoice {
  /** Null: none of them. */
  readonly taken: Candidate | null;
  /** Every agreement that is not somebody else's, for who wants to know why. */
  standings(): readonly Standing[];
  /** Base units in one ordered unit; null: the item is not sold in it. */
  readonly orderedBase: string | null;
}

/**
 * The most particular agreement in force wins: customer before customer group before list, then the highest quantity break reached, then the
 * latest start. Breaks are compared in base units.
 */
export function choosePrice(
  inquiry: PriceInquiry,
  agreements: readonly PriceAgreement[],
  product: SoldProduct,
): PriceChoice {
  const orderedBase = baseQuantityOf(product, inquiry.unitOfMeasure);
  if (orderedBase === null) return { taken: null, standings: () => [], orderedBase };
  let taken: Candidate | null = null;
  for (const agreement of agreements) {
    // Nothing is reckoned for one that stands behind another anyhow.
    if (taken && PARTICULAR[agreement.scope] < PARTICULAR[taken.agreement.scope]) continue;
    const baseQuantity = baseIfItHolds(agreement, inquiry, product, orderedBase);
    if (baseQuantity === null) continue;
    const candidate = { agreement, baseQuantity };
    if (!taken || beats(candidate, taken)) taken = candidate;
  }
  return { taken, standings: () => standingsOf(inquiry, agreements, product, orderedBase), orderedBase };
}

/** The choice as a price, with why. */
export function priceOf(choice: PriceChoice, inquiry: PriceInquiry): Price | NoPrice {
  const { taken, orderedBase } = choice;
  if (orderedBase === null)
    return { unitPrice: null, explanation: `${inquiry.sku} is not sold in ${inquiry.unitOfMeasure}.` };
  return taken
    ? toPrice(taken, inquiry, orderedBase)
    : { unitPrice: null, explanation: whyNone(inquiry, choice.standings()) };
}

/** Our price for what is ordered. */
export const priceFor = (
  inquiry: PriceInquiry,
  agreements: readonly PriceAgreement[],
  product: SoldProduct,
): Price | NoPrice => priceOf(choosePrice(inquiry, agreements, product), inquiry);

/** A total order, so that the answer never depends on the order in which agreements were read. */
function beats(a: Candidate, b: Candidate): boolean {
  const particular = PARTICULAR[a.agreement.scope] - PARTICULAR[b.agreement.scope];
  if (particular !== 0) return particular > 0;
  const breaks = compareBreaks(a, b);
  if (breaks !== 0) return breaks > 0;
  if (a.agreement.validFrom !== b.agreement.validFrom) return a.agreement.validFrom > b.agreement.validFrom;
  return a.agreement.priceAgreementId > b.agreement.priceAgreementId;
}

const compareBreaks = (a: Candidate, b: Candidate): number =>
  a.agreement.unitOfMeasure === b.agreement.unitOfMeasure
    ? compare(a.agreement.minimumQuantity, b.agreement.minimumQuantity)
    : compareProducts([a.agreement.minimumQuantity, a.baseQuantity], [b.agreement.minimumQuantity, b.baseQuantity]);

/** An agreement's price of one ordered unit, exact to four places: a price per case for who orders pieces, and the other way. */
export const perOrderedUnit = (
  agreement: Pick<PriceAgreement, "unitPrice" | "unitOfMeasure">,
  baseQuantity: string,
  ordered: { readonly unitOfMeasure: string; readonly baseQuantity: string },
): string =>
  agreement.unitOfMeasure === ordered.unitOfMeasure
    ? round(agreement.unitPrice, PRICE_PLACES)
    : round(divide(multiply(agreement.unitPrice, ordered.baseQuantity), baseQuantity, PRICE_PLACES), PRICE_PLACES);

function toPrice({ agreement, baseQuantity }: Candidate, { unitOfMeasure }: PriceInquiry, orderedBase: string): Price {
  if (agreement.unitOfMeasure === unitOfMeasure)
    return described(agreement, round(agreement.unitPrice, PRICE_PLACES), "");
  const unitPrice = perOrderedUnit(agreement, baseQuantity, { unitOfMeasure, baseQuantity: orderedBase });
  return described(agreement, unitPrice, `, which is ${plain(unitPrice)} per ${unitOfMeasure}`);
}

function described(agreement: PriceAgreement, unitPrice: string, converted: string): Price {
  const { priceAgreementId, scope, updatedAt } = agreement;
  return {
    unitPrice,
    source: scope,
    priceAgreementId,
    version: updatedAt,
    explanation: explainPrice({ ...agreement, terms: describeTerms(agreement), converted }),
  };
}

interface Explained extends Pick<PriceAgreement, "scope" | "priceAgreementId" | "validFrom" | "validTo"> {
  readonly terms: string;
  readonly converted: string;
}
export const explainPrice = ({ scope, terms, converted, priceAgreementId, validFrom, validTo }: Explained): string =>
  `The ${scopeNames[scope]} ${terms}${converted} (${priceAgreementId}, since ${validFrom}${validTo === undefined ? "" : ` until ${validTo}`}).`;

export function describeTerms({ unitPrice, unitOfMeasure, minimumQuantity }: PriceAgreement): string {
  const from = compare(minimumQuantity, "1") > 0 ? ` from ${plain(minimumQuantity)} ${unitOfMeasure} on` : "";
  return `${plain(unitPrice)} per ${unitOfMeasure}${from}`;
}

function whyNone(
  { sku, customer, currency, on, quantity, unitOfMeasure }: PriceInquiry,
  standings: readonly Standing[],
): string {
  const what = `${sku} for ${customer.customerNumber} in ${currency} on ${on}`;
  return standings.some(({ obstacle }) => obstacle === "quantity-too-small")
    ? `No price of ${what} begins at ${plain(quantity)} ${unitOfMeasure} or less.`
    : `No price is known of ${what}.`;
}
