import { Readable } from "node:stream";
import { Type } from "typebox";
import { found } from "../../../../../parameters.ts";
import { defineRoute } from "../../../../../route.ts";
import { SnapshotId } from "../../stock-snapshot.ts";

const LIMIT = 100;
const params = Type.Object({ id: SnapshotId });

const Reject = Type.Object(
  {
    line: Type.Integer({ minimum: 0, description: "As counted from 1 in what was sent, the header included." }),
    reason: Type.String(),
    content: Type.String({ description: "The line as it came." }),
  },
  { $id: "StockReject", additionalProperties: false },
);

export const getRejects = defineRoute({
  method: "GET",
  url: "/v1/stock/snapshots/:id/rejects",
  operationId: "listStockRejects",
  tag: "stock",
  summary: "The lines of a snapshot that could not be taken, each with why.",
  description: "Where there are more, `cursor` is not null: send it as `after`.",
  access: "operator",
  schema: {
    params,
    querystring: Type.Object(
      {
        after: Type.Optional(Type.Integer({ minimum: 0, description: "The cursor of an earlier answer." })),
        limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: LIMIT })),
      },
      { additionalProperties: false },
    ),
    response: {
      200: Type.Object(
        { rejects: Type.Array(Reject), cursor: Type.Union([Type.Integer(), Type.Null()]) },
        { additionalProperties: false },
      ),
    },
  },
  errors: ["invalid-document", "not-found"],
  handler: (hub) => async (request, reply) => {
    const { id } = request.params;
    const { after = -1, limit = LIMIT } = request.query;
    found(await hub.snapshots.read(id), `snapshot ${id}`);
    const rejects = await hub.snapshots.rejects(id, { after, limit: limit + 1 });
    const page = rejects.slice(0, limit);
    const cursor = rejects.length > limit ? (page.at(-1)?.line ?? null) : null;
    return reply.code(200).send({ rejects: page, cursor });
  },
});

export const getRejectsFile = defineRoute({
  method: "GET",
  url: "/v1/stock/snapshots/:id/rejects/file",
  operationId: "downloadStockRejects",
  tag: "stock",
  summary: "The same lines as a file in the format they came in, to be corrected and sent to `mended`.",
  access: "operator",
  schema: { params, response: { 200: Type.Unknown({ description: "CSV with the header it came with, or NDJSON." }) } },
  errors: ["invalid-document", "not-found"],
  produces: { 200: "text/csv" },
  handler: (hub) => async (request, reply) => {
    const { id } = request.params;
    const record = found(await hub.snapshots.read(id), `snapshot ${id}`);
    const [type, extension] = record.header === null ? ["application/x-ndjson", "ndjson"] : ["text/csv", "csv"];
    return reply
      .code(200)
      .type(`${type}; charset=utf-8`)
      .header("content-disposition", `attachment; filename="${id}-rejects.${extension}"`)
      .send(Readable.from(hub.snapshots.rejectedLines(record)));
  },
});
