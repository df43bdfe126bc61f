import type { KitComponent, Product } from "#contracts";

/** How many lines below its own a kit may have, and so how far its components' numbers lie from the next kit's. */
const LINE_ROOM = 10_000;

/** The number of the line of a kit's nth component, the first being 1: below all that channels number themselves, and told from them at sight. */
export const componentLineNumber = (kitLineNumber: number, nth: number): number => kitLineNumber * LINE_ROOM + nth;

/** What each kit of an order is made of, by the kit's SKU. */
export type KitParts = ReadonlyMap<string, readonly KitComponent[]>;

/** What an item is made of or may be replaced by: whoever judges an order for it may have to know those as well. */
export function relatedSkus(product: Product | undefined): readonly string[] {
  if (!product) return [];
  const { kitComponents, substitutes = [], supersededBy } = product;
  if (!kitComponents && supersededBy === undefined) return substitutes;
  const parts = (kitComponents ?? []).map(({ sku }) => sku);
  return [...parts, ...substitutes, ...(supersededBy === undefined ? [] : [supersededBy])];
}
