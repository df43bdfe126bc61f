import { Shipment, ShipmentId } from "#contracts";
import { Type } from "typebox";
import { found } from "../../../parameters.ts";
import { defineRoute } from "../../../route.ts";

export const getShipment = defineRoute({
  method: "GET",
  url: "/v1/shipments/:id",
  operationId: "getShipment",
  tag: "shipments",
  summary: "A shipment: what is in it, who carries it, which rates lost, where it is, who signed.",
  access: "operator",
  schema: { params: Type.Object({ id: ShipmentId }), response: { 200: Shipment } },
  errors: ["invalid-document", "not-found"],
  handler: (hub) => async (request, reply) => {
    const { id } = request.params;
    return reply.code(200).send(found(await hub.shipments.read(id), `shipment ${id}`));
  },
});
