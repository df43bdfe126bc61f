import { Address, ShipmentId } from "#contracts";
import { Type } from "typebox";
import { callerOf, Done, Reason } from "../../../parameters.ts";
import { defineRoute } from "../../../route.ts";

export const postCorrectAddress = defineRoute({
  method: "POST",
  url: "/v1/shipments/:id/correct-address",
  operationId: "correctAddress",
  tag: "shipments",
  summary: "Corrects where a shipment goes, after a carrier refused the address; rates are asked anew.",
  access: "operator",
  schema: {
    params: Type.Object({ id: ShipmentId }),
    body: Type.Object({ address: Address, reason: Reason }, { additionalProperties: false }),
    response: { 202: Done },
  },
  errors: ["malformed-body", "invalid-document", "not-found", "not-possible-now"],
  handler: (hub) => async (request, reply) => {
    const { address, reason } = request.body;
    await hub.shipments.correctAddress(request.params.id, address, { by: callerOf(request), reason });
    return reply.code(202).send({ done: true });
  },
});
