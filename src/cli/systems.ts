import { parseArgs } from "node:util";
import { Type, type Static } from "typebox";
import { Value } from "typebox/value";
import type { CliCommand } from "./command.ts";
import { withHub } from "./local-hub.ts";
import { paint, table } from "./terminal.ts";

const ChannelAvailability = Type.Object({
  channel: Type.String(),
  waiting: Type.Integer(),
  lagSeconds: Type.Number(),
  toldAt: Type.Optional(Type.String()),
  failure: Type.Optional(Type.String()),
});
const FeedState = Type.Object({
  entity: Type.String(),
  ageSeconds: Type.Optional(Type.Number()),
  staleAfterSeconds: Type.Number(),
  isStale: Type.Boolean(),
  failure: Type.Optional(Type.String()),
});
const SystemState = Type.Object({
  system: Type.String(),
  title: Type.String(),
  state: Type.String(),
  explanation: Type.String(),
  queued: Type.Integer(),
  oldestQueuedAt: Type.Optional(Type.String()),
  availability: Type.Optional(Type.Array(ChannelAvailability)),
  feeds: Type.Optional(Type.Array(FeedState)),
});
const SystemsPage = Type.Object({ systems: Type.Array(SystemState) });

function row({
  system,
  title,
  state,
  explanation,
  queued,
  oldestQueuedAt,
}: Static<typeof SystemState>): readonly string[] {
  const seconds = oldestQueuedAt ? Math.round((Date.now() - Date.parse(oldestQueuedAt)) / 1000) : 0;
  const waiting = queued === 0 ? "nothing waits" : `${queued} wait, the oldest for ${seconds} s`;
  return [`  ${system}`, title, paint(state === "open" ? "green" : "red", state), waiting, paint("dim", explanation)];
}

/** How far the channels behind a system are behind the stock. */
function stockSentence({ channel, waiting, lagSeconds, toldAt, failure }: Static<typeof ChannelAvailability>): string {
  if (waiting > 0) {
    const because = failure === undefined ? "" : `: ${failure}`;
    return `${channel} is ${Math.round(lagSeconds)} s behind the stock, ${waiting} items wait${because}`;
  }
  return toldAt === undefined ? `${channel} was told of no stock yet` : `${channel} knows the stock as it is`;
}

/** How old what a feed told is, and whether that is too old. */
function feedSentence(
  system: string,
  { entity, ageSeconds, staleAfterSeconds, isStale, failure }: Static<typeof FeedState>,
) {
  const age = ageSeconds === undefined ? "was never read" : `was read ${Math.round(ageSeconds)} s ago`;
  const because = failure === undefined ? "" : `; the last try failed: ${failure}`;
  if (!isStale) return `${entity} from ${system} ${age}${because}`;
  return paint("yellow", `${entity} from ${system} ${age}, and is stale after ${staleAfterSeconds} s${because}`);
}

/** What a person reads of all systems. */
export function reportOf({ systems }: Static<typeof SystemsPage>): string {
  const read = systems.flatMap(({ system, feeds = [] }) => feeds.map((feed) => feedSentence(system, feed)));
  const told = systems.flatMap(({ availability = [] }) => availability.map(stockSentence));
  const parts = [read, told].filter((sentences) => sentences.length > 0);
  return [table(systems.map(row)), ...parts.map((part) => part.map((sentence) => `  ${sentence}`).join("\n"))].join(
    "\n\n",
  );
}

export const systems: CliCommand = {
  name: "systems",
  usage: "systems [CODE close|open --reason WHY]",
  summary: "The lanes to other systems: open or closed, how much waits, how old what they told is; close one by hand.",
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { reason: { type: "string" } },
    });
    const [code, action] = positionals;
    if (code && action !== "close" && action !== "open") {
      console.error("A lane is closed or opened: `crossdock systems erp close --reason upgrade`.");
      return 2;
    }
    return withHub(async ({ client }) => {
      if (code) await client.post(`/v1/systems/${code}/${action}`, { reason: values.reason ?? "by hand" });
      const page = await client.get("/v1/systems");
      if (!Value.Check(SystemsPage, page)) throw new Error("The hub's answer about its systems could not be read.");
      console.log(reportOf(page));
      return 0;
    });
  },
};
