import { Type } from "typebox";
import { found } from "../../../../parameters.ts";
import { defineRoute } from "../../../../route.ts";
import { SnapshotId, StockSnapshot, toStockSnapshot } from "../stock-snapshot.ts";

export const getSnapshot = defineRoute({
  method: "GET",
  url: "/v1/stock/snapshots/:id",
  operationId: "readStockSnapshot",
  tag: "stock",
  summary: "A snapshot of stock: what came of it, or how far it is.",
  access: "operator",
  schema: { params: Type.Object({ id: SnapshotId }), response: { 200: StockSnapshot } },
  errors: ["invalid-document", "not-found"],
  handler: (hub) => async (request, reply) => {
    const { id } = request.params;
    return reply.code(200).send(toStockSnapshot(found(await hub.snapshots.read(id), `snapshot ${id}`)));
  },
});
