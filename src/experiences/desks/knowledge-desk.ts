import { CrossdockError } from "#contracts";
import { isStale, type Account, type Feed, type ReferenceBook, type StaleAfter } from "#domains";
import type { Knowledge } from "../v1/knowledge.ts";

export type Book = Pick<
  ReferenceBook,
  "product" | "customer" | "agreements" | "agreementOnFile" | "feeds" | "readAt" | "version"
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

/** To a tenth; null for what never was. */
export const ageSeconds = (now: Date, then: Date | null): number | null =>
  then === null ? null : Math.max(0, Math.round((now.getTime() - then.getTime()) / 100) / 10);

interface Sources {
  readonly readAt: Date | null;
  readonly feeds: readonly Feed[];
  /** Which feeds the answer stands on. */
  readonly entities: readonly string[];
  readonly staleAfter: StaleAfter;
}

/** Where nobody set a limit. */
export const neverStale: StaleAfter = () => Number.POSITIVE_INFINITY;

/** How old memory is against the hub's books, and the feeds against their owners. */
export function knowledgeOf({ readAt, feeds, entities, staleAfter }: Sources, now: Date): Knowledge {
  const sources = feeds
    .filter(({ entity }) => entities.includes(entity))
    .map(({ system, entity, readAt: heardAt }) => ({
      system,
      entity,
      readAt: heardAt?.toISOString() ?? null,
      ageSeconds: ageSeconds(now, heardAt),
      isStale: isStale({ entity, readAt: heardAt }, staleAfter, now),
    }));
  return { readAt: readAt?.toISOString() ?? null, ageSeconds: ageSeconds(now, readAt), sources };
}
