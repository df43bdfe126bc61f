import { CorrelationId } from "#contracts";
import { toCloudEvent } from "#events";
import { Type } from "typebox";
import { defineRoute } from "../../route.ts";
import { readTypes, refuseCursor, typesParameter, WireEvent } from "./event-types.ts";

export const getEvents = defineRoute({
  method: "GET",
  url: "/v1/events",
  operationId: "readEvents",
  tag: "events",
  summary: "Reads on in the log of everything that happened, from a cursor.",
  description: "Keep `cursor` and send it as `after` next time: nothing is skipped, whatever commits late.",
  access: "operator",
  schema: {
    querystring: Type.Object(
      {
        after: Type.Optional(
          Type.String({
            maxLength: 60,
            description: "The cursor of an earlier answer; from the beginning where left out.",
          }),
        ),
        types: typesParameter,
        correlationId: Type.Optional(CorrelationId),
        limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 })),
      },
      { additionalProperties: false },
    ),
    response: {
      200: Type.Object({ events: Type.Array(WireEvent), cursor: Type.String() }, { additionalProperties: false }),
    },
  },
  errors: ["invalid-document"],
  handler: (hub) => async (request, reply) => {
    const { after = null, limit = 100, correlationId } = request.query;
    const types = readTypes(request.query.types);
    const query = { after, limit, ...(types ? { types } : {}), ...(correlationId ? { correlationId } : {}) };
    const { events, cursor } = await hub.events.read(query).catch(refuseCursor);
    return reply.code(200).send({ events: events.map(toCloudEvent), cursor });
  },
});
