import { CrossdockError } from "#contracts";
import { isStale, type Account, type Feed, type ReferenceBook, type StaleAfter } from "#domains";
import { asciiJson } from "../answer-buffers.ts";
import type { Knowledge } from "../v1/knowledge.ts";

export type Book = Pick<
  ReferenceBook,
  "product" | "customer" | "prices" | "agreements" | "agreementOnFile" | "feeds" | "readAt" | "version"
>;

/** The account that asks. Throws "invalid-document" for one nobody knows. */
export function accountOf(book: Pick<Book, "customer">, customerNumber: string, path: string): Account {
  const account = book.customer(customerNumber);
  if (account) return account;
  const fix = "Check the account number; the hub knows the accounts the ERP has.";
  throw new CrossdockError("invalid-document", `The hub knows no customer ${customerNumber}.`, {
    faults: [{ path, expected: "an account known to the hub", found: customerNumber, fix }],
  });
}

/** To a tenth. */
export const secondsBetween = (thenMs: number, nowMs: number): number =>
  Math.max(0, Math.round((nowMs - thenMs) / 100) / 10);

/** Where nobody set a limit. */
export const neverStale: StaleAfter = () => Number.POSITIVE_INFINITY;

/** Null for what never was. */
export const ageSeconds = (now: Date, then: Date | null): number | null =>
  then === null ? null : secondsBetween(then.getTime(), now.getTime());

interface Sources {
  readonly readAt: Date | null;
  readonly feeds: readonly Feed[];
  readonly staleAfter: StaleAfter;
}

/** How old memory is against the hub's books, and those feeds against their owners. */
export function knowledgeOf({ readAt, feeds, staleAfter }: Sources, now: Date): Knowledge {
  const sources = feeds.map(({ system, entity, readAt: heardAt }) => ({
    system,
    entity,
    readAt: heardAt?.toISOString() ?? null,
    ageSeconds: ageSeconds(now, heardAt),
    isStale: isStale({ entity, readAt: heardAt }, staleAfter, now),
  }));
  return { readAt: readAt?.toISOString() ?? null, ageSeconds: ageSeconds(now, readAt), sources };
}

/** Writes `"answeredAt":..,"knowledge":{..}`. */
export type KnowledgeWriter = (readAt: Date | null, feeds: readonly Feed[], now: Date) => string;

/** For answers that stand on the feeds of these entities. What is asked within one millisecond is written once. */
export function createKnowledgeWriter(entities: readonly string[], staleAfter: StaleAfter): KnowledgeWriter {
  let last: { readonly readAt: Date | null; readonly feeds: readonly Feed[]; readonly nowMs: number } | null = null;
  let written = "";
  return (readAt, feeds, now) => {
    const nowMs = now.getTime();
    if (last?.nowMs === nowMs && last.readAt === readAt && last.feeds === feeds) return written;
    const sources = feeds.filter(({ entity }) => entities.includes(entity));
    const knowledge = asciiJson(knowledgeOf({ readAt, feeds: sources, staleAfter }, now));
    last = { readAt, feeds, nowMs };
    written = `"answeredAt":"${now.toISOString()}","knowledge":${knowledge}`;
    return written;
  };
}
