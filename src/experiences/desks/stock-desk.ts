import {
  confirmedAtMs,
  stalenessOf,
  type Account,
  type PositionBoard,
  type StaleAfter,
  type Staleness,
  type StalenessRule,
} from "#domains";
import type { Clock } from "#platform";
import type { AvailabilityAnswer, AvailabilityQuestion } from "../hub.ts";
import { asciiJson, createAnswerBuffers, type WrittenAnswer } from "../answer-buffers.ts";
import { accountOf, createKnowledgeWriter, neverStale, secondsBetween, type Book } from "./knowledge-desk.ts";
import { createWrittenItems, degradedItem, lessKept, writeItem, type WrittenItem } from "./written-items.ts";

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
  /** By channel; one that is not among them is told everything as it is. */
  readonly staleness?: ReadonlyMap<string, StalenessRule>;
  /** When a feed counts as stale, whatever the channel. */
  readonly staleAfter?: StaleAfter;
}
interface Stale {
  readonly rule: StalenessRule;
  readonly stale: Staleness;
}

/** What can be promised, from memory, put together from items that were written before. */
export function createStockDesk(options: StockDeskOptions) {
  const { board, book, clock, reserves = nothingKept, staleness = new Map<string, StalenessRule>() } = options;
  const written = createWrittenItems({ board, book });
  const known = createKnowledgeWriter(["stock"], options.staleAfter ?? neverStale);
  const lend = createAnswerBuffers();

  function staleOf(sku: string, channel: string | undefined, now: Date): Stale | null {
    const rule = channel === undefined ? undefined : staleness.get(channel);
    const stale = rule && stalenessOf(rule, confirmedAtMs(board.item(sku)?.positions ?? [], book.feeds()), now);
    return stale ? { rule, stale } : null;
  }

  /** Null: nobody knows the item. */
  function itemOf(sku: string, channel: string | undefined, now: Date): WrittenItem | null {
    const isKept = channel !== undefined && reserves.concerns(channel, sku);
    const old = staleOf(sku, channel, now);
    if (!isKept && !old) return written(sku);
    const [product, item] = [book.product(sku), board.item(sku)];
    if (!product) return null;
    const seen = item && isKept ? lessKept(item, keptFrom(channel, sku)) : item;
    return writeItem(product, seen && old ? degradedItem(seen, old.rule) : seen, old?.stale);
  }

  const keptFrom = (channel: string, sku: string) => ({
    at: (branch: string) => reserves.keptAt(channel, sku, branch),
    overall: reserves.keptOverall(channel, sku),
  });

  function answer({ skus, customerNumber, channel }: AvailabilityQuestion): WrittenAnswer {
    const now = clock.now();
    const account = customerNumber === undefined ? null : accountOf(book, customerNumber, "query customerNumber");
    const items: string[] = [];
    const unknown: { sku: string; explanation: string }[] = [];
    let oldest: WrittenItem = NEVER;
    for (const sku of skus) {
      const item = itemOf(sku, channel, now);
      if (!item) unknown.push({ sku, explanation: `The hub knows no item ${sku}.` });
      else items.push(item.text);
      if (item && item.asOfMs < oldest.asOfMs) oldest = item;
    }
    const knowledge = known(board.readAt(), book.feeds(), now);
    const asker = account ? writeAsker(account) : "";
    const strangers = unknown.length === 0 ? "[]" : asciiJson(unknown);
    return lend(`{${knowledge},${writeAge(oldest, now)}${asker},"unknown":${strangers},"items":[`, items, "]}");
  }

  /** The same tag, the same figures; only their age may be different. */
  function tagOf({ skus, channel }: AvailabilityQuestion): string {
    let newest = 0;
    for (const sku of skus) newest = Math.max(newest, board.version(sku));
    // Figures that grow too old are others, although nothing changed.
    const isRuled = channel !== undefined && staleness.has(channel);
    const old = isRuled ? skus.map((sku) => (staleOf(sku, channel, clock.now()) ? "s" : "-")).join("") : "";
    return `W/"${board.edition}.${newest}.${book.version()}${old}"`;
  }

  return {
    availability: (question: AvailabilityQuestion): AvailabilityAnswer => ({
      tag: tagOf(question),
      json: () => answer(question),
    }),
  };
}

const NEVER: WrittenItem = { text: "", asOfMs: Number.POSITIVE_INFINITY };

const writeAge = ({ asOf, asOfMs }: WrittenItem, now: Date): string =>
  asOf === undefined
    ? '"oldestAsOf":null,"ageSeconds":null'
    : `"oldestAsOf":"${asOf}","ageSeconds":${secondsBetween(asOfMs, now.getTime())}`;

const writeAsker = ({ customerNumber, homeBranch }: Account): string =>
  `,"customerNumber":${JSON.stringify(customerNumber)}${homeBranch === undefined ? "" : `,"homeBranch":"${homeBranch}"`}`;
