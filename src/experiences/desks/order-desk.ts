import { CrossdockError, SalesOrderCancelRequested, type SalesOrder } from "#contracts";
import { findSalesOrders, readSalesOrders, releaseHold, type SubmitQueue } from "#domains";
import type { EventLog } from "#events";
import type { Clock, Database } from "#platform";
import type { OrderDesk } from "../hub.ts";

interface OrderDeskOptions {
  readonly database: Database;
  readonly eventLog: EventLog;
  readonly clock: Clock;
  readonly intake: SubmitQueue;
}

/** Orders as the API speaks of them. What it changes, it changes by appending a fact; the process does the rest. */
export function createOrderDesk({ database, eventLog, clock, intake }: OrderDeskOptions): OrderDesk {
  const read = async (salesOrderId: string): Promise<SalesOrder | null> =>
    (await readSalesOrders(database, [salesOrderId]))[0] ?? null;

  async function known(salesOrderId: string): Promise<SalesOrder> {
    const order = await read(salesOrderId);
    if (order) return order;
    throw new CrossdockError("not-found", `There is no sales order ${salesOrderId}.`);
  }

  return {
    submit: (requests) => Promise.all(requests.map((request) => intake.submit(request))),
    find: (any) => findSalesOrders(database, { any }),
    read,
    async cancel(salesOrderId, { by, reason }) {
      const { status, correlationId, salesOrderNumber } = await known(salesOrderId);
      refuseWhatIsOver(salesOrderNumber, status);
      await database.transaction((tx) =>
        eventLog.append(tx, [SalesOrderCancelRequested({ salesOrderId, by, reason }, { correlationId })]),
      );
    },
    async releaseHold(salesOrderId, hold, { by, reason }) {
      await database.transaction(async (tx) => {
        await eventLog.append(tx, await releaseHold(tx, [{ salesOrderId, hold, by, reason }], { now: clock.now() }));
      });
    },
  };
}

/** Said at once where it is certain; in all other states the process decides, and the story tells. */
function refuseWhatIsOver(salesOrderNumber: string, status: SalesOrder["status"]): void {
  if (status === "cancelled") throw new CrossdockError("not-possible-now", `${salesOrderNumber} is cancelled already.`);
  if (status === "closed" || status === "delivered" || status === "shipped") {
    throw new CrossdockError(
      "not-possible-now",
      `${salesOrderNumber} is ${status}: what has left cannot be cancelled. Ask for a return instead.`,
    );
  }
}
