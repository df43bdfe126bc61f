import { parseArgs } from "node:util";
import { readStory, renderStory } from "#observability";
import type { CliCommand } from "./command.ts";
import { withStore } from "./local-store.ts";
import { isTerminal } from "./terminal.ts";

/** Read from the database itself, so that a story can be read while the hub is down: the bad day is when it is asked for. */
export const trace: CliCommand = {
  name: "trace",
  usage: "trace NUMBER [--exchanges] [--json]",
  summary: "An order's story by any of its numbers: order, PO, channel, ERP, tracking, PRO, invoice.",
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { exchanges: { type: "boolean" }, json: { type: "boolean" } },
    });
    const [anyNumber] = positionals;
    if (!anyNumber) {
      console.error("Whose story? `crossdock trace SO-100001` (any number of the order will do)");
      return 2;
    }
    const story = await withStore((database) => readStory(database, anyNumber));
    if (!story) {
      console.error(`No order is known by "${anyNumber}".`);
      return 1;
    }
    const text = values.json
      ? JSON.stringify(story, null, 2)
      : renderStory(story, { withExchanges: values.exchanges ?? false, colour: isTerminal });
    console.log(text);
    return 0;
  },
};
