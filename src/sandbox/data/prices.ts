import type { Customer, PriceAgreement } from "#contracts";
import { Decimal } from "decimal.js";
import { daysAfter } from "./calendar.ts";
import type { Chance } from "./chance.ts";
import type { PricedProduct } from "./products.ts";

type Terms = Pick<
  PriceAgreement,
  "scope" | "customerNumber" | "customerGroup" | "minimumQuantity" | "validFrom" | "validTo"
>;

/** What one group or customer pays off list, in per cent. */
const groupDiscount: Readonly<Record<string, number>> = { CONTRACTOR: 8, INDUSTRIAL: 10, MUNICIPAL: 12, RESELLER: 18 };
const sampleSize = 120;

/** A list price for every item, breaks for many, contracts for groups and customers: some with breaks, some over, some to come. */
export function buildPrices(
  products: readonly PricedProduct[],
  customers: readonly Customer[],
  chance: Chance,
  openedOn: string,
): readonly PriceAgreement[] {
  const longAgo = daysAfter(openedOn, -365);
  const agreements: PriceAgreement[] = [];
  const agree = ({ product, listPrice }: PricedProduct, discountPercent: number, terms: Terms): void => {
    agreements.push({
      priceAgreementId: `PA-${String(agreements.length + 1).padStart(5, "0")}`,
      sku: product.sku,
      currency: "USD",
      unitOfMeasure: product.baseUnitOfMeasure,
      unitPrice: discounted(listPrice, discountPercent),
      updatedAt: `${daysAfter(openedOn, -1 - chance.below(90))}T08:00:00Z`,
      ...terms,
    });
  };

  for (const priced of products) {
    const list = { scope: "list", minimumQuantity: "0", validFrom: longAgo } as const;
    agree(priced, 0, list);
    if (chance.happens(0.4)) agree(priced, 4, { ...list, minimumQuantity: "100" });
  }
  for (const [customerGroup, discount] of Object.entries(groupDiscount)) {
    for (let count = 0; count < sampleSize; count += 1) {
      agree(chance.oneOf(products), discount, {
        scope: "customer-group",
        customerGroup,
        minimumQuantity: "0",
        validFrom: longAgo,
      });
    }
  }
  for (const { customerNumber } of customers) {
    const contract = { scope: "customer", customerNumber, minimumQuantity: "0", validFrom: longAgo } as const;
    for (let count = 0; count < 6; count += 1) {
      const priced = chance.oneOf(products);
      const discount = 12 + chance.below(15);
      agree(priced, discount, contract);
      if (count % 3 === 0) agree(priced, discount + 5, { ...contract, minimumQuantity: "250" });
      if (count === 4) agree(priced, 40, { ...contract, validTo: daysAfter(openedOn, -30) });
      if (count === 5) agree(priced, 30, { ...contract, validFrom: daysAfter(openedOn, 60) });
    }
  }
  return agreements;
}

function discounted(listPrice: string, percent: number): string {
  const price = new Decimal(listPrice).mul(100 - percent).div(100);
  return Decimal.max("0.01", price)
    .toDecimalPlaces(price.lt(1) ? 4 : 2, Decimal.ROUND_HALF_UP)
    .toString();
}
