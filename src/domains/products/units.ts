import type { Product } from "#contracts";
import { multiply } from "#platform";

/** How many base units one of this unit holds; null where the item is not sold in it. */
export function baseQuantityOf(
  product: Pick<Product, "baseUnitOfMeasure" | "unitConversions">,
  unitOfMeasure: string,
): string | null {
  if (unitOfMeasure === product.baseUnitOfMeasure) return "1";
  return product.unitConversions.find((conversion) => conversion.unitOfMeasure === unitOfMeasure)?.baseQuantity ?? null;
}

/** A quantity in base units, exact; null where the item is not sold in the unit. */
export function toBaseUnits(
  product: Pick<Product, "baseUnitOfMeasure" | "unitConversions">,
  quantity: string,
  unitOfMeasure: string,
): string | null {
  const factor = baseQuantityOf(product, unitOfMeasure);
  return factor === null ? null : multiply(quantity, factor);
}

/** Every unit the item is sold in, the base unit first. */
export const unitsOf = (product: Pick<Product, "baseUnitOfMeasure" | "unitConversions">): string[] => [
  ...new Set([product.baseUnitOfMeasure, ...product.unitConversions.map(({ unitOfMeasure }) => unitOfMeasure)]),
];
