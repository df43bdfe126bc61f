import type { Fault, SalesOrderDraft } from "#contracts";
import type { FileOrder } from "./read-order-file.ts";

/** The hub's intake, as far as a folder needs it. */
export interface OrderIntake {
  submit(
    requests: readonly { readonly draft: SalesOrderDraft; readonly idempotencyKey: string }[],
  ): Promise<readonly OrderAnswer[]>;
}
export interface OrderAnswer {
  readonly outcome: "accepted" | "held" | "rejected" | "conflict" | "failed";
  readonly repeat: boolean;
  readonly salesOrder?: { readonly salesOrderId: string; readonly salesOrderNumber: string };
  readonly faults?: readonly Fault[];
}

export interface TakenOrder {
  readonly order: FileOrder;
  readonly outcome: OrderAnswer["outcome"];
  readonly repeat: boolean;
  readonly salesOrderNumber?: string;
  /** Named by row and column. */
  readonly faults: readonly Fault[];
}

const ORDERS_AT_ONCE = 200;

const rejected = (order: FileOrder): TakenOrder => ({
  order,
  outcome: "rejected",
  repeat: false,
  faults: order.faults,
});

/** The same order in a younger file differs by when the file was written, which is nobody's content. */
const isAboutTheFile = ({ saysWhenOrdered }: FileOrder, { path }: Fault): boolean =>
  !saysWhenOrdered && path === "/orderedAt";

function answered(order: FileOrder, answer: OrderAnswer | undefined): TakenOrder {
  const { outcome = "failed", repeat = false, salesOrder, faults: found = [] } = answer ?? {};
  const number = salesOrder ? { salesOrderNumber: salesOrder.salesOrderNumber } : {};
  const faults = outcome === "conflict" ? found.filter((fault) => !isAboutTheFile(order, fault)) : found;
  if (found.length > 0 && faults.length === 0) return { order, outcome: "accepted", repeat: true, faults, ...number };
  const inCells = faults.map((fault) => ({ ...fault, path: order.cellOf(fault.path) }));
  return { order, outcome, repeat, faults: inCells, ...number };
}

/**
 * Hands the orders without faults in, and answers for all of them. The key is the order's own number in its channel, not the file's: the same order
 * read again after a crash, or dropped a second time under another file name, is a repeat; the same number with other content is a conflict.
 */
export async function takeOrders(orders: readonly FileOrder[], intake: OrderIntake): Promise<readonly TakenOrder[]> {
  const whole = orders.flatMap((order) => (order.draft ? [{ order, draft: order.draft }] : []));
  const answers = new Map<FileOrder, TakenOrder>();
  for (let start = 0; start < whole.length; start += ORDERS_AT_ONCE) {
    const batch = whole.slice(start, start + ORDERS_AT_ONCE);
    const requests = batch.map(({ draft }) => ({
      draft,
      idempotencyKey: `file:${draft.channel}:${draft.channelOrderNumber}`,
    }));
    const results = await intake.submit(requests);
    batch.forEach(({ order }, index) => answers.set(order, answered(order, results[index])));
  }
  return orders.map((order) => answers.get(order) ?? rejected(order));
}
