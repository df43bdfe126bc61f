import { fork, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { systemClock } from "#platform";
import { testDatabase } from "#testing";
import { beforeAll, expect, it } from "vitest";
import { createChance } from "../chaos/chance.ts";
import { anyOrder, wordsOf } from "./actions/orders.ts";
import { draftOf, items } from "./catalog.ts";
import { sendEverythingAgain, wrongAtRest } from "./judge.ts";
import type { Answer, MortalOrder, Question } from "./mortal-node.ts";
import { seekingMs, seekingSeed, tell } from "./seek.ts";
import { ownerSays, levelOf } from "./actions/stock.ts";
import { openTrade, type Trade } from "./trade.ts";
import { installWitness } from "./witness.ts";

const database = await testDatabase({ maxConnections: 10 });
beforeAll(() => installWitness(database));
const program = fileURLToPath(new URL("./mortal-node.ts", import.meta.url));

const AT_ONCE = 6;
const ATTEMPTS_MAX = 200;

interface Mortal {
  readonly child: ChildProcess;
  readonly up: Promise<void>;
  readonly gone: Promise<void>;
  readonly asked: Map<number, Pending>;
}
interface Pending {
  readonly name: string;
  readonly words: string;
  readonly request: Question["request"];
}

function giveBirth(diesBeforeCommit: number | null): Mortal {
  const order: MortalOrder = { databaseUrl: database.url, diesBeforeCommit };
  const child = fork(program, [JSON.stringify(order)], { execArgv: ["--conditions=source"] });
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const up = new Promise<void>((resolve) => child.once("message", () => resolve()));
  return { child, up: Promise.race([up, gone]), gone, asked: new Map() };
}

/** Clients who send their orders to whichever node is there, and again until somebody tells them that it is taken. */
function createClients(trade: Trade, seed: number) {
  const drawn = fc.sample(anyOrder, { numRuns: ATTEMPTS_MAX * AT_ONCE, seed });
  const unanswered: Pending[] = [];
  let asked = 0;
  let number = 0;

  const fresh = (): Pending => {
    const order = drawn[number % drawn.length];
    if (!order) throw new Error("There is nothing to order.");
    number += 1;
    const draft = draftOf(String(number), order.customer, order.lines, order.shipComplete);
    return { name: `order ${number}`, words: wordsOf(order), request: { draft, idempotencyKey: `key-${number}` } };
  };

  function ask(mortal: Mortal): void {
    const pending = unanswered.shift() ?? fresh();
    asked += 1;
    mortal.asked.set(asked, pending);
    mortal.child.send({ id: asked, request: pending.request } satisfies Question, () => {});
  }

  async function hear(pending: Pending, answer: Answer): Promise<void> {
    const { name, request, words } = pending;
    const { outcome, salesOrderId, repeat = false } = answer;
    if ((outcome !== "accepted" && outcome !== "held") || salesOrderId === undefined) {
      trade.violations.push(`${name} was answered ${outcome ?? answer.trouble}`);
      return;
    }
    trade.orders.push({ name, request, outcome, salesOrderId });
    trade.diary.push(`${words} (${name}): ${outcome}${repeat ? ", as before" : ""}`);
    const there = await trade.database.query("select 1 from sales_orders where sales_order_id = $1", [salesOrderId]);
    if (there.length === 0) trade.violations.push(`${name} was acknowledged and is not in the books`);
  }

  return {
    unanswered,
    /** Keeps a node busy until it is gone; what it did not answer is sent to another. */
    async employ(mortal: Mortal, answered: () => void): Promise<void> {
      const heard: Promise<void>[] = [];
      mortal.child.on("message", (answer: Answer) => {
        const pending = mortal.asked.get(answer.id);
        if (!pending) return;
        mortal.asked.delete(answer.id);
        answered();
        heard.push(hear(pending, answer));
        if (mortal.child.connected) ask(mortal);
      });
      for (let each = 0; each < AT_ONCE; each += 1) ask(mortal);
      await mortal.gone;
      await Promise.all(heard);
      unanswered.push(...mortal.asked.values());
    },
  };
}

const ms = seekingMs(5);
it(
  "an order somebody was told of is there, once, however its node died, and whoever asks again is told the same",
  { timeout: ms + 60_000 },
  async () => {
    const chance = createChance(seekingSeed);
    const trade = await openTrade(database, [database, database]);
    const [living] = trade.nodes;
    if (!living) throw new Error("There is no node.");
    const clients = createClients(trade, seekingSeed);
    const until = Date.now() + ms;
    const ways: Record<string, number> = {};

    /** Never two in the same way: at any moment, at the very answer, or with everything written and nothing committed. */
    async function slot(): Promise<void> {
      const birth = () => giveBirth(chance.next() < 0.5 ? chance.whole(1, 6) : null);
      for (let next = birth(); ;) {
        const mortal = next;
        await mortal.up;
        next = birth();
        if (Date.now() > until) {
          for (const { child } of [mortal, next]) child.kill("SIGKILL");
          await Promise.all([mortal.gone, next.gone]);
          return;
        }
        const answersLeft = { count: chance.next() < 0.5 ? chance.whole(1, 30) : Number.POSITIVE_INFINITY };
        let way = "before its commit";
        const kill = (how: string) => {
          way = how;
          mortal.child.kill("SIGKILL");
        };
        const timer = setTimeout(() => kill("at any moment"), chance.between(50, 1500));
        await clients.employ(mortal, () => {
          answersLeft.count -= 1;
          if (answersLeft.count === 0) kill("at an answer");
        });
        clearTimeout(timer);
        ways[way] = (ways[way] ?? 0) + 1;
        trade.diary.push(`a node dies ${way}`);
      }
    }
    const receipts = async (): Promise<void> => {
      while (Date.now() < until) {
        const item = chance.pick(Object.keys(items) as (keyof typeof items)[]);
        const level = levelOf(trade, item, chance.pick(["ATL", "DAL"]), chance.whole(0, 60), trade.nextSequence());
        await ownerSays(trade, living, [level]);
        await systemClock.sleep(chance.between(0, 100));
      }
    };
    await Promise.all([slot(), slot(), receipts()]);

    const deaths = Object.values(ways).reduce((sum, times) => sum + times, 0);
    for (const { name, request } of clients.unanswered) {
      const [result] = await living.desk.submit([request]);
      if (result?.salesOrder && (result.outcome === "accepted" || result.outcome === "held"))
        trade.orders.push({ name, request, outcome: result.outcome, salesOrderId: result.salesOrder.salesOrderId });
      else trade.violations.push(`${name}, sent again after all deaths, was answered ${result?.outcome}`);
    }
    await sendEverythingAgain(trade);
    tell(`${deaths} nodes died (${JSON.stringify(ways)}) over ${trade.orders.length} answers, seed ${seekingSeed}`);
    expect(
      await wrongAtRest(trade),
      `Again with: npm run books -- --seed ${seekingSeed}\n${trade.diary.slice(-30).join("\n")}`,
    ).toEqual([]);
    expect(trade.orders.length).toBeGreaterThan(deaths);
    expect(deaths).toBeGreaterThan(1);
  },
);
