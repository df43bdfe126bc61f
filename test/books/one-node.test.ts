import fc from "fast-check";
import { testDatabase } from "#testing";
import { beforeAll, it } from "vitest";
import { perform } from "./actions/action.ts";
import { anyAction } from "./actions/kinds.ts";
import { sendEverythingAgain, wrongAtRest } from "./judge.ts";
import { seek, seekingMs } from "./seek.ts";
import { openTrade } from "./trade.ts";
import { installWitness } from "./witness.ts";

const database = await testDatabase();
beforeAll(() => installWitness(database));

const ms = seekingMs(5);
it(
  "whatever happens one after the other, the books say what a child's tally says",
  { timeout: ms + 60_000 },
  async () => {
    await seek(fc.array(anyAction(), { maxLength: 30, size: "max" }), ms, async (actions) => {
      const trade = await openTrade(database, [database]);
      const [node] = trade.nodes;
      if (!node) throw new Error("There is no node.");
      let wrong: readonly string[] = [];
      for (const action of actions) {
        await perform(trade, node, action);
        await trade.rest();
        wrong = await wrongAtRest(trade);
        if (wrong.length > 0) return { wrong, diary: trade.diary };
      }
      await sendEverythingAgain(trade);
      return { wrong: await wrongAtRest(trade), diary: trade.diary };
    });
  },
);
