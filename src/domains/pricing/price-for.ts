import type { PriceAgreement, Product } from "#contracts";
import { compare, divide, multiply, plain, round } from "#platform";
import { baseQuantityOf } from "../products/units.ts";

/** What is asked: this customer, so much of an item, in the unit ordered, on a day. */
export interface PriceInquiry {
  readonly customer: { readonly customerNumber: string; readonly customerGroup?: string };
  readonly sku: string;
  readonly quantity: string;
  readonly unitOfMeasure: string;
  readonly currency: string;
  /** YYYY-MM-DD */
  readonly on: string;
}

export interface Price {
  /** Of one ordered unit, four places. */
  readonly unitPrice: string;
  readonly source: PriceAgreement["scope"];
  readonly priceAgreementId: string;
  readonly explanation: string;
}
export interface NoPrice {
  readonly unitPrice: null;
  readonly explanation: string;
}

/** Money to the cent, half up. */
export const amountOf = (quantity: string, unitPrice: string): string => round(multiply(quantity, unitPrice), 2);

const PARTICULAR: Readonly<Record<PriceAgreement["scope"], number>> = { customer: 2, "customer-group": 1, list: 0 };
const NAMES: Readonly<Record<PriceAgreement["scope"], string>> = {
  customer: "customer price",
  "customer-group": "customer-group price",
  list: "list price",
};

interface Candidate {
  readonly agreement: PriceAgreement;
  /** Base units in one unit of the agreement. */
  readonly baseQuantity: string;
}

/**
 * Our price for what is ordered. The most particular agreement in force wins: customer before customer group before list, then the
 * highest quantity break reached, then the latest start. Breaks are compared in the agreement's own unit.
 */
export function priceFor(
  inquiry: PriceInquiry,
  agreements: readonly PriceAgreement[],
  product: Pick<Product, "baseUnitOfMeasure" | "unitConversions">,
): Price | NoPrice {
  const orderedBase = baseQuantityOf(product, inquiry.unitOfMeasure);
  if (orderedBase === null)
    return { unitPrice: null, explanation: `${inquiry.sku} is not sold in ${inquiry.unitOfMeasure}.` };
  const inForce = agreements.filter((agreement) => concerns(agreement, inquiry));
  const reached = inForce.flatMap((agreement): Candidate[] => {
    const baseQuantity = baseQuantityOf(product, agreement.unitOfMeasure);
    if (baseQuantity === null || compare(baseQuantity, "0") <= 0) return [];
    const breakInBase = multiply(agreement.minimumQuantity, baseQuantity);
    return compare(multiply(inquiry.quantity, orderedBase), breakInBase) >= 0 ? [{ agreement, baseQuantity }] : [];
  });
  const best = reached.reduce<Candidate | null>((winner, one) => (winner && !beats(one, winner) ? winner : one), null);
  return best ? toPrice(best, inquiry, orderedBase) : { unitPrice: null, explanation: whyNone(inquiry, inForce) };
}

function concerns(agreement: PriceAgreement, { customer, sku, currency, on }: PriceInquiry): boolean {
  if (agreement.sku !== sku || agreement.currency !== currency) return false;
  if (agreement.validFrom > on || (agreement.validTo !== undefined && agreement.validTo < on)) return false;
  if (agreement.scope === "customer") return agreement.customerNumber === customer.customerNumber;
  if (agreement.scope === "customer-group") {
    return customer.customerGroup !== undefined && agreement.customerGroup === customer.customerGroup;
  }
  return true;
}

/** A total order, so that the answer never depends on the order in which agreements were read. */
function beats(a: Candidate, b: Candidate): boolean {
  const particular = PARTICULAR[a.agreement.scope] - PARTICULAR[b.agreement.scope];
  if (particular !== 0) return particular > 0;
  const breaks = compare(
    multiply(a.agreement.minimumQuantity, a.baseQuantity),
    multiply(b.agreement.minimumQuantity, b.baseQuantity),
  );
  if (breaks !== 0) return breaks > 0;
  if (a.agreement.validFrom !== b.agreement.validFrom) return a.agreement.validFrom > b.agreement.validFrom;
  return a.agreement.priceAgreementId > b.agreement.priceAgreementId;
}

function toPrice({ agreement, baseQuantity }: Candidate, inquiry: PriceInquiry, orderedBase: string): Price {
  const unitPrice = round(divide(multiply(agreement.unitPrice, orderedBase), baseQuantity, 4), 4);
  const { priceAgreementId, scope } = agreement;
  const per = `${plain(agreement.unitPrice)} per ${agreement.unitOfMeasure}`;
  const from =
    compare(agreement.minimumQuantity, "1") > 0
      ? ` from ${plain(agreement.minimumQuantity)} ${agreement.unitOfMeasure} on`
      : "";
  const converted =
    agreement.unitOfMeasure === inquiry.unitOfMeasure
      ? ""
      : `, which is ${plain(unitPrice)} per ${inquiry.unitOfMeasure}`;
  const until = agreement.validTo === undefined ? "" : ` until ${agreement.validTo}`;
  return {
    unitPrice,
    source: scope,
    priceAgreementId,
    explanation: `The ${NAMES[scope]} ${per}${from}${converted} (${priceAgreementId}, since ${agreement.validFrom}${until}).`,
  };
}

function whyNone(
  { sku, customer, currency, on, quantity, unitOfMeasure }: PriceInquiry,
  inForce: readonly PriceAgreement[],
): string {
  const what = `${sku} for ${customer.customerNumber} in ${currency} on ${on}`;
  return inForce.length === 0
    ? `No price is known of ${what}.`
    : `No price of ${what} begins at ${plain(quantity)} ${unitOfMeasure} or less.`;
}
