import fc from "fast-check";
import { testDatabase } from "#testing";
import { beforeAll, it } from "vitest";
import { perform } from "./actions/action.ts";
import { anyAction, countingKinds, doorKinds, hearingKinds, keepingKinds, kinds, queueKinds } from "./actions/kinds.ts";
import { anyHouse } from "./house.ts";
import { sendEverythingAgain, wrongAtRest, wrongOnTheShelves } from "./judge.ts";
import { seek, seekingMs } from "./seek.ts";
import { openTrade } from "./trade.ts";
import { overtaken, readTurns } from "./turns.ts";
import { installWitness } from "./witness.ts";

const database = await testDatabase();
beforeAll(() => installWitness(database));

const ms = seekingMs(5);
it(
  "whatever happens one after the other, the books say what a child's tally says",
  { timeout: ms + 60_000 },
  async () => {
    const story = fc.record({
      house: anyHouse,
      actions: fc.oneof(
        ...[kinds, doorKinds, queueKinds, keepingKinds, hearingKinds, countingKinds].map((some) =>
          fc.array(anyAction(some), { maxLength: 30, size: "max" }),
        ),
      ),
    });
    await seek(story, ms, async ({ house, actions }) => {
      const trade = await openTrade(database, [database], house);
      const [node] = trade.nodes;
      if (!node) throw new Error("There is no node.");
      let wrong: readonly string[] = [];
      for (const action of actions) {
        const turns = await readTurns(trade);
        await perform(trade, node, action);
        await trade.rest();
        wrong = [...(await wrongAtRest(trade)), ...overtaken(turns, await readTurns(trade))];
        if (wrong.length > 0) return { wrong, diary: trade.diary };
      }
      await sendEverythingAgain(trade);
      wrong = [...(await wrongAtRest(trade)), ...(await wrongOnTheShelves(trade))];
      await trade.rest();
      return { wrong: [...wrong, ...(await wrongAtRest(trade))], diary: trade.diary };
    });
  },
);
