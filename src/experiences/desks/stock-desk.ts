import type { PositionBoard } from "#domains";
import type { Clock } from "#platform";
import type { AvailabilityAnswer, AvailabilityQuestion } from "../hub.ts";
import { createAnswerBuffers, type LentBytes } from "../answer-buffers.ts";
import { accountOf, ageSeconds, knowledgeOf, type Book } from "./knowledge-desk.ts";
import { createWrittenItems } from "./written-items.ts";

interface StockDeskOptions {
  readonly board: Pick<PositionBoard, "item" | "version" | "readAt" | "edition">;
  readonly book: Book;
  readonly clock: Clock;
}

/** What can be promised, from memory, put together from items that were written before. */
export function createStockDesk({ board, book, clock }: StockDeskOptions) {
  const written = createWrittenItems();
  const lend = createAnswerBuffers();

  function answer({ skus, customerNumber }: AvailabilityQuestion): LentBytes {
    const now = clock.now();
    const account = customerNumber === undefined ? null : accountOf(book, customerNumber, "query customerNumber");
    const parts: Buffer[] = [];
    const unknown: { sku: string; explanation: string }[] = [];
    let oldestMs = Number.POSITIVE_INFINITY;
    for (const sku of skus) {
      const product = book.product(sku);
      if (!product) {
        unknown.push({ sku, explanation: `The hub knows no item ${sku}.` });
        continue;
      }
      const { bytes, asOfMs } = written(product, board.item(sku));
      oldestMs = Math.min(oldestMs, asOfMs);
      parts.push(parts.length === 0 ? bytes.subarray(1) : bytes);
    }
    const oldest = Number.isFinite(oldestMs) ? new Date(oldestMs) : null;
    const head = {
      answeredAt: now.toISOString(),
      knowledge: knowledgeOf({ readAt: board.readAt(), feeds: book.feeds(), entities: ["stock"] }, now),
      oldestAsOf: oldest?.toISOString() ?? null,
      ageSeconds: ageSeconds(now, oldest),
      ...(account ? { customerNumber, homeBranch: account.homeBranch } : {}),
      unknown,
    };
    return lend([Buffer.from(`${JSON.stringify(head).slice(0, -1)},"items":[`), ...parts, CLOSE]);
  }

  /** The same tag, the same figures; only their age may be different. */
  function tagOf({ skus }: AvailabilityQuestion): string {
    const newest = skus.reduce((version, sku) => Math.max(version, board.version(sku)), 0);
    return `W/"${board.edition}.${newest}.${book.version()}"`;
  }

  return {
    availability: (question: AvailabilityQuestion): AvailabilityAnswer => ({
      tag: tagOf(question),
      json: () => answer(question),
    }),
  };
}
const CLOSE = Buffer.from("]}");
