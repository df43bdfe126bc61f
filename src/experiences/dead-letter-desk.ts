import { CrossdockError, eventCatalogue, findFaults, shown, type EventDraft, type Fault } from "#contracts";
import { bodyText, type Inbound, type InboundDocument, type Resubmission } from "#domains";
import type { DeadCommand, DeadFact, InstanceRef, Operators } from "#processes";
import { Type } from "typebox";
import { Value } from "typebox/value";
import type { WhoAndWhy } from "./hub.ts";
import { parseJsonBody } from "./json-body.ts";

/** The engine's operators, as far as dead letters go. Each throws "not-found" or "not-possible-now", and audits. */
export type ParkedWork = Pick<
  Operators,
  "listDeadLetters" | "retryCommand" | "editCommand" | "skipCommand" | "retryFact" | "discardFact"
>;

type Action = "retry" | "edit" | "skip" | "discard";

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

function commandLetter(command: DeadCommand): DeadLetter {
  const { commandId, name, lane, correlationId, explanation, attempts, maybeDone, parkedAt, payload } = command;
  const doubt = maybeDone ? " It may have taken effect: look there before anything else." : "";
  return {
    deadLetterId: commandId,
    kind: "command",
    title: `${name}, asked of ${lane}`,
    system: lane,
    since: parkedAt.toISOString(),
    explanation: `${explanation ?? "It failed for good."} Tried ${attempts} times.${doubt}`,
    faults: [],
    correlationId,
    actions: ["retry", "edit", "skip"],
    whatToDo: `Mend the cause at ${lane} and retry; or edit what it is asked with; or, if it was done by hand, skip it and say what should be assumed.`,
    content: payload,
  };
}

function factLetter(fact: DeadFact): DeadLetter {
  const { process, instanceId, type, correlationId, explanation, parkedAt, payload, waiting } = fact;
  return {
    deadLetterId: `${process}${FACT_MARK}${instanceId}`,
    kind: "fact",
    title: `${type}, for ${process}`,
    since: parkedAt.toISOString(),
    explanation: waiting > 0 ? `${explanation} ${waiting} more wait behind it.` : explanation,
    faults: [],
    correlationId,
    actions: ["retry", "discard"],
    whatToDo:
      "The hub could not handle this fact, and its story waits behind it. Retry after a new version of the hub; or discard it with the reason.",
    content: payload,
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

const letterOf = (parked: DeadCommand | DeadFact): DeadLetter =>
  parked.kind === "command" ? commandLetter(parked) : factLetter(parked);

const done: Resubmission = { taken: true, result: null };

function impossible(action: Action, why: string): never {
  throw new CrossdockError("not-possible-now", `${action} is not possible here: ${why}`);
}

const factKey = (id: string): InstanceRef | null => {
  const at = id.indexOf(FACT_MARK);
  return at < 0 ? null : { process: id.slice(0, at), instanceId: id.slice(at + 1) };
};

/** What a command is asked with: an object, or the text of one. */
function payloadOf(content: unknown): object {
  const value: unknown = typeof content === "string" ? parseJsonBody(Buffer.from(content)) : content;
  if (value !== null && typeof value === "object" && !Array.isArray(value)) return value;
  const fault = { path: "/content", expected: "an object: what the command is asked with", found: shown(value) };
  throw new CrossdockError("invalid-document", "A command cannot be asked with this.", { faults: [fault] });
}

const Assumed = Type.Object({ type: Type.String(), data: Type.Unknown() }, { additionalProperties: false });

/** Events a person says have come of it, judged like any other before they get into the log. */
function assumedDrafts(assumed: readonly unknown[], correlationId: string): readonly EventDraft[] {
  const judged = assumed.map((one, index) => {
    const path = `/assumed/${index}`;
    if (!Value.Check(Assumed, one)) return { faults: findFaults(Assumed, one, path) };
    const kind = eventCatalogue.find(({ type }) => type === one.type);
    if (kind && Value.Check(kind.data, one.data)) return { draft: kind(one.data, { correlationId }) };
    if (kind) return { faults: findFaults(kind.data, one.data, `${path}/data`) };
    return { faults: [{ path: `${path}/type`, expected: "a type of the event catalogue", found: one.type }] };
  });
  const faults = judged.flatMap((one) => one.faults ?? []);
  if (faults.length > 0) throw new CrossdockError("invalid-document", "These events cannot be assumed.", { faults });
  return judged.flatMap(({ draft }) => draft ?? []);
}

const bytesOf = (content: unknown): Buffer =>
  Buffer.from(typeof content === "string" ? content : JSON.stringify(content));

/** Parked commands, parked facts and kept documents as one list with one set of verbs; which apply, each letter says. */
export function createDeadLetterDesk(work: ParkedWork, inbound: Inbound): DeadLetterDesk {
  const isDocument = (id: string) => id.startsWith("inb_");
  return {
    async list(limit) {
      const [parked, kept] = await Promise.all([work.listDeadLetters(), inbound.list(limit)]);
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
      await work.editCommand(id, payloadOf(content), who);
      return done;
    },
    async skip(id, assumed, who) {
      if (isDocument(id)) return impossible("skip", "a document is sent again or discarded.");
      if (factKey(id)) return impossible("skip", "a fact is retried or discarded.");
      const letter = (await work.listDeadLetters()).find((one) => one.kind === "command" && one.commandId === id);
      if (!letter) throw new CrossdockError("not-found", `No command is parked as ${id}.`);
      await work.skipCommand(id, assumedDrafts(assumed, letter.correlationId), who);
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
