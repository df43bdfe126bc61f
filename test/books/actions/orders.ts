import fc from "fast-check";
import type { SubmitRequest, SubmitResult } from "#domains";
import { isKept } from "../carts.ts";
import {
  channels,
  customers,
  draftOf,
  wordsOf,
  type Channel,
  type CustomerName,
  type DrawnOrder,
  type OrderedLine,
  type Sold,
} from "../catalog.ts";
import { acknowledged, decidedLine, type Acknowledged, type Node, type Trade } from "../trade.ts";
import { kind, oneOf } from "./action.ts";

const customerNames = Object.keys(customers) as CustomerName[];
/** Mostly what others want as well. */
const wanted = ["ELBOW", "ELBOW", "TEE", "TEE", "PIPE", "VALVE", "OLD", "SET", "SET", "RACK"] as const satisfies Sold[];

export const anyLines: fc.Arbitrary<readonly OrderedLine[]> = fc.array(
  fc.record({ item: fc.constantFrom(...wanted), quantity: fc.integer({ min: 1, max: 20 }) }),
  { minLength: 1, maxLength: 3 },
);
export const anyChannel: fc.Arbitrary<Channel> = fc.constantFrom(...channels);
export const anyOrder: fc.Arbitrary<DrawnOrder> = fc.record({
  channel: anyChannel,
  customer: fc.constantFrom(...customerNames),
  lines: anyLines,
  shipComplete: fc.boolean(),
});

export const orderWords = ({ channel, customer, lines, shipComplete }: DrawnOrder): string =>
  `${customer} orders ${wordsOf(lines)}${shipComplete ? ", all at once" : ""} at the ${channel}`;

interface Named {
  readonly name: string;
  readonly words: string;
  readonly request: SubmitRequest;
}

/** How orders come a second time: within the list, as they were or with other content; or all of them by another node at the same moment, last first. */
type Echo = "none" | "same" | "other" | "elsewhere";

/** A list of orders, as requests that come at the same time make it; sometimes they come twice. */
const orders = kind(
  10,
  fc.record({
    drawn: fc.array(anyOrder, { minLength: 1, maxLength: 3 }),
    echo: fc.oneof(
      { weight: 5, arbitrary: fc.constant("none" as const) },
      { weight: 2, arbitrary: fc.constantFrom("same" as const, "other" as const, "elsewhere" as const) },
    ),
  }),
  async (trade, node, { drawn, echo }) => {
    const named = drawn.map((order) => newOrder(trade, order));
    return take(trade, node, named, echo);
  },
);

function newOrder(trade: Trade, order: DrawnOrder, reservationId?: string): Named {
  const number = String(trade.nextNumber());
  const draft = draftOf(number, order, reservationId);
  return { name: `order ${number}`, words: orderWords(order), request: { draft, idempotencyKey: `key-${number}` } };
}

async function take(trade: Trade, node: Node, named: readonly Named[], wanted: Echo = "none"): Promise<string> {
  const [first] = named;
  // What is rejected was never there, and its number is free for whatever comes next.
  const echo = named.some(({ words }) => words.includes("OLD")) ? "none" : wanted;
  const echoed = echoOf(first, echo);
  const requests = [...named.map(({ request }) => request), ...(echoed ? [echoed] : [])];
  const before = await trade.model?.shelves();
  const results = echo === "elsewhere" ? await submitTwice(trade, node, requests) : await node.desk.submit(requests);
  await expectThere(trade, results);
  if (before) trade.model?.ordersTaken(named, results, before);
  if (echoed) expectEchoed(trade, echo, results[0], results.at(-1));
  const told = named.map((one, index) => `${one.words} (${one.name}): ${tellTaken(trade, one, results[index])}`);
  return `${told.join("; ")}${echoWords[echo]}`;
}

const echoWords: Readonly<Record<Echo, string>> = {
  none: "",
  same: "; the first comes twice, the second time the same",
  other: "; the first comes twice, the second time different",
  elsewhere: "; all of it comes by another node as well",
};

function echoOf(first: Named | undefined, echo: Echo): SubmitRequest | null {
  if (!first || echo === "none" || echo === "elsewhere") return null;
  return echo === "same" ? first.request : otherContent(first.request);
}

/** Each of them is taken by one of the nodes, and is a repeat to the other. The answers that are none. */
async function submitTwice(trade: Trade, node: Node, requests: readonly SubmitRequest[]): Promise<SubmitResult[]> {
  const other = trade.nodes.find(({ number }) => number !== node.number) ?? node;
  const [here, there] = await Promise.all(
    [node, other].map(({ desk }, index) => desk.submit(index === 0 ? requests : requests.toReversed())),
  );
  return requests.flatMap((request, index) => {
    const both = [here?.at(index), there?.at(-1 - index)].flatMap((result) => result ?? []);
    const ids = new Set(both.map(({ salesOrder }) => salesOrder?.salesOrderId));
    const taken = both.filter(({ repeat }) => !repeat);
    if (both.length !== 2 || ids.size !== 1 || taken.length !== 1)
      trade.violations.push(
        `${request.idempotencyKey} came by two nodes and was answered ${JSON.stringify(both.map(({ outcome, repeat }) => [outcome, repeat]))}`,
      );
    return taken.slice(0, 1);
  });
}

