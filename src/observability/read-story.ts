import { round, type Queryable } from "#platform";
import { findStoryOrders, readNumbers } from "./find-story.ts";
import { readReasons } from "./story-reasons.ts";
import { readSteps } from "./story-steps.ts";
import type { Story } from "./story.ts";
import { readWaits, type LaneView } from "./story-waits.ts";

/**
 * The story of the newest order that has this number: any of ours, the channel's, the customer's purchase order, the ERP's, a warehouse's or
 * carrier's, an invoice's. Null where no order has it.
 */
export async function readStory(
  database: Queryable,
  any: string,
  lanes: ReadonlyMap<string, LaneView> = new Map(),
): Promise<Story | null> {
  const [order, ...others] = await findStoryOrders(database, any);
  if (!order) return null;
  const [numbers, steps, waits, reasons] = await Promise.all([
    readNumbers(database, order),
    readSteps(database, order.correlationId),
    readWaits(database, order, lanes),
    readReasons(database, order.salesOrderId),
  ]);
  return {
    salesOrderId: order.salesOrderId,
    salesOrderNumber: order.salesOrderNumber,
    numbers: [...numbers],
    stage: order.stage,
    customerNumber: order.customerNumber,
    amount: `${round(order.merchandiseAmount, 2)} ${order.currency}`,
    steps,
    waits,
    reasons,
    alsoFound: others.map(({ salesOrderNumber }) => salesOrderNumber),
  };
}
