import { AvailableToPromise, Instant, OrderQuantity, SystemCode } from "#contracts";
import { Type } from "typebox";
import { defineRoute } from "../../route.ts";
import { Knowledge } from "../knowledge.ts";

const SKUS_MAX = 50;

export const getAvailableToPromise = defineRoute({
  method: "GET",
  url: "/v1/available-to-promise",
  operationId: "getAvailableToPromise",
  tag: "stock and prices",
  summary: "What can be promised of items now and by date, from which figures, and how old those are.",
  description:
    "Answered from the hub's memory: no other system is asked. On hand less allocated, reserved and safety stock, and what is on its way after those who wait for it: cumulative, at each branch and in all. With `quantity`, the first day by which so much is there. With `channel`, less what is kept for others.",
  access: "operator",
  schema: {
    querystring: Type.Object(
      {
        skus: Type.String({
          pattern: `^[\\x21-\\x2b\\x2d-\\x7e]{1,40}(,[\\x21-\\x2b\\x2d-\\x7e]{1,40}){0,${SKUS_MAX - 1}}$`,
          description: `Up to ${SKUS_MAX} item numbers, separated by commas.`,
          examples: ["PVC-90-050,CU-TUBE-L-075"],
        }),
        quantity: Type.Optional(OrderQuantity),
        channel: Type.Optional(SystemCode),
      },
      { additionalProperties: false },
    ),
    response: {
      200: Type.Object(
        { answeredAt: Instant, knowledge: Knowledge, items: Type.Array(AvailableToPromise) },
        { additionalProperties: false },
      ),
    },
  },
  errors: ["invalid-document"],
  handler: (hub) => (request, reply) => {
    const { skus, ...asked } = request.query;
    reply.code(200).send(hub.availableToPromise(skus.split(","), asked));
  },
});
