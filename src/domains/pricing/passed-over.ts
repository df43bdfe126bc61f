import type { PriceAgreement } from "#contracts";
import { compare, plain } from "#platform";
import { describeTerms, perOrderedUnit, scopeNames, type Candidate, type PriceChoice } from "./price-for.ts";
import type { Obstacle, PriceInquiry, Standing } from "./standing.ts";

/** An agreement that looks as if it would be better for the customer, and why it is not the one. */
export interface PassedOver {
  readonly priceAgreementId: string;
  readonly source: PriceAgreement["scope"];
  readonly because: Obstacle | "outranked";
  readonly explanation: string;
}

const SHOWN_MAX = 3;

/**
 * The agreements that look cheaper than the price taken (all of them where there is none), the cheapest first. Only what is the customer's to
 * know is among them: his own, his group's, the list's.
 */
export function passedOver(
  inquiry: PriceInquiry,
  choice: PriceChoice,
  unitPrice: string | null,
): readonly PassedOver[] {
  const { taken, orderedBase } = choice;
  if (orderedBase === null) return NONE;
  const ordered = { unitOfMeasure: inquiry.unitOfMeasure, baseQuantity: orderedBase };
  const cheaper: { readonly standing: Standing; readonly looks: string }[] = [];
  for (const standing of choice.standings()) {
    if (standing.agreement === taken?.agreement) continue;
    const looks = looksLike(standing, ordered);
    if (unitPrice === null || compare(looks, unitPrice) < 0) cheaper.push({ standing, looks });
  }
  if (cheaper.length === 0) return NONE;
  return cheaper
    .toSorted((a, b) => compare(a.looks, b.looks) || (idOf(a.standing) < idOf(b.standing) ? -1 : 1))
    .slice(0, SHOWN_MAX)
    .map(({ standing }) => explain(standing, inquiry, taken));
}
const NONE: readonly PassedOver[] = [];

const idOf = ({ agreement }: Standing) => agreement.priceAgreementId;

/** What it would cost an ordered unit, were it to hold; in its own unit where there is no way between the two. */
const looksLike = (
  { agreement, baseQuantity }: Standing,
  ordered: { readonly unitOfMeasure: string; readonly baseQuantity: string },
): string =>
  baseQuantity === null || agreement.unitOfMeasure === ordered.unitOfMeasure
    ? agreement.unitPrice
    : perOrderedUnit(agreement, baseQuantity, ordered);

function explain({ agreement, obstacle }: Standing, inquiry: PriceInquiry, taken: Candidate | null): PassedOver {
  const { priceAgreementId, scope, currency, validFrom, validTo, unitOfMeasure, minimumQuantity } = agreement;
  const asked = `${plain(inquiry.quantity)} ${inquiry.unitOfMeasure}`;
  const because = obstacle ?? "outranked";
  const reasons: Readonly<Record<PassedOver["because"], string>> = {
    "other-currency": `is in ${currency}, not in ${inquiry.currency}`,
    expired: `ended on ${validTo ?? ""}`,
    "not-yet-in-force": `begins on ${validFrom} only`,
    "unit-not-sold": `is per ${unitOfMeasure}, in which ${inquiry.sku} is not sold`,
    "quantity-too-small": `begins at ${plain(minimumQuantity)} ${unitOfMeasure}, and ${asked} are asked for`,
    outranked: outrankedBy(scope, taken),
  };
  const explanation = `The ${scopeNames[scope]} ${describeTerms(agreement)} (${priceAgreementId}) ${reasons[because]}.`;
  return { priceAgreementId, source: scope, because, explanation };
}

function outrankedBy(scope: PriceAgreement["scope"], taken: Candidate | null): string {
  if (taken === null || taken.agreement.scope === scope)
    return "stands behind one with a higher quantity break or a later start";
  return `stands behind the ${scopeNames[taken.agreement.scope]}, which goes first even where it is dearer`;
}
