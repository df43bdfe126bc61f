import type { Account, PositionBoard } from "#domains";
import type { Clock } from "#platform";
import type { AvailabilityAnswer, AvailabilityQuestion } from "../hub.ts";
import { asciiJson, createAnswerBuffers, type WrittenAnswer } from "../answer-buffers.ts";
import { accountOf, createKnowledgeWriter, secondsBetween, type Book } from "./knowledge-desk.ts";
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
}

/** What can be promised, from memory, put together from items that were written before. */
export function createStockDesk({ board, book, clock, reserves = nothingKept }: StockDeskOptions) {
  const written = createWrittenItems({ board, book });
  const known = createKnowledgeWriter(["stock"]);
  const lend = createAnswerBuffers();

  /** Null: nobody knows the item. */
  function itemOf(sku: string, channel: string | undefined): WrittenItem | null {
    if (channel === undefined || !reserves.concerns(channel, sku)) return written(sku);
    const [product, item] = [book.product(sku), board.item(sku)];
    if (!product || !item) return written(sku);
    const kept = {
      at: (branch: string) => reserves.keptAt(channel, sku, branch),
      overall: reserves.keptOverall(channel, sku),
    };
    return writeItem(product, lessKept(item, kept));
  }

  function answer({ skus, customerNumber, channel }: AvailabilityQuestion): WrittenAnswer {
    const now = clock.now();
    const account = customerNumber === undefined ? null : accountOf(book, customerNumber, "query customerNumber");
    const items: Buffer[] = [];
    const unknown: { sku: string; explanation: string }[] = [];
    let oldest: WrittenItem = NEVER;
    for (const sku of skus) {
      const item = itemOf(sku, channel);
      if (!item) unknown.push({ sku, explanation: `The hub knows no item ${sku}.` });
      else items.push(item.bytes);
      if (item && item.asOfMs < oldest.asOfMs) oldest = item;
    }
    const knowledge = known(board.readAt(), book.feeds(), now);
    const asker = account ? writeAsker(account) : "";
    const strangers = unknown.length === 0 ? "[]" : asciiJson(unknown);
    return lend(`{${knowledge},${writeAge(oldest, now)}${asker},"unknown":${strangers},"items":[`, items, "]}");
  }

  /** The same tag, the same figures; only their age may be different. */
  function tagOf({ skus }: AvailabilityQuestion): string {
    let newest = 0;
    for (const sku of skus) newest = Math.max(newest, board.version(sku));
    return `W/"${board.edition}.${newest}.${book.version()}"`;
  }

  return {
    availability: (question: AvailabilityQuestion): AvailabilityAnswer => ({
      tag: tagOf(question),
      json: () => answer(question),
    }),
  };
}

const NEVER: WrittenItem = { bytes: Buffer.alloc(0), asOfMs: Number.POSITIVE_INFINITY };

const writeAge = ({ asOf, asOfMs }: WrittenItem, now: Date): string =>
  asOf === undefined
    ? '"oldestAsOf":null,"ageSeconds":null'
    : `"oldestAsOf":"${asOf}","ageSeconds":${secondsBetween(asOfMs, now.getTime())}`;

const writeAsker = ({ customerNumber, homeBranch }: Account): string =>
  `,"customerNumber":${JSON.stringify(customerNumber)}${homeBranch === undefined ? "" : `,"homeBranch":"${homeBranch}"`}`;
