import { InventoryPosition } from "#contracts";
import { Type } from "typebox";
import { defineRoute } from "../../route.ts";

const SKUS_MAX = 200;

export const getAvailability = defineRoute({
  method: "GET",
  url: "/v1/availability",
  operationId: "getAvailability",
  tag: "stock and prices",
  summary: "What can be promised of items, branch by branch, and how old that knowledge is.",
  access: "operator",
  schema: {
    querystring: Type.Object(
      {
        skus: Type.String({
          // As many item numbers as asked at once, with commas between.
          pattern: `^[\\x21-\\x2b\\x2d-\\x7e]{1,40}(,[\\x21-\\x2b\\x2d-\\x7e]{1,40}){0,${SKUS_MAX - 1}}$`,
          description: `Up to ${SKUS_MAX} item numbers, separated by commas.`,
          examples: ["PVC-90-050,CU-TUBE-L-075"],
        }),
      },
      { additionalProperties: false },
    ),
    response: { 200: Type.Object({ positions: Type.Array(InventoryPosition) }, { additionalProperties: false }) },
  },
  errors: ["invalid-document"],
  handler: (hub) => async (request, reply) => {
    return reply.code(200).send({ positions: [...(await hub.availability(request.query.skus.split(",")))] });
  },
});
