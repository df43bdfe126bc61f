import { businessDay, type StaleAfter } from "#domains";
import type { Clock } from "#platform";
import type { WrittenAnswer } from "../answer-buffers.ts";
import type { PriceQuestion } from "../hub.ts";
import type { PlainPriceQuestion } from "../v1/prices/plain-price-question.ts";
import { accountOf, createKnowledgeWriter, neverStale, type Book } from "./knowledge-desk.ts";
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
  const known = createKnowledgeWriter(["prices", "products", "customers"], staleAfter);
  return {
    prices(question: PriceQuestion | PlainPriceQuestion): WrittenAnswer {
      const now = clock.now();
      const { customerNumber } = question;
      const customer = accountOf(book, customerNumber, "/customerNumber");
      const { currency = customer.currency, on = businessDay(now, timeZone) } = question;
      const asked = `"customerNumber":${JSON.stringify(customerNumber)},"currency":"${currency}","on":"${on}"`;
      const head = `{${known(book.readAt(), book.feeds(), now)},${asked},"prices":[`;
      if ("bytes" in question) return written.plain(head, { customer, currency, on }, question);
      const { explain = false, lines } = question;
      return written.any(head, { customer, currency, on, explain }, lines);
    },
  };
}
