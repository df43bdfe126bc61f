import { CrossdockError, SalesOrderCancelRequested, type EventDraft } from "#contracts";
import { findSalesOrders, readSalesOrders, releaseHold, type SubmitQueue } from "#domains";
import type { EventLog } from "#events";
import type { AuditEntry } from "#governance";
import type { Clock, Database, Transaction } from "#platform";
import type { OrderDesk, WhoAndWhy } from "../hub.ts";

interface DeskOptions {
  readonly database: Database;
  readonly eventLog: Pick<EventLog, "append">;
  readonly clock: Clock;
  readonly audit: (tx: Transaction, entry: AuditEntry) => Promise<void>;
  /** Tells the engine that there is work. */
  readonly wake: () => void;
}

/** Whoever met the engine's batch halfway and had to give way tries again; a person is not told of it. */
const RETRIES = 5;

/** A change by hand: what it means, who made it and why, in one transaction. */
export async function changeByHand(
  { database, eventLog, audit, wake }: DeskOptions,
  entry: AuditEntry,
  change: (tx: Transaction) => Promise<readonly EventDraft[]>,
): Promise<void> {
  const write = async (tx: Transaction) => {
    await eventLog.append(tx, await change(tx));
    await audit(tx, entry);
  };
  await database.transaction(write, { retries: RETRIES });
  wake();
}

interface Stand {
  readonly salesOrderNumber: string;
  readonly correlationId: string;
  readonly stage: string;
}

async function standOf(tx: Transaction, salesOrderId: string): Promise<Stand> {
  const [stand] = await tx.query<Stand>(
    `select sales_order_number as "salesOrderNumber", correlation_id as "correlationId", stage from sales_orders where sales_order_id = $1`,
    [salesOrderId],
  );
  if (stand) return stand;
  throw new CrossdockError("not-found", `There is no sales order ${salesOrderId}.`);
}

/** Whether it can still be cancelled is decided by what follows; only what is over already is refused at the desk. */
async function requestCancel(
  tx: Transaction,
  salesOrderId: string,
  { by, reason }: WhoAndWhy,
): Promise<readonly EventDraft[]> {
  const { salesOrderNumber, correlationId, stage } = await standOf(tx, salesOrderId);
  if (stage === "closed" || stage === "cancelled")
    throw new CrossdockError("not-possible-now", `${salesOrderNumber} is ${stage}; nothing of it is left to cancel.`);
  return [SalesOrderCancelRequested({ salesOrderId, by, reason }, { correlationId })];
}

/** Orders as the API serves them: taken through the queue that makes lists of them, found, read, cancelled, released. */
export function createOrderDesk(options: DeskOptions & { readonly queue: Pick<SubmitQueue, "submit"> }): OrderDesk {
  const { database, clock, queue } = options;
  return {
    submit: (requests) => queue.submit(requests),
    find: (any) => findSalesOrders(database, { any }),
    read: async (id) => (await readSalesOrders(database, [id]))[0] ?? null,
    cancel: (salesOrderId, who) =>
      changeByHand(options, { ...who, action: "cancel-sales-order", target: salesOrderId }, (tx) =>
        requestCancel(tx, salesOrderId, who),
      ),
    releaseHold: (salesOrderId, hold, who) =>
      changeByHand(options, { ...who, action: "release-hold", target: salesOrderId, after: { hold } }, (tx) =>
        releaseHold(tx, [{ salesOrderId, hold, ...who }], { now: clock.now() }),
      ),
  };
}
