import { ShipmentId } from "#contracts";
import { Type } from "typebox";
import { found } from "../../../../parameters.ts";
import { defineRoute } from "../../../../route.ts";

const mediaTypes = { zpl: "text/plain; charset=utf-8", pdf: "application/pdf" } as const;

export const getDocument = defineRoute({
  method: "GET",
  url: "/v1/shipments/:id/documents/:n",
  operationId: "getShippingDocument",
  tag: "shipments",
  summary: "The nth paper of a shipment: a label as ZPL or PDF, a bill of lading as PDF.",
  access: "operator",
  schema: {
    params: Type.Object({ id: ShipmentId, n: Type.Integer({ minimum: 1, maximum: 10_000 }) }),
    response: { 200: Type.Unknown({ description: "The paper itself: ZPL as text, PDF as application/pdf." }) },
  },
  errors: ["invalid-document", "not-found"],
  produces: { 200: "application/octet-stream" },
  handler: (hub) => async (request, reply) => {
    const { id, n } = request.params;
    const { format, encoding, content, kind } = found(
      await hub.shipments.document(id, n),
      `paper ${n} of shipment ${id}`,
    );
    const bytes = Buffer.from(content, encoding === "base64" ? "base64" : "utf8");
    return reply
      .code(200)
      .type(mediaTypes[format])
      .header("content-disposition", `inline; filename="${kind}-${id}-${n}.${format}"`)
      .send(bytes);
  },
});
