import { Readable } from "node:stream";
import { toCloudEvent } from "#events";
import type { LoggedEvent } from "#contracts";
import { Type } from "typebox";
import type { Hub } from "../../hub.ts";
import { calledOff } from "../../parameters.ts";
import { defineRoute } from "../../route.ts";
import { readTypes, refuseCursor, typesParameter } from "./event-types.ts";

/** Small, since a reader that was cut off begins again at its last whole page. */
const PAGE = 50;
/** A wake-up tells of work for the processes; what concerns none of them, or commits late, is found by looking. */
const LOOK_MS = 500;
/** So often at least something is written: proxies cut connections nobody speaks on. */
const HEARTBEAT_MS = 15_000;

const written = (event: LoggedEvent, id: string | null): string =>
  `${id === null ? "" : `id: ${id}\n`}event: ${event.type}\ndata: ${JSON.stringify(toCloudEvent(event))}\n\n`;

/** What is in the log, then what comes, as server-sent events. The id a reader resumes from is a cursor, told with the last event of each page. */
async function* streamEvents(
  { events, clock }: Pick<Hub, "events" | "clock">,
  after: string,
  types: readonly string[] | undefined,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const news = events.listen();
  let cursor = after;
  let spokenAtMs = clock.now().getTime();
  yield `: following the log\n\n`;
  while (!signal.aborted) {
    const page = await events.read({ after: cursor, limit: PAGE, ...(types ? { types } : {}) });
    cursor = page.cursor;
    const text = page.events
      .map((event, index) => written(event, index === page.events.length - 1 ? cursor : null))
      .join("");
    const isSilent = clock.now().getTime() - spokenAtMs >= HEARTBEAT_MS;
    if (text || isSilent) {
      spokenAtMs = clock.now().getTime();
      yield text || ": still here\n\n";
    }
    if (page.events.length < PAGE) await news.wait(LOOK_MS, signal);
  }
}

export const getEventStream = defineRoute({
  method: "GET",
  url: "/v1/events/stream",
  operationId: "followEvents",
  tag: "events",
  summary: "Follows the log as server-sent events.",
  description:
    "Begins with what happens from now on, or behind `Last-Event-ID`, which browsers and SSE clients send by themselves when they reconnect. At least once: after a cut the last page may come again.",
  access: "operator",
  schema: {
    headers: Type.Object({ "last-event-id": Type.Optional(Type.String({ maxLength: 60 })) }),
    querystring: Type.Object(
      { types: typesParameter, after: Type.Optional(Type.String({ maxLength: 60 })) },
      { additionalProperties: false },
    ),
    response: { 200: Type.Unknown({ description: "A stream of CloudEvents." }) },
  },
  errors: ["invalid-document"],
  produces: { 200: "text/event-stream" },
  handler: (hub) => async (request, reply) => {
    const types = readTypes(request.query.types);
    const after = request.headers["last-event-id"] ?? request.query.after ?? (await hub.events.end());
    // A cursor that is none is refused before the stream begins.
    await hub.events.read({ after, limit: 1 }).catch(refuseCursor);
    return (
      reply
        .code(200)
        .type("text/event-stream")
        .header("cache-control", "no-store")
        // A stream that ended must not leave an idle connection behind that a stopping hub would wait for.
        .header("connection", "close")
        .header("x-accel-buffering", "no")
        .send(Readable.from(streamEvents(hub, after, types, calledOff(request, reply))))
    );
  },
});
