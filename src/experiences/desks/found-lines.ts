import { NO_ITEM, type AskedQuantity, type PriceInquiry, type PriceLadders } from "#domains";
import {
  millionthsAt,
  PLACES_A_LINE,
  QUANTITY,
  UNIT,
  type PlainPriceQuestion,
} from "../v1/prices/plain-price-question.ts";
import { NOT_KEPT, type KeptTerms, type TermsKey } from "./kept-terms.ts";

export type Asking = Pick<PriceInquiry, "customer" | "currency" | "on">;

/** A line as it was found, in an object that the next question uses again. */
export interface FoundLine extends AskedQuantity, TermsKey {
  item: number;
  /** Below zero: it takes the long way to tell. */
  rung: number;
  quantity: number;
  unit: number;
  stamp: number;
  soldAs: number;
  /** Whether its terms were kept when it was found: another line's may have taken their place since. */
  wasKept: boolean;
}
const newLine = (): FoundLine => ({
  item: NO_ITEM,
  rung: NO_RUNG,
  quantity: 0,
  unit: 0,
  stamp: 0,
  soldAs: 0,
  wasKept: false,
});
const NO_RUNG = -1;

type Prices = Pick<PriceLadders, "itemsAt" | "unitAt" | "asker" | "wayToSell" | "climb" | "stamp">;

/**
 * Each step is taken for all lines before the next begins: of one line each waits for memory the step before has named; of two hundred the waits overlap.
 * That is why terms are looked for here, long before they are written.
 */
export function createLineFinder(prices: Prices, kept: Pick<KeptTerms, "find">) {
  const found: FoundLine[] = [];
  return ({ customer, currency, on }: Asking, { bytes, places, lines }: PlainPriceQuestion): readonly FoundLine[] => {
    const asker = prices.asker(customer, currency, on);
    const items = prices.itemsAt(bytes, places, PLACES_A_LINE, lines);
    for (let index = 0; index < lines; index += 1) {
      const line = (found[index] ??= newLine());
      const place = index * PLACES_A_LINE;
      line.item = items[index] ?? NO_ITEM;
      line.quantity = millionthsAt(bytes, places[place + QUANTITY] ?? 0, places[place + QUANTITY + 1] ?? 0);
      line.unit = prices.unitAt(bytes, places[place + UNIT] ?? 0, places[place + UNIT + 1] ?? 0);
    }
    for (let index = 0; index < lines; index += 1) {
      const line = (found[index] ??= newLine());
      line.rung = line.item === NO_ITEM ? NO_RUNG : prices.climb(asker, line.item, line);
    }
    for (let index = 0; index < lines; index += 1) {
      const line = (found[index] ??= newLine());
      if (line.rung < 0) continue;
      line.soldAs = prices.wayToSell(line.item);
      line.stamp = prices.stamp(line.rung);
    }
    for (let index = 0; index < lines; index += 1) {
      const line = (found[index] ??= newLine());
      line.wasKept = line.rung >= 0 && kept.find(line) !== NOT_KEPT;
    }
    return found;
  };
}
