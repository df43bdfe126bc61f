import type { Customer, PriceAgreement } from "#contracts";
import { Decimal } from "decimal.js";
import type { SandboxData } from "../data/sandbox-data.ts";

const rank = { customer: 2, "customer-group": 1, list: 0 } as const;

/**
 * The price a buyer sees in the shop: the most particular agreement in force, in whole cents as Shopify keeps prices. The ERP
 * may well bill fractions of a cent for small parts.
 */
export function shownPrice(
  data: SandboxData,
  customer: Customer,
  sku: string,
  quantity: number,
  today: string,
): string | null {
  const inForce = data.priceAgreements.filter(
    (agreement) =>
      agreement.sku === sku &&
      concerns(agreement, customer) &&
      Number(agreement.minimumQuantity) <= quantity &&
      agreement.validFrom <= today &&
      today <= (agreement.validTo ?? "9999-12-31"),
  );
  const best = inForce.toSorted(
    (a, b) =>
      rank[b.scope] - rank[a.scope] ||
      Number(b.minimumQuantity) - Number(a.minimumQuantity) ||
      b.validFrom.localeCompare(a.validFrom),
  )[0];
  return best === undefined ? null : new Decimal(best.unitPrice).toFixed(2, Decimal.ROUND_HALF_UP);
}

function concerns(agreement: PriceAgreement, customer: Customer): boolean {
  if (agreement.scope === "customer") return agreement.customerNumber === customer.customerNumber;
  if (agreement.scope === "customer-group") return agreement.customerGroup === customer.customerGroup;
  return true;
}
