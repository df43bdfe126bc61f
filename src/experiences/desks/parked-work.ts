import { CrossdockError, eventCatalogue, type EventDraft } from "#contracts";
import type { DeadCommand, DeadFact, Operators } from "#processes";
import { Type } from "typebox";
import { Value } from "typebox/value";
import type { ParkedCommand, ParkedFact, ParkedWork } from "../dead-letter-desk.ts";

const commandLetter = ({
  commandId,
  name,
  lane,
  correlationId,
  explanation,
  parkedAt,
  payload,
}: DeadCommand): ParkedCommand => ({
  kind: "command",
  commandId,
  name,
  system: lane,
  correlationId,
  explanation: explanation ?? "It failed for good.",
  parkedAt,
  content: payload,
});

const factLetter = ({
  process,
  instanceId,
  eventId,
  type,
  correlationId,
  explanation,
  parkedAt,
  payload,
}: DeadFact): ParkedFact => ({
  kind: "fact",
  process,
  instanceId,
  eventId,
  eventType: type,
  correlationId,
  explanation,
  parkedAt,
  content: payload,
});

const Assumed = Type.Object({
  type: Type.String(),
  correlationId: Type.String(),
  data: Type.Record(Type.String(), Type.Unknown()),
});

/** What an operator says should be taken as having happened: an event of the catalogue, completed. */
function assumedDraft(value: unknown): EventDraft {
  if (!Value.Check(Assumed, value)) {
    throw new CrossdockError("invalid-document", "What is to be assumed is written { type, correlationId, data }.");
  }
  const kind = eventCatalogue.find(({ type }) => type === value.type);
  if (!kind) throw new CrossdockError("invalid-document", `There is no event of type "${value.type}".`);
  return {
    type: kind.type,
    subject: String(value.data[kind.subject]),
    correlationId: value.correlationId,
    causationId: null,
    data: value.data,
  };
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

/** The engine's operators as the desk of dead letters deals with them. */
export const parkedWork = (operators: Operators): ParkedWork => ({
  async list(limit) {
    const letters = await operators.listDeadLetters();
    return letters
      .slice(0, limit)
      .map((letter) => (letter.kind === "command" ? commandLetter(letter) : factLetter(letter)));
  },
  retryCommand: (commandId, who) => operators.retryCommand(commandId, who),
  async editCommand(commandId, content, who) {
    if (!isObject(content)) throw new CrossdockError("invalid-document", "A command is called with a JSON object.");
    await operators.editCommand(commandId, content, who);
  },
  async skipCommand(commandId, assumed, who) {
    await operators.skipCommand(commandId, assumed.map(assumedDraft), who);
  },
  retryFact: (fact, who) => operators.retryFact(fact, who),
  discardFact: (fact, who) => operators.discardFact(fact, who),
});
