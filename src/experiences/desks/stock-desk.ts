import type { Product } from "#contracts";
import type { PositionBoard, StaleAfter } from "#domains";
import type { Clock } from "#platform";
import type { AvailabilityAnswer, AvailabilityQuestion } from "../hub.ts";
import { createAnswerBuffers, type LentBytes } from "../answer-buffers.ts";
import { accountOf, ageSeconds, knowledgeOf, neverStale, type Book } from "./knowledge-desk.ts";
import { createWrittenItems, lessKept, writeItem, type WrittenItem } from "./written-items.ts";

/** What channels keep for themselves, and so from the others. */
interface KeptForChannels {
  /** Whether anybody keeps anything of an item from this channel. */
  concerns(channel: string, sku: string): boolean;
  keptAt(channel: string, sku: string, branch: string): string;
  keptOverall(channel: string, sku: string): string;
}
const nothingKept: KeptForChannels = { concerns: () => false, keptAt: () => "0", keptOverall: () => "0" };

interface StockDeskOptions {
  readonly board: Pick<PositionBoard, "item" | "version" | "readAt" | "edition">;
  readonly book: Book;
  readonly clock: Clock;
  readonly reserves?: KeptForChannels;
  readonly staleAfter?: StaleAfter;
}

/** What can be promised, from memory, put together from items that were written before. */
export function createStockDesk({
  board,
  book,
  clock,
  reserves = nothingKept,
  staleAfter = neverStale,
}: StockDeskOptions) {
  const written = createWrittenItems();
  const lend = createAnswerBuffers();

  function itemOf(product: Product, channel: string | undefined): WrittenItem {
    const { sku } = product;
    const item = board.item(sku);
    if (!item || channel === undefined || !reserves.concerns(channel, sku)) return written(product, item);
    const kept = {
      at: (branch: string) => reserves.keptAt(channel, sku, branch),
      overall: reserves.keptOverall(channel, sku),
    };
    return { bytes: writeItem(product, lessKept(item, kept)), asOfMs: item.asOfMs };
  }

  function answer({ skus, customerNumber, channel }: AvailabilityQuestion): LentBytes {
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
      const { bytes, asOfMs } = itemOf(product, channel);
      oldestMs = Math.min(oldestMs, asOfMs);
      parts.push(parts.length === 0 ? bytes.subarray(1) : bytes);
    }
    const oldest = Number.isFinite(oldestMs) ? new Date(oldestMs) : null;
    const head = {
      answeredAt: now.toISOString(),
      knowledge: knowledgeOf({ readAt: board.readAt(), feeds: book.feeds(), entities: ["stock"], staleAfter }, now),
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
