import { SalesOrder } from "#contracts";
import { Type } from "typebox";
import { defineRoute } from "../../route.ts";

export const getSalesOrders = defineRoute({
  method: "GET",
  url: "/v1/sales-orders",
  operationId: "findSalesOrders",
  tag: "sales orders",
  summary:
    "Finds orders by any number somebody has on paper: ours, the channel's, the customer's purchase order, the ERP's.",
  access: "operator",
  schema: {
    querystring: Type.Object(
      { any: Type.String({ minLength: 1, maxLength: 100, description: "The number.", examples: ["PO-77120"] }) },
      { additionalProperties: false },
    ),
    response: { 200: Type.Object({ salesOrders: Type.Array(SalesOrder) }, { additionalProperties: false }) },
  },
  errors: ["invalid-document"],
  handler: (hub) => async (request, reply) =>
    reply.code(200).send({ salesOrders: [...(await hub.orders.find(request.query.any))] }),
});
