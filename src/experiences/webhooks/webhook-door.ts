import { CrossdockError, findFaults, SalesOrderDraft, type Fault } from "#contracts";
import type { InboundDocument, Resubmission, Resubmit } from "#domains";
import { refusedWith } from "#domains";
import { Value } from "typebox/value";
import type { Submit } from "../hub.ts";
import { parseJsonBody } from "../json-body.ts";
import { submittedOrder } from "../v1/sales-orders/submitted-order.ts";

/** Bytes as received, for a signature is over bytes. Header names in lower case. */
export interface WebhookMessage {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface WebhookReceipt {
  readonly outcome: "taken" | "repeated";
  readonly salesOrderId?: string;
  readonly salesOrderNumber?: string;
}

/** Where a system's messages come in. What is answered is committed. */
export interface WebhookDoor {
  readonly system: string;
  readonly channel?: string;
  /** Throws "invalid-signature" for who is not who they say; another CrossdockError for what cannot be taken. */
  receive(message: WebhookMessage, correlationId?: string): Promise<WebhookReceipt>;
  /** A message that was kept and perhaps mended: its sender was checked when it came. */
  receiveMended(body: Buffer): Promise<WebhookReceipt>;
}

interface KeyedDraft {
  readonly idempotencyKey: string;
  readonly draft: SalesOrderDraft;
  /** Where in the sender's own document a fault of the draft stands. */
  readonly inSendersWords?: (fault: Fault) => Fault;
}
interface StorefrontDoorOptions {
  readonly system: string;
  readonly channel: string;
  /** The connector's, with its settings and channel bound. */
  readonly readOrder: (message: WebhookMessage) => KeyedDraft;
  readonly readMendedOrder?: (body: Buffer) => KeyedDraft;
  readonly submit: Submit;
}

async function submitOne(submit: Submit, order: KeyedDraft, correlationId?: string): Promise<WebhookReceipt> {
  const { inSendersWords, ...request } = order;
  const [result] = await submit([{ ...request, ...(correlationId ? { correlationId } : {}) }]);
  if (!result) throw new CrossdockError("internal", "Intake gave no answer.");
  const faults = inSendersWords && result.faults ? { faults: result.faults.map(inSendersWords) } : {};
  const { repeat, salesOrder } = submittedOrder({ ...result, ...faults });
  const { salesOrderId, salesOrderNumber } = salesOrder;
  return { outcome: repeat ? "repeated" : "taken", salesOrderId, salesOrderNumber };
}

/** A storefront's orders. A mended one may come back in the storefront's words or, where a person finds that easier, as our draft. */
export function storefrontDoor({
  system,
  channel,
  readOrder,
  readMendedOrder,
  submit,
}: StorefrontDoorOptions): WebhookDoor {
  return {
    system,
    channel,
    receive: async (message, correlationId) => submitOne(submit, readOrder(message), correlationId),
    receiveMended: async (body) => submitOne(submit, mendedOrder(body, readMendedOrder)),
  };
}

function mendedOrder(body: Buffer, readMendedOrder: StorefrontDoorOptions["readMendedOrder"]): KeyedDraft {
  if (isJson(body)) {
    const value = parseJsonBody(body);
    if (Value.Check(SalesOrderDraft, value)) return draftAsOrder(value);
    if (!readMendedOrder) throw notADraft(value);
  }
  if (readMendedOrder) return readMendedOrder(body);
  throw new CrossdockError(
    "malformed-body",
    "Send it as a SalesOrderDraft in JSON: this system's own format cannot be read without its signature.",
  );
}

function isJson(body: Buffer): boolean {
  try {
    parseJsonBody(body);
    return true;
  } catch {
    return false;
  }
}

/** The same key as the API's for the same order, so that both doors mean the same. */
const draftAsOrder = (draft: SalesOrderDraft): KeyedDraft => ({
  draft,
  idempotencyKey: `api:${draft.channel}:${draft.channelOrderNumber}`,
});

const notADraft = (value: unknown) =>
  new CrossdockError("invalid-document", "The order cannot be taken.", { faults: findFaults(SalesOrderDraft, value) });

interface NewsDoorOptions<News> {
  readonly system: string;
  /** The connector's, with its settings bound. */
  readonly readNews: (message: WebhookMessage) => readonly News[];
  readonly readMendedNews?: (body: Buffer) => readonly News[];
  /** Appends what the news mean, in one transaction. Answers how many were new, and which are about nothing of ours, with the reason. */
  readonly record: (news: readonly News[]) => Promise<NewsRecord>;
}
export interface NewsRecord {
  readonly appended: number;
  readonly unmatched: readonly { readonly reason: string }[];
}

/** What was matched is in the log already; the message is kept for the rest, and sending it again takes nothing twice. */
function receiptOf({ appended, unmatched }: NewsRecord, newsCount: number): WebhookReceipt {
  if (unmatched.length > 0) {
    const faults = unmatched.map(({ reason }) => ({
      path: "",
      expected: "news of work or goods of ours",
      found: reason,
    }));
    throw new CrossdockError(
      "invalid-document",
      `${unmatched.length} of ${newsCount} news are about nothing of ours.`,
      { faults },
    );
  }
  return { outcome: appended > 0 || newsCount === 0 ? "taken" : "repeated" };
}

/** A warehouse's or carrier's news. */
export function newsDoor<News>({ system, readNews, readMendedNews, record }: NewsDoorOptions<News>): WebhookDoor {
  const recorded = async (news: readonly News[]): Promise<WebhookReceipt> => receiptOf(await record(news), news.length);
  return {
    system,
    receive: async (message) => recorded(readNews(message)),
    receiveMended: async (body) => {
      if (readMendedNews) return recorded(readMendedNews(body));
      throw new CrossdockError("not-possible-now", `${system} signs its news; ask it to send this one again.`);
    },
  };
}

async function submitDraft(submit: Submit, body: Buffer): Promise<WebhookReceipt> {
  const value = parseJsonBody(body);
  if (!Value.Check(SalesOrderDraft, value)) throw notADraft(value);
  return submitOne(submit, draftAsOrder(value));
}

interface ResubmitOptions {
  readonly webhooks: ReadonlyMap<string, WebhookDoor>;
  readonly submit: Submit;
  /** Rows of a file, with their header. */
  readonly files: Resubmit;
  /** A list of stock movements. */
  readonly movements: Resubmit;
}

const WEBHOOK = "webhook:";
/** By which door kept movements came. */
export const MOVEMENTS_DOOR = "stock-movements";

/** Hands a kept document to the door it came by. What is refused again is an answer; what breaks is thrown. */
export const createResubmit =
  ({ webhooks, submit, files, movements }: ResubmitOptions): Resubmit =>
  async (document: InboundDocument, body: Buffer): Promise<Resubmission> => {
    const { door } = document;
    if (door === "files") return files(document, body);
    if (door === MOVEMENTS_DOOR) return movements(document, body);
    const webhook = door.startsWith(WEBHOOK) ? webhooks.get(door.slice(WEBHOOK.length)) : undefined;
    if (!webhook && door !== "api")
      throw new CrossdockError("not-possible-now", `The door ${door} is not in the configuration any more.`);
    try {
      return { taken: true, result: await (webhook ? webhook.receiveMended(body) : submitDraft(submit, body)) };
    } catch (error) {
      if (error instanceof CrossdockError && error.code !== "internal") return refusedWith(error);
      throw error;
    }
  };
