import { CrossdockError } from "#contracts";
import type { Account, Feed, PositionBoard, ReferenceBook } from "#domains";
import type { Clock } from "#platform";
import type { AvailabilityQuestion, AvailabilityAnswer } from "../hub.ts";
import type { Knowledge } from "../v1/knowledge.ts";

export type StockBoard = Pick<PositionBoard, "item" | "version" | "readAt" | "edition">;
export type Book = Pick<
  ReferenceBook,
  "product" | "customer" | "agreements" | "agreementOnFile" | "feeds" | "readAt" | "version"
>;

interface StockDeskOptions {
  readonly board: StockBoard;
  readonly book: Book;
  readonly clock: Clock;
}

/** The account that asks. Throws "invalid-document" for one nobody knows. */
export function accountOf(book: Book, customerNumber: string, path: string): Account {
  const account = book.customer(customerNumber);
  if (account) return account;
  const fix = "Check the account number; the hub knows the accounts the ERP has.";
  throw new CrossdockError("invalid-document", `The hub knows no customer ${customerNumber}.`, {
    faults: [{ path, expected: "an account known to the hub", found: customerNumber, fix }],
  });
}

const ageSeconds = (now: Date, then: Date | null): number | null =>
  then === null ? null : Math.max(0, Math.round((now.getTime() - then.getTime()) / 100) / 10);

/** How old memory is against the hub's books, and the entities named against their owners. */
export function knowledgeOf(
  { readAt, feeds, entities }: { readAt: Date | null; feeds: readonly Feed[]; entities: readonly string[] },
  now: Date,
): Knowledge {
  const sources = feeds
    .filter(({ entity }) => entities.includes(entity))
    .map(({ system, entity, readAt: heardAt }) => ({
      system,
      entity,
      readAt: heardAt?.toISOString() ?? null,
      ageSeconds: ageSeconds(now, heardAt),
    }));
  return { readAt: readAt?.toISOString() ?? null, ageSeconds: ageSeconds(now, readAt), sources };
}

/**
 * Answers from memory, and puts the answer together from pieces that were written when a position changed: two hundred items at ten branches
 * are half a megabyte, and writing them out for each question would be most of the work.
 */
export function createStockDesk({ board, book, clock }: StockDeskOptions) {
  function itemJson(sku: string, now: Date, homeBranch: string | undefined): string | null {
    const product = book.product(sku);
    const item = board.item(sku);
    if (!product) return null;
    const head = `{"sku":${JSON.stringify(sku)},"unitOfMeasure":"${product.baseUnitOfMeasure}"`;
    if (!item) return `${head},"availableToPromise":"0","positions":[]}`;
    const home = homeBranch === undefined ? "" : `,"homeBranch":${homeJson(item.positions, homeBranch)}`;
    const age = Math.max(0, Math.round((now.getTime() - item.asOfMs) / 1000));
    return `${head},"availableToPromise":"${item.availableToPromise}"${home},"asOf":"${item.asOf}","ageSeconds":${age},"positions":${item.json}}`;
  }

  function answer({ skus, customerNumber }: AvailabilityQuestion): string {
    const now = clock.now();
    const account = customerNumber === undefined ? null : accountOf(book, customerNumber, "query customerNumber");
    const items: string[] = [];
    const unknown: { sku: string; explanation: string }[] = [];
    for (const sku of skus) {
      const json = itemJson(sku, now, account?.homeBranch);
      if (json === null) unknown.push({ sku, explanation: `The hub knows no item ${sku}.` });
      else items.push(json);
    }
    const knowledge = knowledgeOf({ readAt: board.readAt(), feeds: book.feeds(), entities: ["stock"] }, now);
    const asking = customerNumber === undefined ? "" : `"customerNumber":${JSON.stringify(customerNumber)},`;
    return `{"answeredAt":"${now.toISOString()}","knowledge":${JSON.stringify(knowledge)},${asking}"items":[${items.join(",")}],"unknown":${JSON.stringify(unknown)}}`;
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

function homeJson(
  positions: readonly { readonly branch: string; readonly availableToPromise: string }[],
  homeBranch: string,
): string {
  const home = positions.find(({ branch }) => branch === homeBranch);
  return JSON.stringify({ branch: homeBranch, availableToPromise: home?.availableToPromise ?? "0" });
}
