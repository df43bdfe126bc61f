import { createHash } from "node:crypto";
import { CrossdockError, type Fault } from "#contracts";
import { deriveId, mask, type Clock, type Database, type Queryable, type Transaction } from "#platform";
import type { DocumentToKeep, InboundDocument, Intervention, Resubmission, Resubmit } from "./inbound-document.ts";
import { insert, listKept, noteFaults, read, resolve } from "./inbound-store.ts";

interface InboundOptions {
  readonly database: Database;
  readonly clock: Clock;
  /** How a document is handed to the door it came by, again. */
  readonly resubmit: Resubmit;
  readonly audit: (tx: Transaction, intervention: Intervention) => Promise<void>;
}

export interface WhoAndWhy {
  readonly by: string;
  readonly reason: string;
}

const LISTED_MAX = 200;

const digest = (body: Buffer) => createHash("sha256").update(body).digest("hex");
const textOf = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

function maskedHeaders(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const masked = Object.entries(Object(mask(headers)));
  return Object.fromEntries(masked.map(([name, value]) => [name, textOf(value)]));
}

/** A text body as it is shown and audited; bytes that are no text are told by their length. */
export const bodyText = (body: Buffer): string => {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch {
    return `(${body.length} bytes that are not text)`;
  }
};

/** Keeps what could not be taken, in the transaction or connection given. The same document again is the same dead letter. */
export async function keepDocument(database: Queryable, document: DocumentToKeep, receivedAt: Date): Promise<string> {
  const { door, channel, headers = {}, body, errorCode, explanation, faults, origin } = document;
  const inboundDocumentId = deriveId("inb", door, ...(document.identity ?? [digest(body)]));
  await insert(database, {
    inboundDocumentId,
    door,
    channel: channel ?? null,
    receivedAt,
    headers: maskedHeaders(headers),
    body,
    errorCode,
    explanation,
    faults,
    origin: origin ?? null,
  });
  return inboundDocumentId;
}

/** What came in and could not be taken: kept, shown, mended and sent again, or discarded with a reason; every touch by a person is audited. */
export function createInbound({ database, clock, resubmit, audit }: InboundOptions) {
  async function stillKept(id: string): Promise<InboundDocument> {
    const document = await read(database, id);
    if (!document) throw new CrossdockError("not-found", `No document is kept as ${id}.`);
    if (document.status === "kept") return document;
    const { status, resolvedBy, resolvedAt } = document;
    throw new CrossdockError(
      "not-possible-now",
      `${id} was ${status} by ${resolvedBy} on ${resolvedAt?.toISOString()}.`,
    );
  }

  /**
   * Hands it to its door again, first, and notes that afterwards: intake recognises an order it has by its number, so dying in between takes nothing
   * twice, while the other way round a document could be marked taken that never was.
   */
  async function sendAgain(
    document: InboundDocument,
    body: Buffer,
    { by, reason }: WhoAndWhy,
    action: string,
  ): Promise<Resubmission> {
    const { inboundDocumentId: id } = document;
    const answer = await resubmit(document, body);
    const at = clock.now();
    await database.transaction(async (tx) => {
      const isMended = !body.equals(document.body);
      const texts = isMended ? { before: bodyText(document.body), after: bodyText(body) } : {};
      await audit(tx, { by, action, target: id, reason, ...texts });
      if (answer.taken)
        await resolve(tx, id, { status: "resubmitted", at, by, resolution: reason, result: answer.result });
      else await noteFaults(tx, id, answer.explanation, answer.faults);
    });
    return answer;
  }

  return {
    keep: (document: DocumentToKeep): Promise<string> => keepDocument(database, document, clock.now()),
    list: (limit = LISTED_MAX): Promise<readonly InboundDocument[]> => listKept(database, limit),
    read: (id: string): Promise<InboundDocument | null> => read(database, id),

    /** As it is: the cause was elsewhere, an item the hub did not know yet. */
    retry: async (id: string, who: WhoAndWhy): Promise<Resubmission> => {
      const document = await stillKept(id);
      return sendAgain(document, document.body, who, "retry-inbound-document");
    },

    /** As a person mended it. */
    edit: async (id: string, body: Buffer, who: WhoAndWhy): Promise<Resubmission> =>
      sendAgain(await stillKept(id), body, who, "edit-inbound-document"),

    discard: async (id: string, { by, reason }: WhoAndWhy): Promise<void> => {
      const document = await stillKept(id);
      await database.transaction(async (tx) => {
        const isOurs = await resolve(tx, id, {
          status: "discarded",
          at: clock.now(),
          by,
          resolution: reason,
          result: null,
        });
        if (!isOurs) throw new CrossdockError("not-possible-now", `${id} was resolved by somebody else just now.`);
        await audit(tx, {
          by,
          action: "discard-inbound-document",
          target: id,
          reason,
          before: bodyText(document.body),
        });
      });
    },
  };
}
export type Inbound = ReturnType<typeof createInbound>;

/** Faults of a refusal, for a door that answers with a CrossdockError. */
export const refusedWith = (
  error: CrossdockError,
): { readonly taken: false; readonly explanation: string; readonly faults: readonly Fault[] } => ({
  taken: false,
  explanation: error.message,
  faults: error.faults,
});
