import type { PriceAgreement, Product } from "#contracts";
import { compare, compareProducts, isPositive } from "#platform";
import { baseQuantityOf } from "../products/units.ts";

/** What is asked: this customer, so much of an item, in the unit ordered, on a day. */
export interface PriceInquiry {
  readonly customer: { readonly customerNumber: string; readonly customerGroup?: string };
  readonly sku: string;
  readonly quantity: string;
  readonly unitOfMeasure: string;
  readonly currency: string;
  /** The business day, YYYY-MM-DD. */
  readonly on: string;
}

export type SoldProduct = Pick<Product, "baseUnitOfMeasure" | "unitConversions">;

/** Why an agreement that is the customer's to have does not hold for what is asked. */
export type Obstacle = "other-currency" | "expired" | "not-yet-in-force" | "unit-not-sold" | "quantity-too-small";

/** An agreement of the customer's, his group's or the list's beside an inquiry. */
export interface Standing {
  readonly agreement: PriceAgreement;
  /** Base units in one unit of the agreement; null: the item is not sold in it. */
  readonly baseQuantity: string | null;
  /** Null: it holds. */
  readonly obstacle: Obstacle | null;
}

const isOwn = ({ sku, scope, customerNumber, customerGroup }: PriceAgreement, inquiry: PriceInquiry): boolean => {
  const { customer } = inquiry;
  if (sku !== inquiry.sku) return false;
  if (scope === "customer") return customerNumber === customer.customerNumber;
  if (scope === "customer-group")
    return customer.customerGroup !== undefined && customerGroup === customer.customerGroup;
  return true;
};

/** Cheap questions first: most agreements fall by a date or a currency, and none of these reckons. */
function dayOrCurrency(agreement: PriceAgreement, { currency, on }: PriceInquiry): Obstacle | null {
  if (agreement.currency !== currency) return "other-currency";
  if (agreement.validFrom > on) return "not-yet-in-force";
  return agreement.validTo !== undefined && agreement.validTo < on ? "expired" : null;
}

/** Breaks are compared in base units: a break of 2 CS is reached by 48 EA. */
function reaches(agreement: PriceAgreement, baseQuantity: string, inquiry: PriceInquiry, orderedBase: string): boolean {
  if (agreement.unitOfMeasure === inquiry.unitOfMeasure)
    return compare(inquiry.quantity, agreement.minimumQuantity) >= 0;
  return compareProducts([inquiry.quantity, orderedBase], [agreement.minimumQuantity, baseQuantity]) >= 0;
}

function unitOrQuantity(
  agreement: PriceAgreement,
  baseQuantity: string | null,
  inquiry: PriceInquiry,
  orderedBase: string,
): Obstacle | null {
  if (baseQuantity === null) return "unit-not-sold";
  return reaches(agreement, baseQuantity, inquiry, orderedBase) ? null : "quantity-too-small";
}

/** Null: the item is not sold in it, or nothing of it is in one. */
function soldBase(product: SoldProduct, unitOfMeasure: string): string | null {
  const known = baseQuantityOf(product, unitOfMeasure);
  return known !== null && (known === "1" || isPositive(known)) ? known : null;
}

/** Base units in one unit of an agreement that holds for what is asked; null where it does not. `orderedBase`: base units in one ordered unit. */
export function baseIfItHolds(
  agreement: PriceAgreement,
  inquiry: PriceInquiry,
  product: SoldProduct,
  orderedBase: string,
): string | null {
  if (!isOwn(agreement, inquiry) || dayOrCurrency(agreement, inquiry) !== null) return null;
  const base = soldBase(product, agreement.unitOfMeasure);
  return base !== null && reaches(agreement, base, inquiry, orderedBase) ? base : null;
}

/** Where each agreement stands that is not somebody else's. `orderedBase`: base units in one ordered unit. */
export function standingsOf(
  inquiry: PriceInquiry,
  agreements: readonly PriceAgreement[],
  product: SoldProduct,
  orderedBase: string,
): Standing[] {
  const standings: Standing[] = [];
  for (const agreement of agreements) {
    if (!isOwn(agreement, inquiry)) continue;
    const baseQuantity = soldBase(product, agreement.unitOfMeasure);
    const obstacle = dayOrCurrency(agreement, inquiry) ?? unitOrQuantity(agreement, baseQuantity, inquiry, orderedBase);
    standings.push({ agreement, baseQuantity, obstacle });
  }
  return standings;
}
