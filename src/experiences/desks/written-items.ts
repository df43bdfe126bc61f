import type { Product } from "#contracts";
import type { BoardItem } from "#domains";
import { add, larger, smaller, subtract, twoGenerations } from "#platform";

/** An item of an answer as it goes over the wire, behind a comma. */
export interface WrittenItem {
  readonly bytes: Buffer;
  /** The oldest statement among its positions; infinite where there is none. */
  readonly asOfMs: number;
}

interface Kept extends WrittenItem {
  readonly product: Product;
  readonly item: BoardItem | undefined;
}

/** Two kilobytes each at ten branches: so many stay, others are written again when somebody asks. */
const KEPT_MAX = 20_000;

/**
 * Writes each item once for every change of it, not once for every question: two hundred items at ten branches are 400 kB, and to write them out
 * takes three times as long as to send them.
 */
export function createWrittenItems(): (product: Product, item: BoardItem | undefined) => WrittenItem {
  const kept = twoGenerations<string, Kept>(KEPT_MAX);
  return (product, item) => {
    const known = kept.get(product.sku);
    // Documents are replaced, never changed: the same object is the same content.
    if (known && known.product === product && known.item === item) return known;
    const written = {
      product,
      item,
      asOfMs: item?.asOfMs ?? Number.POSITIVE_INFINITY,
      bytes: writeItem(product, item),
    };
    kept.set(product.sku, written);
    return written;
  };
}

/** The item as another channel than those that keep stock of it may count on it. Below nought is nought. */
export function lessKept(item: BoardItem, kept: { at(branch: string): string; readonly overall: string }): BoardItem {
  const overall = floor(subtract(item.availableToPromise, kept.overall));
  const positions = item.positions.map((position) => {
    const here = floor(subtract(position.availableToPromise, kept.at(position.branch)));
    return { ...position, availableToPromise: smaller(here, overall) };
  });
  const inAll = add(...positions.map(({ availableToPromise }) => availableToPromise));
  return { ...item, positions, availableToPromise: smaller(inAll, overall) };
}
const floor = (quantity: string) => larger(quantity, "0");

export function writeItem({ sku, baseUnitOfMeasure }: Product, item: BoardItem | undefined): Buffer {
  const { availableToPromise = "0", asOf, positions = [] } = item ?? {};
  return Buffer.from(
    `,${JSON.stringify({ sku, unitOfMeasure: baseUnitOfMeasure, availableToPromise, asOf, positions })}`,
  );
}
