import { promiseItems, type PositionBoard, type PromisingPlan, type StaleAfter } from "#domains";
import type { Clock } from "#platform";
import type { AtpAsked, PromiseAnswer } from "../hub.ts";
import { knowledgeOf, neverStale, type Book } from "./knowledge-desk.ts";

interface PromiseDeskOptions {
  readonly board: Pick<PositionBoard, "item" | "waiting" | "readAt">;
  readonly book: Book;
  readonly clock: Clock;
  readonly promising: Pick<PromisingPlan, "reserves">;
  readonly staleAfter?: StaleAfter;
}

/** What can be promised by date, from memory. */
export function createPromiseDesk({ board, book, clock, promising, staleAfter = neverStale }: PromiseDeskOptions) {
  const stock = {
    product: (sku: string) => book.product(sku),
    positions: (sku: string) => board.item(sku)?.positions,
    waiting: (sku: string) => board.waiting(sku),
  };
  return {
    availableToPromise(skus: readonly string[], asked: AtpAsked): PromiseAnswer {
      const now = clock.now();
      const feeds = book.feeds().filter(({ entity }) => entity === "stock" || entity === "products");
      return {
        answeredAt: now.toISOString(),
        knowledge: knowledgeOf({ readAt: board.readAt(), feeds, staleAfter }, now),
        items: promiseItems(stock, promising.reserves, skus, { ...asked, now }),
      };
    },
  };
}
