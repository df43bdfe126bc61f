import { ShipmentId } from "#contracts";
import { Type } from "typebox";
import { callerOf, Done, ReasonBody } from "../../../parameters.ts";
import { defineRoute } from "../../../route.ts";

export const postReplan = defineRoute({
  method: "POST",
  url: "/v1/shipments/:id/replan",
  operationId: "replanShipment",
  tag: "shipments",
  summary: "Sends a shipment no carrier took round the carriers once more.",
  access: "operator",
  schema: { params: Type.Object({ id: ShipmentId }), body: ReasonBody, response: { 202: Done } },
  errors: ["malformed-body", "invalid-document", "not-found", "not-possible-now"],
  handler: (hub) => async (request, reply) => {
    await hub.shipments.replan(request.params.id, { by: callerOf(request), reason: request.body.reason });
    return reply.code(202).send({ done: true });
  },
});
