import {
  SalesOrderAccepted,
  SalesOrderBackordered,
  SalesOrderDropShipWanted,
  SalesOrderHeld,
  type EventDraft,
} from "#contracts";
import { isPositive } from "#platform";
import type { DecidedOrder } from "./decide-order.ts";

/** What became true by taking an order. */
export function eventsOf(order: DecidedOrder, salesOrderNumber: string): EventDraft[] {
  const taken = order.holds.length > 0 ? held(order, salesOrderNumber) : accepted(order, salesOrderNumber);
  const waiting = waitingOf(order);
  if (waiting.length === 0) return [taken];
  const lines = waiting.map(({ lineNumber, sku, backordered, promisedOn }) => ({
    lineNumber,
    sku,
    quantity: backordered,
    ...(promisedOn === null ? {} : { promisedOn }),
  }));
  const { salesOrderId, correlationId } = order;
  return [
    taken,
    SalesOrderBackordered({ salesOrderId, cause: "no-stock", lines }, { correlationId }),
    ...dropShipWanted(order),
  ];
}

/** A kit is bought as a kit, where a part of it comes from nowhere else. */
function dropShipWanted({ salesOrderId, correlationId, sourced }: DecidedOrder): EventDraft[] {
  const lines = sourced.flatMap(({ lineNumber, sku, backordered, dropShip, kitLineNumber }) => {
    if (!dropShip || kitLineNumber !== undefined) return [];
    const parts = sourced.filter((part) => part.kitLineNumber === lineNumber);
    if (parts.length > 0 && !parts.some((part) => part.dropShip)) return [];
    return [{ lineNumber, sku, quantity: backordered, ...dropShip }];
  });
  return lines.length === 0 ? [] : [SalesOrderDropShipWanted({ salesOrderId, lines }, { correlationId })];
}

const waitingOf = ({ sourced }: DecidedOrder) => sourced.filter(({ backordered }) => isPositive(backordered));

function held({ salesOrderId, correlationId, holds }: DecidedOrder, salesOrderNumber: string): EventDraft {
  const reasons = holds.map(({ reason }) => reason);
  const explanation = holds.map((hold) => hold.explanation).join(" ");
  return SalesOrderHeld({ salesOrderId, salesOrderNumber, reasons, explanation }, { correlationId });
}

function accepted(order: DecidedOrder, salesOrderNumber: string): EventDraft {
  const { salesOrderId, correlationId, checked } = order;
  const { channel, channelOrderNumber, customerNumber, currency } = order.request.draft;
  return SalesOrderAccepted(
    {
      salesOrderId,
      salesOrderNumber,
      channel,
      channelOrderNumber,
      customerNumber,
      currency,
      merchandiseAmount: checked.merchandiseAmount,
      lineCount: checked.lines.length,
      backorderedLines: waitingOf(order).length,
    },
    { correlationId },
  );
}
