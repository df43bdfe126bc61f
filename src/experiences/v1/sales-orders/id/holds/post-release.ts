import { HoldReason, SalesOrderId } from "#contracts";
import { Type } from "typebox";
import { callerOf, Done, ReasonBody } from "../../../../parameters.ts";
import { defineRoute } from "../../../../route.ts";

export const postHoldRelease = defineRoute({
  method: "POST",
  url: "/v1/sales-orders/:id/holds/:hold/release",
  operationId: "releaseHold",
  tag: "sales orders",
  summary: "Releases one hold of an order. The order goes on when none is left.",
  access: "operator",
  schema: {
    params: Type.Object({ id: SalesOrderId, hold: HoldReason }),
    body: ReasonBody,
    response: { 200: Done },
  },
  errors: ["malformed-body", "invalid-document", "not-found", "not-possible-now"],
  handler: (hub) => async (request, reply) => {
    const { id, hold } = request.params;
    await hub.orders.releaseHold(id, hold, { by: callerOf(request), reason: request.body.reason });
    return reply.code(200).send({ done: true });
  },
});
