import type { Product } from "#contracts";
import { compare, divide, isPositive, isWhole, plain } from "#platform";

/** What an item's own rules say against a quantity in base units: what it should be, one a rule that is broken. */
export function quantityRules(
  product: Pick<Product, "baseUnitOfMeasure" | "minimumOrderQuantity" | "orderMultiple">,
  baseQuantity: string,
): string[] {
  const { baseUnitOfMeasure: base, minimumOrderQuantity: minimum, orderMultiple: multiple } = product;
  const broken: string[] = [];
  if (!isPositive(baseQuantity)) broken.push("more than zero");
  if (!isWhole(baseQuantity)) broken.push(`a whole number of ${base}`);
  if (minimum !== undefined && compare(baseQuantity, minimum) < 0) broken.push(`at least ${plain(minimum)} ${base}`);
  if (multiple !== undefined && isPositive(multiple) && !isWhole(divide(baseQuantity, multiple, 12)))
    broken.push(`a multiple of ${plain(multiple)} ${base}`);
  return broken;
}
