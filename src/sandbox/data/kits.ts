import type { PriceAgreement, Product } from "#contracts";
import { Decimal } from "decimal.js";
import { daysAfter } from "./calendar.ts";
import type { PricedProduct } from "./products.ts";

/** Sold as one, picked as many: what the ERP calls a kit. */
const kits: readonly {
  readonly sku: string;
  readonly description: string;
  readonly of: Readonly<Record<string, string>>;
}[] = [
  {
    sku: "KIT-PVC-050",
    description: 'PVC rough-in kit, 1/2"',
    of: { "PVC-90-050": "10", "PVC-TEE-050": "5", "PVC-CPL-050": "10", "CHM-CEM16": "1" },
  },
  {
    sku: "KIT-SUMP",
    description: "Sump pump set with check valve",
    of: { "PMP-SMP3": "1", "VLV-CHK-150": "1", "HSE-075": "2" },
  },
];

/** A tenth off the sum of its parts. */
const DISCOUNT = 0.9;

export function buildKits(
  products: readonly PricedProduct[],
  openedOn: string,
): { readonly products: readonly Product[]; readonly priceAgreements: readonly PriceAgreement[] } {
  const bySku = new Map(products.map((priced) => [priced.product.sku, priced]));
  const built = kits.map(({ sku, description, of }) => {
    const parts = Object.entries(of).flatMap(([part, quantity]) => {
      const priced = bySku.get(part);
      return priced ? [{ ...priced, quantity }] : [];
    });
    const sum = (of: (part: (typeof parts)[number]) => string) =>
      parts.reduce((all, part) => all.plus(new Decimal(of(part)).mul(part.quantity)), new Decimal(0));
    const updatedAt = `${daysAfter(openedOn, -30)}T08:00:00Z`;
    const product: Product = {
      sku,
      description,
      status: "active",
      baseUnitOfMeasure: "EA",
      unitConversions: [],
      weightLb: sum(({ product }) => product.weightLb).toString(),
      hazardous: parts.some(({ product }) => product.hazardous),
      taxCode: "GENERAL",
      kitComponents: parts.map(({ product, quantity }) => ({ sku: product.sku, quantity })),
      updatedAt,
    };
    const price: PriceAgreement = {
      priceAgreementId: `PA-${sku}`,
      sku,
      scope: "list",
      currency: "USD",
      unitOfMeasure: "EA",
      minimumQuantity: "0",
      unitPrice: sum(({ listPrice }) => listPrice)
        .mul(DISCOUNT)
        .toDecimalPlaces(2)
        .toString(),
      validFrom: daysAfter(openedOn, -365),
      updatedAt,
    };
    return { product, price };
  });
  return { products: built.map(({ product }) => product), priceAgreements: built.map(({ price }) => price) };
}
