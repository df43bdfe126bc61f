import { businessDay, type StaleAfter } from "#domains";
import type { Clock } from "#platform";
import type { PriceQuestion } from "../hub.ts";
import { accountOf, knowledgeOf, neverStale, type Book } from "./knowledge-desk.ts";
import { createWrittenPrices } from "./written-prices.ts";

interface PriceDeskOptions {
  readonly book: Book;
  readonly clock: Clock;
  /** Where the business is: by its day prices begin and end. */
  readonly timeZone?: string;
  readonly staleAfter?: StaleAfter;
}

/** A customer's prices, from memory and by the same rule intake prices orders with. */
export function createPriceDesk({ book, clock, timeZone = "UTC", staleAfter = neverStale }: PriceDeskOptions) {
  const written = createWrittenPrices(book);
  return {
    prices({ customerNumber, lines, ...question }: PriceQuestion): string {
      const now = clock.now();
      const customer = accountOf(book, customerNumber, "/customerNumber");
      const { currency = customer.currency, on = businessDay(now, timeZone), explain = false } = question;
      const entities = ["prices", "products", "customers"];
      const knowledge = knowledgeOf({ readAt: book.readAt(), feeds: book.feeds(), entities, staleAfter }, now);
      const head = JSON.stringify({ answeredAt: now.toISOString(), knowledge, customerNumber, currency, on });
      const prices = written({ customer, currency, on, explain }, lines);
      return `${head.slice(0, -1)},"prices":[${prices.join(",")}]}`;
    },
  };
}
