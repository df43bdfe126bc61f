import { SystemCode } from "#contracts";
import { Type } from "typebox";
import { defineRoute } from "../../../route.ts";
import { SnapshotId, StockSnapshot, toStockSnapshot } from "./stock-snapshot.ts";

const LIMIT = 50;

export const getSnapshots = defineRoute({
  method: "GET",
  url: "/v1/stock/snapshots",
  operationId: "listStockSnapshots",
  tag: "stock",
  summary:
    "Snapshots of stock, the newest first: those under way with how far they are, those that broke off with why.",
  description: "Where there are more, `cursor` is not null: send it as `after`.",
  access: "operator",
  schema: {
    querystring: Type.Object(
      {
        after: Type.Optional(Type.String({ ...SnapshotId, description: "The cursor of an earlier answer." })),
        source: Type.Optional(SystemCode),
        limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: LIMIT })),
      },
      { additionalProperties: false },
    ),
    response: {
      200: Type.Object(
        { snapshots: Type.Array(StockSnapshot), cursor: Type.Union([SnapshotId, Type.Null()]) },
        { additionalProperties: false },
      ),
    },
  },
  errors: ["invalid-document"],
  handler: (hub) => async (request, reply) => {
    const { after = null, source = null, limit = LIMIT } = request.query;
    const found = await hub.snapshots.list({ before: after, source, limit: limit + 1 });
    const page = found.slice(0, limit);
    const cursor = found.length > limit ? (page.at(-1)?.snapshotId ?? null) : null;
    return reply.code(200).send({ snapshots: page.map(toStockSnapshot), cursor });
  },
});
