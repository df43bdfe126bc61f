import type { Product } from "#contracts";
import type { Sandbox } from "#sandbox";

interface Wanted {
  readonly lbs?: readonly [least: number, most: number];
  readonly onHand?: number;
  /** What it costs at least, by the list. */
  readonly dollars?: number;
}

/** Goods nobody else in this file has ordered, that lie in plenty where C-1001 is served from: what one test does to stock is no other's business. */
export function shelvesOf({ data }: Sandbox) {
  const inAtlanta = new Map(
    data.stock.flatMap(({ sku, branch, onHand }) => (branch === "ATL" ? [[sku, Number(onHand)] as const] : [])),
  );
  const listPrice = new Map(
    data.priceAgreements.flatMap(({ scope, sku, unitPrice }) =>
      scope === "list" ? [[sku, Number(unitPrice)] as const] : [],
    ),
  );
  const sellable = data.products.filter(
    ({ status, baseUnitOfMeasure, hazardous, orderMultiple, minimumOrderQuantity }) =>
      status === "active" &&
      baseUnitOfMeasure === "EA" &&
      !hazardous &&
      orderMultiple === undefined &&
      minimumOrderQuantity === undefined,
  );
  const taken = new Set<string>();
  return {
    /** One item that weighs so much a piece, and of which so many are there; the next call has another. */
    take({ lbs: [least, most] = [0.3, 4], onHand = 60, dollars = 0 }: Wanted = {}): Product {
      const product = sellable.find(
        ({ sku, weightLb }) =>
          !taken.has(sku) &&
          Number(weightLb) >= least &&
          Number(weightLb) <= most &&
          (inAtlanta.get(sku) ?? 0) >= onHand &&
          (listPrice.get(sku) ?? 0) >= dollars,
      );
      if (!product) throw new Error(`Nothing of ${least} to ${most} lb is left on the shelves.`);
      taken.add(product.sku);
      return product;
    },
  };
}
