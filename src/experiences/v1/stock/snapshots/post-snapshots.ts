import { Instant, SystemCode } from "#contracts";
import type { SnapshotSending, TakenSnapshot } from "#processes";
import type { FastifyReply, FastifyRequest } from "fastify";
import { Type, type Static } from "typebox";
import type { Hub } from "../../../hub.ts";
import { callerOf, isOnCalendar } from "../../../parameters.ts";
import { defineRoute } from "../../../route.ts";
import { readStreamedBody } from "../../../streamed-body.ts";
import { MissingPositions, Sequence, TakenStockSnapshot, toTakenSnapshot } from "./stock-snapshot.ts";

const DIFFERENCES = 100;

/** What can be asked of lines however they are sent. */
export const sendingParameters = {
  dryRun: Type.Optional(Type.Boolean({ description: "Says what would change, and changes nothing." })),
  differences: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 1000,
      description: `How many a dry run names; ${DIFFERENCES} where left out.`,
    }),
  ),
  lines: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 1_000_000_000,
      description: "How many lines there are, without a header: where others come, nothing is taken.",
    }),
  ),
};
const SendingParameters = Type.Object(sendingParameters);

export const stockLinesBody = Type.Unknown({
  description:
    "A CSV whose first line names the columns `sku`, `branch`, `onHand` and, where stated, `safetyStock`; or NDJSON, an object a line with these and `inbound`. What a line does not say stays as it is known.",
});
export const stockLineTypes = ["text/csv", "application/x-ndjson"] as const;

export function sendingOf(
  request: Pick<FastifyRequest, "caller" | "headers">,
  { dryRun = false, differences = DIFFERENCES, lines }: Static<typeof SendingParameters>,
): SnapshotSending {
  const length = request.headers["content-length"];
  return {
    door: "api",
    sentBy: callerOf(request),
    bytesTotal: length === undefined ? null : Number(length),
    ...(dryRun ? { dryRun: { differencesMax: differences } } : {}),
    ...(lines === undefined ? {} : { linesTotal: lines }),
  };
}

/** Takes the body as it comes; what is taken is answered 201, what changes nothing 200. */
export async function takeStreamed(
  hub: Hub,
  request: FastifyRequest,
  reply: FastifyReply,
  take: (bytes: AsyncIterable<Uint8Array>) => Promise<TakenSnapshot>,
) {
  const taken = await take(readStreamedBody(request, reply, hub));
  reply.header("location", `/v1/stock/snapshots/${taken.record.snapshotId}`);
  return { status: taken.record.status === "applied" ? 201 : 200, answer: toTakenSnapshot(taken) } as const;
}

export const postSnapshots = defineRoute({
  method: "POST",
  url: "/v1/stock/snapshots",
  operationId: "takeStockSnapshot",
  tag: "stock",
  summary: "Takes what a source states of its whole stock, or of whole branches, as a stream of any length.",
  description:
    "Answered once it is taken: the body is read no faster than it is staged, and only what differs is written and told. A sender that hangs up or is silent for 30 seconds has nothing of it taken. Once its last line has come it is seen through, whoever waits for the answer; `GET /v1/stock/snapshots` tells how far it is.",
  access: "operator",
  takes: "stream",
  consumes: stockLineTypes,
  schema: {
    querystring: Type.Object(
      {
        source: SystemCode,
        sequence: Sequence,
        asOf: Type.String({ ...Instant, description: "When the stock was as stated: when its export began." }),
        branches: Type.Optional(
          Type.String({
            pattern: "^[A-Z0-9-]{1,12}(,[A-Z0-9-]{1,12}){0,499}$",
            description: "The branches it speaks of, separated by commas; all of the source's where left out.",
            examples: ["ATL,DFW"],
          }),
        ),
        missingPositions: Type.Optional(MissingPositions),
        ...sendingParameters,
      },
      { additionalProperties: false },
    ),
    body: stockLinesBody,
    response: { 200: TakenStockSnapshot, 201: TakenStockSnapshot },
  },
  errors: ["malformed-body", "invalid-document", "body-not-completed", "overloaded"],
  handler: (hub) => async (request, reply) => {
    const { source, sequence, asOf, branches, missingPositions = "left-alone", ...sending } = request.query;
    const order = {
      ...sendingOf(request, sending),
      source,
      sequence,
      asOf: new Date(isOnCalendar(asOf) ? asOf : Number.NaN),
      branches: branches === undefined ? null : [...new Set(branches.split(","))],
      missingPositions,
    };
    const { status, answer } = await takeStreamed(hub, request, reply, (bytes) => hub.snapshots.take(order, bytes));
    return reply.code(status).send(answer);
  },
});
