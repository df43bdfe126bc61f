import fc from "fast-check";
import { placeHold } from "#domains";
import type { HoldReason } from "#contracts";
import { answerOf, kind, oneOf } from "./action.ts";

const which = fc.nat();
const kim = { by: "kim", reason: "The customer phoned." };

const cancel = kind(4, which, async (trade, node, which) => {
  const order = oneOf(trade.orders, which);
  if (!order) return "an order is to be cancelled, and there is none";
  const answer = await answerOf(node.desk.cancel(order.salesOrderId, kim));
  if (answer === "done") trade.model?.cancelAsked(order.salesOrderId);
  return `${order.name} is to be cancelled: ${answer}`;
});

const release = kind(4, which, async (trade, node, which) => {
  const held = await trade.database.query<{ salesOrderId: string; hold: HoldReason }>(
    `select sales_order_id as "salesOrderId", reason as hold from sales_order_holds where released_at is null order by 1, 2`,
  );
  const one = oneOf(held, which);
  const order = trade.orders.find(({ salesOrderId }) => salesOrderId === one?.salesOrderId);
  if (!one || !order) return "a hold is to be released, and there is none";
  const answer = await answerOf(node.desk.releaseHold(one.salesOrderId, one.hold, kim));
  if (answer === "done" && one.hold === "credit") trade.model?.creditReleased(one.salesOrderId);
  return `kim releases the ${one.hold} hold of ${order.name}: ${answer}`;
});

const hold = kind(1, which, async (trade, node, which) => {
  const order = oneOf(trade.orders, which);
  if (!order) return "an order is to be held, and there is none";
  const wanted = { salesOrderId: order.salesOrderId, reason: "operator", explanation: "Wait for the buyer." } as const;
  const answer = await answerOf(node.within((tx) => placeHold(tx, [wanted], { now: trade.now() })));
  return `kim holds ${order.name}: ${answer}`;
});

export const serviceDeskKinds = [cancel, release, hold];
