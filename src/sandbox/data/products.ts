import type { Product } from "#contracts";
import { Decimal } from "decimal.js";
import { daysAfter } from "./calendar.ts";
import type { Chance } from "./chance.ts";
import { productFamilies, type ProductFamily, type Size } from "./product-families.ts";

/** A product with the list price the sandbox sells it at, in dollars a base unit. */
export interface PricedProduct {
  readonly product: Product;
  readonly listPrice: string;
}

/** Items that are no longer made, and what is sold in their place. */
const superseded: Readonly<Record<string, string>> = {
  "VLV-GATE-300": "VLV-BALL-300",
  "VLV-GATE-400": "VLV-BALL-400",
  "RCP-15I": "RCP-15W",
  "PEX-TUBE-100": "PEX-TUBE-075",
  "WH-EL-80": "WH-EL-50",
};
/** What the counter offers when an item is out. */
const substitutes: Readonly<Record<string, readonly string[]>> = {
  "RCP-GFI": ["RCP-20W"],
  "VLV-BALL-150": ["VLV-GATE-150"],
  "CHM-CEM16": ["CHM-CEM32"],
};
const recalled = new Set(["CHM-MAP14"]);

export function buildProducts(chance: Chance, openedOn: string): readonly PricedProduct[] {
  return productFamilies.flatMap((family) => family.sizes.map((size) => buildProduct(family, size, chance, openedOn)));
}

function buildProduct(family: ProductFamily, size: Size, chance: Chance, openedOn: string): PricedProduct {
  const sku = `${family.prefix}-${size.code}`;
  const supersededBy = superseded[sku];
  const weightLb = new Decimal(family.weightLb).mul(size.scale);
  // Nobody's prices grow evenly with size: a few per cent either way.
  const listPrice = new Decimal(family.price)
    .mul(size.scale)
    .mul(97 + chance.below(7))
    .div(100);
  const product: Product = {
    sku,
    description: `${family.name}, ${size.label}`,
    status: supersededBy !== undefined ? "discontinued" : recalled.has(sku) ? "blocked" : "active",
    ...(supersededBy !== undefined && { supersededBy }),
    baseUnitOfMeasure: family.unit,
    unitConversions: Object.entries(family.packs).map(([unitOfMeasure, count]) => ({
      unitOfMeasure,
      baseQuantity: String(count),
    })),
    weightLb: Decimal.max("0.001", weightLb).toDecimalPlaces(3).toString(),
    ...dimensions(weightLb),
    freightClass: family.freightClass,
    hazardous: family.hazardous ?? false,
    taxCode: family.taxCode ?? "GENERAL",
    ...(family.orderMultiple !== undefined && {
      minimumOrderQuantity: String(family.orderMultiple),
      orderMultiple: String(family.orderMultiple),
    }),
    ...(substitutes[sku] !== undefined && { substitutes: [...substitutes[sku]] }),
    updatedAt: `${daysAfter(openedOn, -1 - chance.below(300))}T08:00:00Z`,
  };
  return {
    product,
    listPrice: Decimal.max("0.01", listPrice)
      .toDecimalPlaces(listPrice.lt(1) ? 4 : 2)
      .toString(),
  };
}

/** A box of about 12 lb a cubic foot. */
function dimensions(weightLb: Decimal): { lengthIn: string; widthIn: string; heightIn: string } {
  const sideIn = Decimal.max(1, weightLb.div(12).cbrt().mul(12));
  const inches = (factor: number) => sideIn.mul(factor).toDecimalPlaces(1).toString();
  return { lengthIn: inches(1.3), widthIn: inches(1), heightIn: inches(0.8) };
}
