import { CrossdockError, type Fault } from "#contracts";
import { bodyText, type Inbound, type InboundDocument, type Resubmission } from "#domains";
import type { WhoAndWhy } from "./hub.ts";

/** A command that failed for good. Its `content` is what an operator may edit. */
export interface ParkedCommand {
  readonly kind: "command";
  readonly commandId: string;
  readonly name: string;
  readonly system: string;
  readonly correlationId: string;
  readonly explanation: string;
  readonly parkedAt: Date;
  readonly content: unknown;
}
/** A fact that could not be handled; everything behind it in its story waits. */
export interface ParkedFact {
  readonly kind: "fact";
  readonly process: string;
  readonly instanceId: string;
  readonly eventId: string;
  readonly eventType: string;
  readonly correlationId: string;
  readonly explanation: string;
  readonly parkedAt: Date;
  readonly content: unknown;
}

/** The engine's operators, as far as dead letters go. Each throws "not-found" or "not-possible-now", and audits. */
export interface ParkedWork {
  list(limit: number): Promise<readonly (ParkedCommand | ParkedFact)[]>;
  retryCommand(commandId: string, who: WhoAndWhy): Promise<void>;
  editCommand(commandId: string, content: unknown, who: WhoAndWhy): Promise<void>;
  skipCommand(commandId: string, assumed: readonly unknown[], who: WhoAndWhy): Promise<void>;
  retryFact(fact: FactKey, who: WhoAndWhy): Promise<void>;
  discardFact(fact: FactKey, who: WhoAndWhy): Promise<void>;
}
export interface FactKey {
  readonly process: string;
  readonly instanceId: string;
}

export type Action = "retry" | "edit" | "skip" | "discard";

/** Whatever waits for a person, in one shape. */
export interface DeadLetter {
  readonly deadLetterId: string;
  readonly kind: "command" | "fact" | "document";
  readonly title: string;
  readonly system?: string;
  readonly since: string;
  readonly explanation: string;
  readonly faults: readonly Fault[];
  readonly correlationId?: string;
  readonly actions: readonly Action[];
  readonly whatToDo: string;
  readonly content: unknown;
}

export interface DeadLetterDesk {
  list(limit: number): Promise<readonly DeadLetter[]>;
  retry(id: string, who: WhoAndWhy): Promise<Resubmission>;
  /** Text as it is to be sent, or JSON. */
  edit(id: string, content: unknown, who: WhoAndWhy): Promise<Resubmission>;
  skip(id: string, assumed: readonly unknown[], who: WhoAndWhy): Promise<Resubmission>;
  discard(id: string, who: WhoAndWhy): Promise<Resubmission>;
}

const FACT_MARK = "~";

function commandLetter(command: ParkedCommand): DeadLetter {
  const { commandId, name, system, correlationId, explanation, parkedAt, content } = command;
  return {
    deadLetterId: commandId,
    kind: "command",
    title: `${name}, asked of ${system}`,
    system,
    since: parkedAt.toISOString(),
    explanation,
    faults: [],
    correlationId,
    actions: ["retry", "edit", "skip"],
    whatToDo: `Mend the cause at ${system} and retry; or edit what is sent; or, if it was done by hand, skip it and say what should be assumed.`,
    content,
  };
}

function factLetter(fact: ParkedFact): DeadLetter {
  const { process, instanceId, eventType, correlationId, explanation, parkedAt, content } = fact;
  return {
    deadLetterId: `${process}${FACT_MARK}${instanceId}`,
    kind: "fact",
    title: `${eventType}, for ${process}`,
    since: parkedAt.toISOString(),
    explanation,
    faults: [],
    correlationId,
    actions: ["retry", "discard"],
    whatToDo:
      "The hub could not handle this fact, and its story waits behind it. Retry after a new version of the hub; or discard it with the reason.",
    content,
  };
}

function documentLetter(document: InboundDocument): DeadLetter {
  const { inboundDocumentId, door, origin, receivedAt, explanation, faults, body, errorCode } = document;
  return {
    deadLetterId: inboundDocumentId,
    kind: "document",
    title: `${errorCode} by ${door}${origin ? `: ${origin}` : ""}`,
    ...(door.startsWith("webhook:") ? { system: door.slice("webhook:".length) } : {}),
    since: receivedAt.toISOString(),
    explanation,
    faults,
    actions: ["retry", "edit", "discard"],
    whatToDo:
      "Correct what is listed under faults and send it again by edit; or mend the cause (an item the hub did not know) and retry; or discard it.",
    content: bodyText(body),
  };
}

const letterOf = (parked: ParkedCommand | ParkedFact): DeadLetter =>
  parked.kind === "command" ? commandLetter(parked) : factLetter(parked);

const done: Resubmission = { taken: true, result: null };

function impossible(action: Action, why: string): never {
  throw new CrossdockError("not-possible-now", `${action} is not possible here: ${why}`);
}

const factKey = (id: string): FactKey | null => {
  const at = id.indexOf(FACT_MARK);
  return at < 0 ? null : { process: id.slice(0, at), instanceId: id.slice(at + 1) };
};

const bytesOf = (content: unknown): Buffer =>
  Buffer.from(typeof content === "string" ? content : JSON.stringify(content));

/** Parked commands, parked facts and kept documents as one list with one set of verbs; which apply, each letter says. */
export function createDeadLetterDesk(work: ParkedWork, inbound: Inbound): DeadLetterDesk {
  const isDocument = (id: string) => id.startsWith("inb_");
  return {
    async list(limit) {
      const [parked, kept] = await Promise.all([work.list(limit), inbound.list(limit)]);
      const letters = [...parked.map(letterOf), ...kept.map(documentLetter)];
      return letters.sort((a, b) => a.since.localeCompare(b.since)).slice(0, limit);
    },
    async retry(id, who) {
      if (isDocument(id)) return inbound.retry(id, who);
      const fact = factKey(id);
      await (fact ? work.retryFact(fact, who) : work.retryCommand(id, who));
      return done;
    },
    async edit(id, content, who) {
      if (isDocument(id)) return inbound.edit(id, bytesOf(content), who);
      if (factKey(id)) return impossible("edit", "a fact is what happened; it is retried or discarded.");
      await work.editCommand(id, content, who);
      return done;
    },
    async skip(id, assumed, who) {
      if (isDocument(id)) return impossible("skip", "a document is sent again or discarded.");
      if (factKey(id)) return impossible("skip", "a fact is retried or discarded.");
      await work.skipCommand(id, assumed, who);
      return done;
    },
    async discard(id, who) {
      const fact = factKey(id);
      if (isDocument(id)) await inbound.discard(id, who);
      else if (fact) await work.discardFact(fact, who);
      else return impossible("discard", "a command is skipped, with what should be assumed of it.");
      return done;
    },
  };
}
