import { openDatabase } from "#platform";
import { testDatabase } from "#testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { requestOf, cartOf, sweep } from "./actions/carts.ts";
import { receive, tellLevels } from "./actions/stock.ts";
import { draftOf, type OrderedLine } from "./catalog.ts";
import { wrongAtRest } from "./judge.ts";
import { isLookedFor } from "./seek.ts";
import { acknowledged, openTrade, type Acknowledged, type Trade } from "./trade.ts";
import { installWitness } from "./witness.ts";

const database = await testDatabase();
const pools = [1, 2].map((number) =>
  openDatabase({ url: database.url, maxConnections: 8, applicationName: `node ${number}` }),
);
beforeAll(() => installWitness(database));
afterAll(() => Promise.all(pools.map((pool) => pool.close())));

const ORDERS = 1000;
const UNITS = 100;
/** Each way once in `npm test`; as often as makes twenty rounds in all where one looks for longer. */
const ROUNDS = isLookedFor ? 4 : 1;

/** Two nodes, and so many elbows on two shelves; tees for every kit there could be. */
async function open(elbows: readonly [atl: number, dal: number]): Promise<Trade> {
  const trade = await openTrade(database, pools);
  // Nobody ships meanwhile.
  trade.world.erp.down = true;
  const [node] = trade.nodes;
  if (!node) throw new Error("There is no node.");
  const { owner } = trade;
  for (const [index, branch] of ["ATL", "DAL"].entries()) {
    owner.changes({ sku: "ELBOW", branch, quantity: elbows[index] ?? 0, kind: "receipt" });
    owner.changes({ sku: "TEE", branch, quantity: ORDERS, kind: "receipt" });
    await tellLevels(
      trade,
      node,
      ["ELBOW", "TEE"].map((sku) => ({ sku, branch })),
    );
  }
  return trade;
}

async function submit(trade: Trade, lines: readonly OrderedLine[], reservationId?: string): Promise<Acknowledged> {
  const number = trade.nextNumber();
  const node = trade.nodes[number % trade.nodes.length];
  const order = { channel: "web-shop", customer: "Acme", lines, shipComplete: false } as const;
  const request = { draft: draftOf(String(number), order, reservationId), idempotencyKey: `key-${number}` };
  const [result] = (await node?.desk.submit([request])) ?? [];
  if (result?.outcome !== "accepted" || !result.salesOrder)
    throw new Error(`Order ${number} was answered ${JSON.stringify(result)}.`);
  const taken = acknowledged(`order ${number}`, request, result.outcome, result.salesOrder);
  trade.orders.push(taken);
  return taken;
}

const all = (trade: Trade, linesOf: (index: number) => readonly OrderedLine[]) =>
  Promise.all(Array.from({ length: ORDERS }, (_, index) => submit(trade, linesOf(index))));
const elbows = (quantity: number): OrderedLine => ({ item: "ELBOW", quantity });

/** Ways to ask for more than there is, all at once. */
const ways: Readonly<Record<string, () => Promise<Trade>>> = {
  "each on one line": async () => {
    const trade = await open([60, 40]);
    await all(trade, () => [elbows(1)]);
    return trade;
  },
  "each on two lines": async () => {
    const trade = await open([60, 40]);
    await all(trade, () => [elbows(1), elbows(2)]);
    return trade;
  },
  "by itself and as a part of kits": async () => {
    const trade = await open([60, 40]);
    await all(trade, (index) => (index % 2 === 0 ? [elbows(1)] : [{ item: "SET", quantity: 1 }, elbows(1)]));
    return trade;
  },
  "while orders are cancelled, and carts are ordered and expire": async () => {
    const trade = await open([60, 40]);
    const [one, other] = trade.nodes;
    if (!one || !other) throw new Error("There are no two nodes.");
    const drawn = { channel: "web-shop", customer: null, lines: [elbows(1)], minutes: 1, isComplete: true } as const;
    const asked = Array.from({ length: 30 }, () => trade.nextNumber()).map((number) => ({
      name: `cart ${number}`,
      request: requestOf(number, drawn),
    }));
    for (const [index, result] of (await one.carts.reserve(asked.map(({ request }) => request))).entries()) {
      const cart = asked[index];
      if (cart && "reservation" in result) trade.carts.push(cartOf({ ...cart, ...drawn }, result.reservation));
    }
    expect(trade.carts).toHaveLength(30);
    const redeeming = trade.carts.slice(0, 15).map((cart) => {
      cart.mayBeGone = true;
      return submit(trade, [elbows(1)], cart.reservationId);
    });
    const who = { by: "kim", reason: "The customer phoned." };
    const ordering = Array.from({ length: ORDERS - redeeming.length }, async (_, index) => {
      const { salesOrderId } = await submit(trade, [elbows(1)]);
      if (index % 7 === 0) await (index % 2 === 0 ? one : other).desk.cancel(salesOrderId, who);
      if (index === ORDERS / 2) await trade.timeGoesOn(61_000);
      if (index % 50 === 0) await Promise.all([sweep(trade, one), sweep(trade, other), one.engine.runToRest()]);
    });
    await Promise.all([...redeeming, ...ordering]);
    return trade;
  },
  "while some of them come in": async () => {
    const trade = await open([40, 20]);
    const [node] = trade.nodes;
    if (!node) throw new Error("There is no node.");
    const arrivals = async () => {
      for (let index = 0; index < 8; index += 1)
        await receive(
          trade,
          node,
          { item: "ELBOW", branch: index % 2 === 0 ? "ATL" : "DAL", quantity: 5 },
          index % 3 === 0 ? "stated" : "told twice",
        );
    };
    await Promise.all([all(trade, () => [elbows(1)]), arrivals()]);
    return trade;
  },
};

it.each(Object.entries(ways))(
  "1,000 orders at once for 100 units are promised exactly 100: %s",
  { timeout: 60_000 * ROUNDS },
  async (_, way) => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const trade = await way();
      await trade.rest();
      const wrong = await wrongAtRest(trade);
      expect(wrong, trade.diary.join("\n")).toEqual([]);
      const [stock] = await database.query(
        `select (select sum(allocated) from inventory_positions where sku = 'ELBOW')::float8 as "atBranches",
                (select sum(quantity) from allocations where sku = 'ELBOW')::float8 as "allocated",
                (select sum(reserved) from inventory_positions)::float8 as reserved,
                (select count(*) from sales_orders)::float8 as orders`,
      );
      expect(stock).toEqual({ atBranches: UNITS, allocated: UNITS, reserved: 0, orders: ORDERS });
    }
  },
);
