import { Fault, Instant } from "#contracts";
import { Type } from "typebox";
import { defineRoute } from "../../route.ts";

const DeadLetter = Type.Object(
  {
    deadLetterId: Type.String(),
    kind: Type.Enum(["command", "fact", "document"]),
    title: Type.String(),
    system: Type.Optional(Type.String()),
    since: Instant,
    explanation: Type.String(),
    faults: Type.Array(Fault),
    correlationId: Type.Optional(Type.String()),
    actions: Type.Array(Type.Enum(["retry", "edit", "skip", "discard"])),
    whatToDo: Type.String(),
    content: Type.Unknown({ description: "What an edit begins from: the text of a document, the data of a command." }),
  },
  { $id: "DeadLetter", additionalProperties: false },
);

export const getDeadLetters = defineRoute({
  method: "GET",
  url: "/v1/dead-letters",
  operationId: "listDeadLetters",
  tag: "dead letters",
  summary:
    "Everything that waits for a person: calls that failed for good, facts that could not be handled, documents that could not be taken.",
  access: "operator",
  schema: {
    querystring: Type.Object(
      { limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 100 })) },
      { additionalProperties: false },
    ),
    response: { 200: Type.Object({ deadLetters: Type.Array(DeadLetter) }, { additionalProperties: false }) },
  },
  errors: ["invalid-document"],
  handler: (hub) => async (request, reply) => {
    const letters = await hub.deadLetters.list(request.query.limit ?? 100);
    const deadLetters = letters.map(({ actions, faults, ...letter }) => ({
      ...letter,
      actions: [...actions],
      faults: [...faults],
    }));
    return reply.code(200).send({ deadLetters });
  },
});
