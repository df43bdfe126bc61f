import { Type } from "typebox";
import type { Hub } from "../../../hub.ts";
import { KeptError, toCrossdockError } from "../../../problem.ts";
import { defineRoute } from "../../../route.ts";
import { MOVEMENTS_DOOR } from "../../../webhooks/webhook-door.ts";
import { MovementAnswer, MovementList, outcomes, takeMovementList, type AnsweredList } from "./movement-list.ts";

const ORIGIN = "POST /v1/stock/movements";

const Answer = Type.Object(
  {
    counts: Type.Record(Type.String(), Type.Integer({ minimum: 0 }), { description: "How many, by outcome." }),
    movements: Type.Array(MovementAnswer, { description: "In the order sent." }),
    keptAs: Type.Optional(
      Type.String({ description: "The dead letter under which those that cannot be taken are kept for repair." }),
    ),
  },
  { additionalProperties: false },
);

async function answered(hub: Hub, body: Buffer): Promise<AnsweredList> {
  try {
    return await takeMovementList(hub.movements, body);
  } catch (thrown) {
    const error = toCrossdockError(thrown, 0);
    const isOfTheSender = error.code === "malformed-body" || error.code === "invalid-document";
    if (!isOfTheSender || body.length === 0) throw thrown;
    const { code: errorCode, message: explanation, faults } = error;
    throw new KeptError(
      error,
      await hub.inbound.keep({ door: MOVEMENTS_DOOR, body, errorCode, explanation, faults, origin: ORIGIN }),
    );
  }
}

async function keptAs(hub: Hub, { refused, faults }: AnsweredList): Promise<{ readonly keptAs?: string }> {
  if (refused.movements.length === 0) return {};
  const explanation = `${refused.movements.length} stock movements of ${refused.source} cannot be taken.`;
  const body = Buffer.from(JSON.stringify(refused));
  const errorCode = "invalid-document";
  return {
    keptAs: await hub.inbound.keep({ door: MOVEMENTS_DOOR, body, errorCode, explanation, faults, origin: ORIGIN }),
  };
}

export const postMovements = defineRoute({
  method: "POST",
  url: "/v1/stock/movements",
  operationId: "takeStockMovements",
  tag: "stock",
  summary:
    "Takes up to 5,000 single changes of stock as their source tells them, each once, in whatever order they come.",
  description:
    "Each is answered for itself, 207 where some cannot be taken; these are kept for repair. Every 500 are committed together: where an answer is lost, send the list again, and what was taken is a repeat.",
  access: "operator",
  judgesBody: true,
  schema: { body: MovementList, response: { 200: Answer, 207: Answer } },
  errors: ["malformed-body", "invalid-document"],
  handler: (hub) => async (request, reply) => {
    const body: unknown = request.body;
    const list = await answered(hub, Buffer.isBuffer(body) ? body : Buffer.alloc(0));
    const numberOf = (wanted: string) => list.answers.filter(({ outcome }) => outcome === wanted).length;
    const counts = Object.fromEntries(outcomes.map((outcome) => [outcome, numberOf(outcome)]));
    const kept = await keptAs(hub, list);
    return reply.code(kept.keptAs ? 207 : 200).send({ counts, movements: [...list.answers], ...kept });
  },
});
