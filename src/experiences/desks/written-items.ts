import type { Product } from "#contracts";
import {
  degraded,
  type BoardItem,
  type PositionBoard,
  type ReferenceBook,
  type Staleness,
  type StalenessRule,
} from "#domains";
import { asciiJson } from "../answer-buffers.ts";
import { add, larger, smaller, subtract, twoGenerations } from "#platform";

/** An item of an answer as it goes over the wire. */
export interface WrittenItem {
  /** Each character of it a byte (`asciiJson`). */
  readonly text: string;
  /** The oldest statement among its positions; where there is none, left out and infinite. */
  readonly asOf?: string;
  readonly asOfMs: number;
}

interface Kept {
  /** What was known when it was written, or last found to be the same. */
  version: number;
  bookVersion: number;
  readonly product: Product;
  readonly item: BoardItem | undefined;
  readonly written: WrittenItem;
}

/** Two kilobytes each at ten branches: so many stay, others are written again when somebody asks. */
const KEPT_MAX = 20_000;

interface Known {
  readonly board: Pick<PositionBoard, "item" | "version">;
  readonly book: Pick<ReferenceBook, "product" | "version">;
}

/**
 * Writes each item once for every change of it, not once for every question: two hundred items at ten branches are 400 kB, and to write them out
 * takes three times as long as to send them. Null: nobody knows the item.
 */
export function createWrittenItems({ board, book }: Known): (sku: string) => WrittenItem | null {
  const kept = twoGenerations<string, Kept>(KEPT_MAX);
  return (sku) => {
    const known = kept.get(sku);
    const [version, bookVersion] = [board.version(sku), book.version()];
    if (known?.version === version && known.bookVersion === bookVersion) return known.written;
    const product = book.product(sku);
    if (!product) return null;
    const item = board.item(sku);
    // Documents are replaced, never changed: the same object is the same content.
    if (known?.product === product && known.item === item) {
      known.version = version;
      known.bookVersion = bookVersion;
      return known.written;
    }
    const written = writeItem(product, item);
    kept.set(sku, { version, bookVersion, product, item, written });
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
/** The item as a channel is told of it that takes nothing as old as this. */
export function degradedItem(item: BoardItem, rule: StalenessRule): BoardItem {
  const positions = item.positions.map((position) => ({
    ...position,
    availableToPromise: degraded(rule, position.availableToPromise),
  }));
  return { ...item, positions, availableToPromise: degraded(rule, item.availableToPromise) };
}
const floor = (quantity: string) => larger(quantity, "0");

export function writeItem(
  { sku, baseUnitOfMeasure }: Product,
  item: BoardItem | undefined,
  stale?: Staleness,
): WrittenItem {
  const { availableToPromise = "0", asOf, asOfMs = Number.POSITIVE_INFINITY, positions = [] } = item ?? {};
  const text = asciiJson({ sku, unitOfMeasure: baseUnitOfMeasure, availableToPromise, asOf, stale, positions });
  return { text, asOfMs, ...(asOf === undefined ? {} : { asOf }) };
}
