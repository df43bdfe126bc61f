import { SalesOrder, SalesOrderId } from "#contracts";
import { Type } from "typebox";
import { found } from "../../../parameters.ts";
import { defineRoute } from "../../../route.ts";

export const getSalesOrder = defineRoute({
  method: "GET",
  url: "/v1/sales-orders/:id",
  operationId: "getSalesOrder",
  tag: "sales orders",
  summary: "An order as it stands now, line by line.",
  access: "operator",
  schema: { params: Type.Object({ id: SalesOrderId }), response: { 200: SalesOrder } },
  errors: ["invalid-document", "not-found"],
  handler: (hub) => async (request, reply) => {
    const { id } = request.params;
    return reply.code(200).send(found(await hub.orders.read(id), `sales order ${id}`));
  },
});
