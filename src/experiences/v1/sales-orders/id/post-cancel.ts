import { SalesOrderId } from "#contracts";
import { Type } from "typebox";
import { callerOf, Done, ReasonBody } from "../../../parameters.ts";
import { defineRoute } from "../../../route.ts";

export const postCancel = defineRoute({
  method: "POST",
  url: "/v1/sales-orders/:id/cancel",
  operationId: "cancelSalesOrder",
  tag: "sales orders",
  summary:
    "Asks to cancel an order. Whether that is still possible is decided by what follows: warehouse, carrier and ERP are asked.",
  access: "operator",
  schema: { params: Type.Object({ id: SalesOrderId }), body: ReasonBody, response: { 202: Done } },
  errors: ["malformed-body", "invalid-document", "not-found", "not-possible-now"],
  handler: (hub) => async (request, reply) => {
    await hub.orders.cancel(request.params.id, { by: callerOf(request), reason: request.body.reason });
    return reply.code(202).send({ done: true });
  },
});
