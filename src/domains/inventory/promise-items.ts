import type { AvailableToPromise, InventoryPosition, Product } from "#contracts";
import type { ChannelReserves } from "../promising/channel-reserves.ts";
import { availableToPromise } from "./available-to-promise.ts";
import { kitAvailableToPromise } from "./kit-promise.ts";

/** What promises by date are reckoned from, wherever it was read. */
export interface PromisableStock {
  product(sku: string): Product | undefined;
  /** Every branch's, in the order of the branches' codes; undefined where no branch has any. */
  positions(sku: string): readonly InventoryPosition[] | undefined;
  /** How much of what comes is spoken for by backorders. */
  waiting(sku: string): string;
}

export interface PromiseInquiry {
  readonly now: Date;
  /** For how much a day is wanted. */
  readonly quantity?: string;
  /** Who asks: what others keep is left out. */
  readonly channel?: string;
}

/** What can be promised of items now and by date, of kits by their parts. Items nobody has any position of are left out. */
export function promiseItems(
  stock: PromisableStock,
  reserves: ChannelReserves,
  skus: readonly string[],
  inquiry: PromiseInquiry,
): AvailableToPromise[] {
  const answers = new Map<string, AvailableToPromise | undefined>();
  const answerOf = (sku: string): AvailableToPromise | undefined => {
    if (!answers.has(sku)) answers.set(sku, promiseItem(stock, reserves, sku, inquiry));
    return answers.get(sku);
  };
  return skus.flatMap((sku) => {
    const product = stock.product(sku);
    const answer = product?.kitComponents ? promiseKit(product, answerOf, inquiry) : answerOf(sku);
    return answer ? [{ ...answer, ...offered(product) }] : [];
  });
}

function promiseItem(
  stock: PromisableStock,
  reserves: ChannelReserves,
  sku: string,
  { now, quantity, channel }: PromiseInquiry,
): AvailableToPromise | undefined {
  const positions = stock.positions(sku);
  if (!positions) return undefined;
  const kept =
    channel === undefined
      ? {}
      : {
          kept: {
            at: (branch: string) => reserves.keptAt(channel, sku, branch),
            overall: reserves.keptOverall(channel, sku),
          },
        };
  const wanted = quantity === undefined ? {} : { quantity };
  return availableToPromise({ sku, positions, backordered: stock.waiting(sku), now, ...wanted, ...kept });
}

function promiseKit(
  { sku, kitComponents = [] }: Product,
  answerOf: (sku: string) => AvailableToPromise | undefined,
  inquiry: PromiseInquiry,
): AvailableToPromise | undefined {
  const parts = kitComponents.flatMap((part) => {
    const answer = answerOf(part.sku);
    return answer ? [{ quantity: part.quantity, answer }] : [];
  });
  return parts.length < kitComponents.length ? undefined : kitAvailableToPromise(sku, parts, inquiry);
}

function offered(product: Product | undefined): { readonly offered?: string[] } {
  const { supersededBy, substitutes = [] } = product ?? {};
  const all = [...(supersededBy === undefined ? [] : [supersededBy]), ...substitutes];
  return all.length > 0 ? { offered: all } : {};
}
