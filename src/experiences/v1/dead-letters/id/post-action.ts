import { CrossdockError } from "#contracts";
import type { Resubmission } from "#domains";
import { Type } from "typebox";
import { callerOf, Reason, ReasonBody } from "../../../parameters.ts";
import { defineRoute, type Route } from "../../../route.ts";

const params = Type.Object({ id: Type.String({ minLength: 1, maxLength: 200, description: "The dead letter's id." }) });
const Resolved = Type.Object(
  { done: Type.Literal(true), result: Type.Unknown({ description: "What its door answered, for a document." }) },
  { additionalProperties: false },
);
const errors = ["malformed-body", "invalid-document", "not-found", "not-possible-now"] as const;

/** A document that is refused again is an answer with the faults that are left; it stays kept. */
function resolved(answer: Resubmission): { readonly done: true; readonly result: unknown } {
  if (answer.taken) return { done: true, result: answer.result };
  throw new CrossdockError("invalid-document", `${answer.explanation} It stays kept.`, { faults: answer.faults });
}

const common = { method: "POST", tag: "dead letters", access: "operator", errors } as const;

const postRetry = defineRoute({
  ...common,
  url: "/v1/dead-letters/:id/retry",
  operationId: "retryDeadLetter",
  summary: "Tries it again as it is, after the cause was mended.",
  schema: { params, body: ReasonBody, response: { 200: Resolved } },
  handler: (hub) => async (request, reply) => {
    const who = { by: callerOf(request), reason: request.body.reason };
    return reply.code(200).send(resolved(await hub.deadLetters.retry(request.params.id, who)));
  },
});

const postEdit = defineRoute({
  ...common,
  url: "/v1/dead-letters/:id/edit",
  operationId: "editDeadLetter",
  summary: "Sends it again with other content.",
  schema: {
    params,
    body: Type.Object(
      { reason: Reason, content: Type.Unknown({ description: "Text as it is to be sent, or JSON." }) },
      { additionalProperties: false },
    ),
    response: { 200: Resolved },
  },
  handler: (hub) => async (request, reply) => {
    const { reason, content } = request.body;
    const who = { by: callerOf(request), reason };
    return reply.code(200).send(resolved(await hub.deadLetters.edit(request.params.id, content, who)));
  },
});

const postSkip = defineRoute({
  ...common,
  url: "/v1/dead-letters/:id/skip",
  operationId: "skipDeadLetter",
  summary: "Goes on without the call, assuming what was done by hand.",
  schema: {
    params,
    body: Type.Object(
      {
        reason: Reason,
        assumed: Type.Array(Type.Unknown({ description: "An event that should be assumed, `{ type, data }`." }), {
          maxItems: 20,
        }),
      },
      { additionalProperties: false },
    ),
    response: { 200: Resolved },
  },
  handler: (hub) => async (request, reply) => {
    const { reason, assumed } = request.body;
    const who = { by: callerOf(request), reason };
    return reply.code(200).send(resolved(await hub.deadLetters.skip(request.params.id, assumed, who)));
  },
});

const postDiscard = defineRoute({
  ...common,
  url: "/v1/dead-letters/:id/discard",
  operationId: "discardDeadLetter",
  summary: "Lets it go, with a reason.",
  schema: { params, body: ReasonBody, response: { 200: Resolved } },
  handler: (hub) => async (request, reply) => {
    const who = { by: callerOf(request), reason: request.body.reason };
    return reply.code(200).send(resolved(await hub.deadLetters.discard(request.params.id, who)));
  },
});

export const deadLetterActions: readonly Route[] = [postRetry, postEdit, postSkip, postDiscard];
