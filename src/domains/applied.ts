import type { EventDraft } from "#contracts";

/** Where news of reference data comes from, and when we learnt of it. */
export interface NewsContext {
  /** The system's code in the configuration. */
  readonly source: string;
  readonly now: Date;
}

/** What a page of news came to. Only real changes count as changed and are told of. */
export interface Applied {
  readonly received: number;
  readonly changed: number;
  /** Late or repeated: an equal or newer state was known already. */
  readonly dropped: number;
  /** For the event log, in the same transaction. */
  readonly events: readonly EventDraft[];
}

/** The newest of each key: one statement must not touch a row twice. What falls out counts as dropped. */
export function newestOf<Document>(
  documents: readonly Document[],
  keyOf: (document: Document) => string,
  isNewer: (candidate: Document, than: Document) => boolean,
): Document[] {
  const newest = new Map<string, Document>();
  for (const document of documents) {
    const known = newest.get(keyOf(document));
    if (known === undefined || !isNewer(known, document)) newest.set(keyOf(document), document);
  }
  return [...newest.values()];
}

export const updatedLater = (
  candidate: { readonly updatedAt: string },
  than: { readonly updatedAt: string },
): boolean => Date.parse(candidate.updatedAt) > Date.parse(than.updatedAt);
