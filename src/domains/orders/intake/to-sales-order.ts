import type { SalesOrder, SalesOrderLine } from "#contracts";
import { isPositive, plain, round, subtract } from "#platform";
import { statusOf } from "../status.ts";
import type { CheckedLine } from "./check-line.ts";
import type { DecidedLine, DecidedOrder } from "./decide-order.ts";

/** The document of an order just written, the same as would be read back. */
export function toSalesOrder(order: DecidedOrder, salesOrderNumber: string, now: Date): SalesOrder {
  const { salesOrderId, correlationId, checked, holds, request } = order;
  const {
    channel,
    channelOrderNumber,
    customerPurchaseOrder,
    currency,
    orderedAt,
    requestedOn,
    shipComplete = false,
  } = request.draft;
  const { customer, shipTo, merchandiseAmount } = checked;
  const lines = linesOf(order);
  const stage = holds.length > 0 ? "on-hold" : "accepted";
  return {
    salesOrderId,
    salesOrderNumber,
    status: statusOf({ stage, lines, fulfillmentCount: 0, shipmentStatuses: [] }),
    correlationId,
    channel,
    channelOrderNumber,
    ...(customerPurchaseOrder === undefined ? {} : { customerPurchaseOrder }),
    soldTo: { customerNumber: customer.customerNumber, name: customer.name },
    billTo: customer.billTo,
    shipTo,
    paymentTerms: customer.paymentTerms,
    currency,
    merchandiseAmount,
    totalAmount: round(merchandiseAmount, 2),
    shipComplete,
    holds: holds
      .map(({ reason, explanation }) => ({ reason, explanation, heldAt: now.toISOString() }))
      .toSorted((a, b) => (a.reason < b.reason ? -1 : 1)),
    lines,
    orderedAt: new Date(orderedAt).toISOString(),
    acceptedAt: now.toISOString(),
    ...(requestedOn === undefined ? {} : { requestedOn }),
  };
}

function linesOf({ checked, sourced }: DecidedOrder): SalesOrderLine[] {
  const byNumber = new Map(sourced.map((line) => [line.lineNumber, line]));
  const lines = checked.lines.map((line) => lineOf(line, byNumber.get(line.lineNumber)));
  return lines.toSorted((a, b) => a.lineNumber - b.lineNumber);
}

function lineOf(line: CheckedLine, source: DecidedLine | undefined): SalesOrderLine {
  const { quantity, kitLineNumber, substitutedFor } = line;
  const backordered = source?.backordered ?? quantity;
  return {
    lineNumber: line.lineNumber,
    sku: line.sku,
    description: line.description,
    orderedQuantity: plain(line.orderedQuantity),
    orderedUnitOfMeasure: line.orderedUnitOfMeasure,
    baseUnitOfMeasure: line.baseUnitOfMeasure,
    quantityOrdered: quantity,
    quantityOpen: "0",
    quantityAllocated: subtract(quantity, backordered),
    quantityBackordered: backordered,
    quantityShipped: "0",
    quantityCancelled: "0",
    quantityReturned: "0",
    unitPrice: line.unitPrice,
    lineAmount: line.lineAmount,
    price: line.price,
    allocations: (source?.taken ?? [])
      .filter(({ quantity: taken }) => isPositive(taken))
      .map(({ branch, quantity: taken }) => ({ branch, quantity: taken })),
    allocationExplanation: source?.explanation ?? "",
    ...(source?.promisedOn ? { promisedOn: source.promisedOn } : {}),
    ...(kitLineNumber === undefined ? {} : { kitLineNumber }),
    ...(substitutedFor === undefined ? {} : { substitutedFor }),
  };
}
