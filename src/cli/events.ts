import { parseArgs } from "node:util";
import { Type } from "typebox";
import { Value } from "typebox/value";
import type { CliCommand } from "./command.ts";
import type { HubClient } from "./hub-client.ts";
import { withHub } from "./local-hub.ts";
import { paint } from "./terminal.ts";

const Told = Type.Object({
  id: Type.String(),
  type: Type.String(),
  subject: Type.String(),
  time: Type.String(),
  data: Type.Unknown(),
});
const Page = Type.Object({ events: Type.Array(Told), cursor: Type.String() });

function print(event: unknown, asJson: boolean): void {
  if (asJson) {
    console.log(JSON.stringify(event));
  } else if (Value.Check(Told, event)) {
    console.log(`${paint("dim", event.time.slice(11, 23))}  ${event.type.padEnd(36)}  ${event.subject}`);
  }
}

const SHOWN = 50;

/** From the cursor given to the end of the log; of a long log, its end. */
async function printLatest(client: HubClient, query: URLSearchParams, asJson: boolean): Promise<void> {
  query.set("limit", "500");
  let latest: readonly unknown[] = [];
  for (;;) {
    const page = await client.get(`/v1/events?${query.toString()}`);
    if (!Value.Check(Page, page)) throw new Error("The hub's answer about events could not be read.");
    latest = [...latest, ...page.events].slice(-SHOWN);
    if (page.events.length === 0) {
      for (const event of latest) print(event, asJson);
      console.log(paint("dim", `cursor ${page.cursor}`));
      return;
    }
    query.set("after", page.cursor);
  }
}

export const events: CliCommand = {
  name: "events",
  usage: "events [--follow] [--type sales-order.closed.v1] [--after CURSOR] [--json]",
  summary: "What happened, and what happens.",
  async run(args) {
    const { values } = parseArgs({
      args: [...args],
      options: {
        follow: { type: "boolean" },
        type: { type: "string", multiple: true },
        after: { type: "string" },
        json: { type: "boolean" },
      },
    });
    const query = new URLSearchParams();
    if (values.type) query.set("types", values.type.join(","));
    if (values.after) query.set("after", values.after);
    return withHub(async ({ client }) => {
      if (values.follow) {
        const stop = new AbortController();
        process.once("SIGINT", () => stop.abort());
        try {
          for await (const event of client.follow(`/v1/events/stream?${query.toString()}`, stop.signal))
            print(event, values.json ?? false);
        } catch (error) {
          if (!stop.signal.aborted) throw error;
        }
        return 0;
      }
      await printLatest(client, query, values.json ?? false);
      return 0;
    });
  },
};
