import fc from "fast-check";
import { openDatabase, systemClock } from "#platform";
import { deadlocksMet, testDatabase } from "#testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { perform, type Action, type ActionKind } from "./actions/action.ts";
import { anyAction, doorKinds, kinds } from "./actions/kinds.ts";
import { anyHouse, type House } from "./house.ts";
import { sendEverythingAgain, wrongAtRest, wrongOnTheShelves } from "./judge.ts";
import { seek, seekingMs } from "./seek.ts";
import { openTrade, type Node, type Trade } from "./trade.ts";
import { unhurried } from "./unhurried.ts";
import { installWitness } from "./witness.ts";

const database = await testDatabase();
const pools = [1, 2].map((number) =>
  openDatabase({ url: database.url, maxConnections: 8, applicationName: `node ${number}` }),
);
beforeAll(() => installWitness(database));
afterAll(() => Promise.all(pools.map((pool) => pool.close())));

const CLIENTS = 6;
const BREATH_MS = 2;
const CHANCES = 3;

/** Each client does one thing after the other, all clients at once, half of them at each node. */
async function doAll(trade: Trade, actions: readonly Action[]): Promise<void> {
  const client = async (own: number) => {
    const node = trade.nodes[own % trade.nodes.length];
    if (!node) throw new Error("There is no node.");
    for (const [index, action] of actions.entries()) if (index % CLIENTS === own) await perform(trade, node, action);
  };
  await Promise.all(Array.from({ length: CLIENTS }, (_, own) => client(own)));
}

/** Until it is told to stop, whatever there is to do. */
async function goOn({ engine, number }: Node, trade: Trade, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    await engine.runToRest().catch((error: Error) => trade.violations.push(`node ${number}: ${error.stack}`));
    await systemClock.sleep(BREATH_MS, stop);
  }
}

/** All of it on two nodes whose transactions dawdle. */
async function tryAtOnce({ house, actions }: Story, goesOn: boolean) {
  const trade = await openTrade(
    database,
    pools.map((pool) => unhurried(pool, Math.random)),
    house,
  );
  const over = new AbortController();
  const engines = goesOn ? trade.nodes.map((node) => goOn(node, trade, over.signal)) : [];
  await doAll(trade, actions);
  over.abort();
  await Promise.all(engines);
  Object.assign(trade.world.erp, { down: false, refuses: null });
  if (goesOn) await trade.rest();
  await sendEverythingAgain(trade);
  const wrong = [...(await wrongAtRest(trade)), ...(await wrongOnTheShelves(trade))];
  return { wrong: [...wrong, ...(await wrongAtRest(trade))], diary: trade.diary };
}

interface Story {
  readonly house: House;
  readonly actions: readonly Action[];
}
const manyOf = (kinds: readonly ActionKind[]): fc.Arbitrary<Story> =>
  fc.record({
    house: anyHouse,
    actions: fc.array(anyAction(kinds), { minLength: CLIENTS, maxLength: 60, size: "max" }),
  });

const doorsMs = seekingMs(3);
it(
  "orders, stock and the service desk at once on two nodes: nothing is oversold, and nobody waits in a circle",
  { timeout: doorsMs + 60_000 },
  async () => {
    await seek(manyOf(doorKinds), doorsMs, (story) => tryAtOnce(story, false), CHANCES);
    expect(await deadlocksMet(database)).toBe(0);
  },
);

const ms = seekingMs(4);
it(
  "with branches, carriers and the ERP besides: the books balance, every answer holds, and nobody waits in a circle",
  { timeout: ms + 60_000 },
  async () => {
    await seek(manyOf(kinds), ms, (story) => tryAtOnce(story, true), CHANCES);
    expect(await deadlocksMet(database)).toBe(0);
  },
);
