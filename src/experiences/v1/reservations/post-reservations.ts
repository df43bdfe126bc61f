import { CrossdockError, Reservation, ReservationDraft } from "#contracts";
import type { ReservationResult } from "#domains";
import { Type } from "typebox";
import { defineRoute } from "../../route.ts";

const Short = Type.Object(
  {
    reserved: Type.Literal(false),
    lines: Reservation.properties.lines,
  },
  {
    additionalProperties: false,
    description: "All or nothing was asked, and not all is there: nothing is kept.",
  },
);

function reservedOf(result: ReservationResult | undefined): Exclude<ReservationResult, { readonly faults: unknown }> {
  if (!result) throw new CrossdockError("internal", "The stock gave no answer for a reservation.");
  if (!("faults" in result)) return result;
  const { faults } = result;
  throw result.outcome === "conflict"
    ? new CrossdockError("idempotency-conflict", "This key stands for another reservation.", { faults })
    : new CrossdockError("invalid-document", "Nothing was reserved.", { faults });
}

export const postReservations = defineRoute({
  method: "POST",
  url: "/v1/reservations",
  operationId: "reserveStock",
  tag: "stock and prices",
  summary: "Keeps stock for a cart or a quote, for so many minutes.",
  description:
    "What is there is kept at once and counted as nobody else's; each line says what is missing and why it is kept where it is. Name the reservation in the order's `reservationId` and it becomes the order's. When its time is over its stock is free again.",
  access: "operator",
  schema: {
    headers: Type.Object({
      "idempotency-key": Type.Optional(
        Type.String({ pattern: "^[\\x21-\\x7e]{1,200}$", description: "The same key, the same reservation." }),
      ),
    }),
    body: ReservationDraft,
    response: { 200: Type.Union([Reservation, Short]), 201: Reservation },
  },
  errors: ["malformed-body", "invalid-document", "idempotency-conflict"],
  handler: (hub) => async (request, reply) => {
    const idempotencyKey = request.headers["idempotency-key"] ?? hub.ids.next("key");
    const [result] = await hub.reservations.reserve([{ draft: request.body, idempotencyKey }]);
    const answer = reservedOf(result);
    if (answer.outcome === "short") return reply.code(200).send({ reserved: false, lines: answer.lines });
    const { reservation } = answer;
    reply.header("location", `/v1/reservations/${reservation.reservationId}`);
    return reply.code(answer.outcome === "repeat" ? 200 : 201).send(reservation);
  },
});
