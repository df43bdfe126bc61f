import fc from "fast-check";
import type { SubmitRequest, SubmitResult } from "#domains";
import { customers, draftOf, items, type CustomerName, type Item, type OrderedLine } from "../catalog.ts";
import type { Acknowledged, Node, Trade } from "../trade.ts";
import { kind, oneOf } from "./action.ts";

const itemNames = Object.keys(items) as Item[];
const customerNames = Object.keys(customers) as CustomerName[];

export interface DrawnOrder {
  readonly customer: CustomerName;
  readonly lines: readonly OrderedLine[];
  readonly shipComplete: boolean;
}
export const anyOrder: fc.Arbitrary<DrawnOrder> = fc.record({
  customer: fc.constantFrom(...customerNames),
  lines: fc.array(fc.record({ item: fc.constantFrom(...itemNames), quantity: fc.integer({ min: 1, max: 20 }) }), {
    minLength: 1,
    maxLength: 3,
  }),
  shipComplete: fc.boolean(),
});

export const wordsOf = ({ customer, lines, shipComplete }: DrawnOrder): string =>
  `${customer} orders ${lines.map(({ item, quantity }) => `${quantity} ${item}`).join(", ")}${shipComplete ? ", all at once" : ""}`;

/** A list of orders, as requests that come at the same time make it. */
const orders = kind(10, fc.array(anyOrder, { minLength: 1, maxLength: 3 }), async (trade, node, drawn) => {
  const named = drawn.map((order) => {
    const number = String(trade.nextNumber());
    const draft = draftOf(number, order.customer, order.lines, order.shipComplete);
    return { name: `order ${number}`, words: wordsOf(order), request: { draft, idempotencyKey: `key-${number}` } };
  });
  const before = await trade.model?.freeStock();
  const results = await node.desk.submit(named.map(({ request }) => request));
  await expectThere(trade, results);
  if (before) trade.model?.ordersTaken(named, results, before);
  return named
    .map(({ name, words, request }, index) => {
      const { outcome, repeat, salesOrder } = results[index] ?? {};
      if (salesOrder && !repeat && (outcome === "accepted" || outcome === "held"))
        trade.orders.push({ name, request, outcome, salesOrderId: salesOrder.salesOrderId });
      else
        trade.violations.push(`${name} was new and good, and was answered ${outcome}${repeat ? " as a repeat" : ""}`);
      return `${words} (${name}): ${outcome}`;
    })
    .join("; ");
});

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

/** Sent again: the answer is the first one's. With something else under the same number: told so, and nothing changes. */
export async function sendAgain(trade: Trade, node: Node, order: Acknowledged, isOther: boolean): Promise<string> {
  const { draft, idempotencyKey } = order.request;
  const [first, ...others] = draft.lines;
  const lines = first ? [{ ...first, quantity: `${first.quantity}0` }, ...others] : others;
  const request: SubmitRequest = { idempotencyKey, draft: isOther ? { ...draft, lines } : draft };
  const [result] = await node.desk.submit([request]);
  const told = `${result?.outcome}${result?.repeat ? ", as before" : ""}`;
  const isRight = isOther
    ? result?.outcome === "conflict"
    : result?.repeat === true &&
      result.outcome === order.outcome &&
      result.salesOrder?.salesOrderId === order.salesOrderId;
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

export const orderKinds = [orders, again];