function expectEchoed(trade: Trade, echo: string, first?: SubmitResult, again?: SubmitResult): void {
  const isRight =
    echo === "same"
      ? again?.outcome === first?.outcome && again?.salesOrder?.salesOrderId === first?.salesOrder?.salesOrderId
      : again?.outcome === "conflict";
  if (!isRight || (echo === "same" && again?.repeat !== true))
    trade.violations.push(`an order that came twice in one list (${echo}) was ${first?.outcome} and ${again?.outcome}`);
}

function tellTaken(trade: Trade, { name, request }: Named, result: SubmitResult | undefined): string {
  const { outcome, repeat, salesOrder } = result ?? {};
  if (salesOrder && !repeat && (outcome === "accepted" || outcome === "held"))
    trade.orders.push(acknowledged(name, request, outcome, salesOrder));
  // An item that is gone is the one thing for which a good order is turned away.
  else if (outcome !== "rejected" || !request.draft.lines.some(({ sku }) => sku === "OLD"))
    trade.violations.push(`${name} was new and good, and was answered ${outcome}${repeat ? " as a repeat" : ""}`);
  return String(outcome);
}

/** Somebody orders what he has in his cart, or with it in his hand something else; the cart may be another's, or be gone. */
const redeemed = kind(
  4,
  fc.record({ which: fc.nat(), order: anyOrder, isAsKept: fc.boolean(), isTwice: fc.boolean() }),
  async (trade, node, { which, order, isAsKept, isTwice }) => {
    const cart = oneOf(trade.carts, which);
    if (!cart) return "a cart is to be ordered, and there is none";
    const isThere = isKept(cart, trade.now());
    cart.mayBeGone = true;
    const lines = isAsKept && cart.lines.length > 0 ? cart.lines : order.lines;
    const named = Array.from({ length: isTwice ? 2 : 1 }, () =>
      newOrder(trade, { ...order, lines, channel: cart.channel }, cart.reservationId),
    );
    const told = await take(trade, node, named);
    return `with ${cart.name}, which is ${isThere ? "kept" : "gone"}: ${told}`;
  },
);

/** The answer came: whoever looks now, by whatever connection, must find the order. */
async function expectThere(trade: Trade, results: readonly SubmitResult[]): Promise<void> {
  const ids = results.flatMap(({ salesOrder }) => (salesOrder ? [salesOrder.salesOrderId] : []));
  const found = await trade.database.query<{ id: string }>(
    "select sales_order_id as id from sales_orders where sales_order_id = any($1)",
    [ids],
  );
  for (const id of ids) {
    if (!found.some((row) => row.id === id)) trade.violations.push(`${id} was acknowledged and is not in the books`);
  }
}

function otherContent({ draft, idempotencyKey }: SubmitRequest): SubmitRequest {
  const [first, ...others] = draft.lines;
  const lines = first ? [{ ...first, quantity: `${first.quantity}0` }, ...others] : others;
  return { idempotencyKey, draft: { ...draft, lines } };
}

/** Sent again: the answer is the first one's. With something else under the same number: told so, and nothing changes. */
export async function sendAgain(trade: Trade, node: Node, order: Acknowledged, isOther: boolean): Promise<string> {
  const [result] = await node.desk.submit([isOther ? otherContent(order.request) : order.request]);
  const told = `${result?.outcome}${result?.repeat ? ", as before" : ""}`;
  const isRight = isOther
    ? result?.outcome === "conflict"
    : result?.repeat === true &&
      result.outcome === order.outcome &&
      result.salesOrder?.salesOrderId === order.salesOrderId &&
      result.salesOrder.lines.map(decidedLine).join() === order.lines.join();
  if (!isRight)
    trade.violations.push(
      `${order.name} (${order.outcome}) was sent again${isOther ? " with other content" : ""}: ${told}`,
    );
  return `${order.name} is sent again${isOther ? " with other content" : ""}: ${told}`;
}

const again = kind(
  2,
  fc.record({ which: fc.nat(), isOther: fc.boolean() }),
  async (trade, node, { which, isOther }) => {
    const order = oneOf(trade.orders, which);
    return order ? sendAgain(trade, node, order, isOther) : "an order is to be sent again, and there is none";
  },
);

const customerWanting = fc.record({
  channel: anyChannel,
  customer: fc.constantFrom(...customerNames),
  quantity: fc.integer({ min: 1, max: 9 }),
});
/** Everybody wants the same, and waits for it. */
export const queueing = kind(12, fc.array(customerWanting, { minLength: 2, maxLength: 4 }), (trade, node, wanting) =>
  take(
    trade,
    node,
    wanting.map(({ quantity, ...who }) =>
      newOrder(trade, { ...who, lines: [{ item: "ELBOW", quantity }], shipComplete: false }),
    ),
  ),
);

export const orderKinds = [orders, redeemed, again];
