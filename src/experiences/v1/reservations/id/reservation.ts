import { Reservation, ReservationId, Minutes } from "#contracts";
import { Type } from "typebox";
import { Done, found } from "../../../parameters.ts";
import { defineRoute } from "../../../route.ts";

const params = Type.Object({ id: ReservationId });
const tag = "stock and prices";

export const getReservation = defineRoute({
  method: "GET",
  url: "/v1/reservations/:id",
  operationId: "getReservation",
  tag,
  summary: "A reservation, and whether it still holds.",
  access: "operator",
  schema: { params, response: { 200: Reservation } },
  errors: ["invalid-document", "not-found"],
  handler: (hub) => async (request, reply) => {
    const { id } = request.params;
    return reply.code(200).send(found(await hub.reservations.read(id), `reservation ${id}`));
  },
});

export const postExtend = defineRoute({
  method: "POST",
  url: "/v1/reservations/:id/extend",
  operationId: "extendReservation",
  tag,
  summary: "Keeps a reservation for so many minutes from now. One that has ended or expired must be made anew.",
  access: "operator",
  schema: {
    params,
    body: Type.Object({ minutes: Minutes }, { additionalProperties: false }),
    response: { 200: Reservation },
  },
  errors: ["malformed-body", "invalid-document", "not-found", "not-possible-now"],
  handler: (hub) => async (request, reply) => {
    const { id } = request.params;
    return reply.code(200).send(found(await hub.reservations.extend(id, request.body.minutes), `reservation ${id}`));
  },
});

export const deleteReservation = defineRoute({
  method: "DELETE",
  url: "/v1/reservations/:id",
  operationId: "releaseReservation",
  tag,
  summary: "Gives a reservation's stock back. Again does nothing.",
  access: "operator",
  schema: { params, response: { 200: Done } },
  errors: ["invalid-document", "not-found", "not-possible-now"],
  handler: (hub) => async (request, reply) => {
    await hub.reservations.release(request.params.id);
    return reply.code(200).send({ done: true });
  },
});
