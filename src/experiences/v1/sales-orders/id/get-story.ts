import { Story } from "#observability";
import { Type } from "typebox";
import { found } from "../../../parameters.ts";
import { defineRoute } from "../../../route.ts";

export const getStory = defineRoute({
  method: "GET",
  url: "/v1/sales-orders/:id/story",
  operationId: "getStory",
  tag: "sales orders",
  summary:
    "Everything that happened to an order, in time order and in plain words; what waits now and why; why this branch, carrier and price.",
  access: "operator",
  schema: {
    params: Type.Object({
      id: Type.String({ minLength: 1, maxLength: 100, description: "The order's id, or any number of it." }),
    }),
    response: { 200: Story },
  },
  errors: ["invalid-document", "not-found"],
  handler: (hub) => async (request, reply) => {
    const { id } = request.params;
    return reply.code(200).send(found(await hub.story(id), `story of ${id}`));
  },
});
