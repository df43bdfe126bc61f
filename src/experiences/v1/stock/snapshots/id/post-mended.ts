import { Type } from "typebox";
import { defineRoute } from "../../../../route.ts";
import { sendingOf, sendingParameters, stockLinesBody, stockLineTypes, takeStreamed } from "../post-snapshots.ts";
import { SnapshotId, TakenStockSnapshot } from "../stock-snapshot.ts";

export const postMended = defineRoute({
  method: "POST",
  url: "/v1/stock/snapshots/:id/mended",
  operationId: "mendStockSnapshot",
  tag: "stock",
  summary: "States anew what of a snapshot could not be taken: its rejects, downloaded and corrected.",
  description:
    "Taken at the snapshot's own sequence and time, in its branches; what became known later stays. It is a snapshot of its own in the list, and says nothing of positions it does not name.",
  access: "operator",
  takes: "stream",
  consumes: stockLineTypes,
  schema: {
    params: Type.Object({ id: SnapshotId }),
    querystring: Type.Object(sendingParameters, { additionalProperties: false }),
    body: stockLinesBody,
    response: { 200: TakenStockSnapshot, 201: TakenStockSnapshot },
  },
  errors: ["malformed-body", "invalid-document", "body-not-completed", "not-found", "not-possible-now", "overloaded"],
  handler: (hub) => async (request, reply) => {
    const sending = sendingOf(request, request.query);
    const mend = (bytes: AsyncIterable<Uint8Array>) => hub.snapshots.mend(request.params.id, sending, bytes);
    const { status, answer } = await takeStreamed(hub, request, reply, mend);
    return reply.code(status).send(answer);
  },
});
