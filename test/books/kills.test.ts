import { fork, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import type { ReservationRequest, SubmitRequest } from "#domains";
import { systemClock } from "#platform";
import { testDatabase } from "#testing";
import { beforeAll, expect, it } from "vitest";
import { createChance } from "../chaos/chance.ts";
import { anyCart, cartOf, requestOf, type DrawnCart } from "./actions/carts.ts";
import { anyOrder, orderWords } from "./actions/orders.ts";
import { receive } from "./actions/stock.ts";
import { draftOf, items, wordsOf, type Item } from "./catalog.ts";
import { anyHouse, plainHouse } from "./house.ts";
import { sendEverythingAgain, wrongAtRest, wrongOnTheShelves } from "./judge.ts";
import type { Answer, MortalOrder, Question } from "./mortal-node.ts";
import { seekingMs, seekingSeed, tell } from "./seek.ts";
import { acknowledged, openTrade, type Trade } from "./trade.ts";
import { installWitness } from "./witness.ts";

const database = await testDatabase({ maxConnections: 10 });
beforeAll(() => installWitness(database));
const program = fileURLToPath(new URL("./mortal-node.ts", import.meta.url));

const AT_ONCE = 6;
const ATTEMPTS_MAX = 200;
const DEATHS_MIN = 1;
const PATIENCE_MS = 40_000;

interface Mortal {
  readonly child: ChildProcess;
  readonly up: Promise<void>;
  readonly gone: Promise<void>;
  readonly asked: Map<number, Pending>;
}
type Pending = { readonly name: string; readonly words: string } & (
  { readonly request: SubmitRequest } | { readonly cart: ReservationRequest; readonly drawn: DrawnCart }
);

function giveBirth(diesBeforeCommit: number | null): Mortal {
  const order: MortalOrder = { databaseUrl: database.url, diesBeforeCommit };
  const child = fork(program, [JSON.stringify(order)], { execArgv: ["--conditions=source"] });
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const up = new Promise<void>((resolve) => child.once("message", () => resolve()));
  return { child, up: Promise.race([up, gone]), gone, asked: new Map() };
}

/** One of so many asks for a cart to be kept instead of ordering. */
const CARTS = 4;

/** Clients who send their orders to whichever node is there, and again until somebody tells them that it is taken. */
function createClients(trade: Trade, seed: number) {
  const drawnOrders = fc.sample(anyOrder, { numRuns: ATTEMPTS_MAX * AT_ONCE, seed });
  const drawnCarts = fc.sample(anyCart, { numRuns: ATTEMPTS_MAX * AT_ONCE, seed });
  const unanswered: Pending[] = [];
  let asked = 0;
  let number = 0;

  const fresh = (): Pending => {
    const [order, cart] = [drawnOrders[number % drawnOrders.length], drawnCarts[number % drawnCarts.length]];
    if (!order || !cart) throw new Error("There is nothing to order.");
    number += 1;
    if (number % CARTS === 0) {
      // They outlive the test, so that all of it can be asked for at its end.
      const drawn = { ...cart, minutes: 60 };
      return { name: `cart ${number}`, words: wordsOf(drawn.lines), cart: requestOf(number, drawn), drawn };
    }
    const draft = draftOf(String(number), order);
    return { name: `order ${number}`, words: orderWords(order), request: { draft, idempotencyKey: `key-${number}` } };
  };

  function ask(mortal: Mortal): void {
    const pending = unanswered.shift() ?? fresh();
    asked += 1;
    mortal.asked.set(asked, pending);
    const question: Question =
      "cart" in pending ? { id: asked, cart: pending.cart } : { id: asked, request: pending.request };
    mortal.child.send(question, () => {});
  }

  async function hear(pending: Pending, answer: Answer): Promise<void> {
    const { outcome, repeat = false } = answer;
    trade.diary.push(`${pending.words} (${pending.name}): ${outcome ?? answer.trouble}${repeat ? ", as before" : ""}`);
    const id = "cart" in pending ? note(pending, answer) : take(pending, answer);
    if (id === null) return;
    const there = await trade.database.query(
      "select 1 from sales_orders where sales_order_id = $1 union all select 1 from reservations where reservation_id = $1",
      [id],
    );
    if (there.length === 0) trade.violations.push(`${pending.name} was acknowledged and is not in the books`);
  }

  /** What was acknowledged; null: nothing. */
  function take({ name, request }: Extract<Pending, { request: unknown }>, answer: Answer): string | null {
    const { outcome, salesOrder, trouble } = answer;
    if ((outcome === "accepted" || outcome === "held") && salesOrder) {
      trade.orders.push(acknowledged(name, request, outcome, salesOrder));
      return salesOrder.salesOrderId;
    }
    if (outcome !== "rejected" || !request.draft.lines.some(({ sku }) => sku === "OLD"))
      trade.violations.push(`${name} was answered ${outcome ?? trouble}`);
    return null;
  }

  function note({ name, cart, drawn }: Extract<Pending, { cart: unknown }>, answer: Answer): string | null {
    const { outcome, reservation, trouble } = answer;
    if (outcome === "short") return null;
    if ((outcome === "reserved" || outcome === "repeat") && reservation) {
      trade.carts.push(cartOf({ name, request: cart, ...drawn }, reservation));
      return reservation.reservationId;
    }
    trade.violations.push(`${name} was answered ${outcome ?? trouble}`);
    return null;
  }

  return {
    unanswered,
    hear,
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
  { timeout: ms + PATIENCE_MS + 60_000 },
  async () => {
    const chance = createChance(seekingSeed);
    const [house = plainHouse] = fc.sample(anyHouse, { numRuns: 1, seed: seekingSeed });
    const trade = await openTrade(database, [database, database], house);
    const [living] = trade.nodes;
    if (!living) throw new Error("There is no node.");
    const clients = createClients(trade, seekingSeed);
    const until = Date.now() + ms;
    const ways: Record<string, number> = {};
    const deathsOf = () => Object.values(ways).reduce((sum, times) => sum + times, 0);
    /** On a machine that has other things to do nodes are born slowly: what is told of too few of them says nothing. */
    const isOver = () => {
      const isEnough = deathsOf() > DEATHS_MIN && trade.orders.length > deathsOf();
      return Date.now() > until + (isEnough ? 0 : PATIENCE_MS);
    };

    /** Never two in the same way: at any moment, at the very answer, or with everything written and nothing committed. */
    async function slot(): Promise<void> {
      const birth = () => giveBirth(chance.next() < 0.5 ? chance.whole(1, 6) : null);
      for (let next = birth(); ;) {
        const mortal = next;
        await mortal.up;
        next = birth();
        if (isOver()) {
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
      while (!isOver()) {
        const item = chance.pick(Object.keys(items) as Item[]);
        await receive(trade, living, { item, branch: chance.pick(["ATL", "DAL"]), quantity: chance.whole(1, 20) });
        await systemClock.sleep(chance.between(0, 100));
      }
    };
    await Promise.all([slot(), slot(), receipts()]);

    const deaths = deathsOf();
    for (const pending of clients.unanswered) {
      if ("cart" in pending) {
        const [result] = await living.carts.reserve([pending.cart]);
        const told = result && "reservation" in result ? { reservation: result.reservation } : {};
        await clients.hear(pending, { id: 0, ...(result && { outcome: result.outcome }), ...told });
      } else {
        const [result] = await living.desk.submit([pending.request]);
        await clients.hear(pending, { id: 0, ...result });
      }
    }
    await sendEverythingAgain(trade);
    tell(`${deaths} nodes died (${JSON.stringify(ways)}) over ${trade.orders.length} answers, seed ${seekingSeed}`);
    expect(
      [...(await wrongAtRest(trade)), ...(await wrongOnTheShelves(trade)), ...(await wrongAtRest(trade))],
      `Again with: npm run books -- --seed ${seekingSeed}\n${trade.diary.slice(-30).join("\n")}`,
    ).toEqual([]);
    expect(trade.orders.length).toBeGreaterThan(deaths);
    expect(deaths).toBeGreaterThan(DEATHS_MIN);
  },
);
