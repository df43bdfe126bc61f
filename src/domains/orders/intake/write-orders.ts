import { copyRows, onceEach, subtract, type Transaction } from "#platform";
import type { HoldFound } from "./check-draft.ts";
import type { CheckedLine } from "./check-line.ts";
import type { Candidate, DecidedLine, DecidedOrder } from "./decide-order.ts";
import { channelNumberOf } from "./originals.ts";

export interface Numbered<Order> {
  readonly order: Order;
  readonly number: string;
}

/** Writes a whole list: orders, lines, allocations, holds. Sent with the commit. */
export function writeOrders(tx: Transaction, numbered: readonly Numbered<DecidedOrder>[], now: Date): void {
  copyOrders(tx, numbered, now);
  writeParts(
    tx,
    numbered.map(({ order }) => order),
    now,
  );
}

/**
 * Writes orders that are not decided yet, so that whoever has the same numbers waits for us, or we for him, before either holds what the other wants.
 * `completeOrders` writes what was decided of them.
 */
export function claimNumbers(tx: Transaction, candidates: readonly Numbered<Candidate>[], now: Date): void {
  const undecided = candidates.map(({ order, number }) => ({ order: { ...order, exposureAmount: "0" }, number }));
  copyOrders(tx, undecided, now);
}

export function completeOrders(tx: Transaction, orders: readonly DecidedOrder[], now: Date): void {
  const decided = orders.map((order) => [order.salesOrderId, order.exposureAmount, stageOf(order)]);
  tx.send(completeStatement, [JSON.stringify(decided)]);
  writeParts(tx, orders, now);
}

/** In the order of their numbers: lists with the same ones would else wait in a circle for each other's. */
function copyOrders(tx: Transaction, numbered: readonly Numbered<ExposedOrder>[], now: Date): void {
  const acceptedAt = now.toISOString();
  const rows = numbered.map((one) => ({ ...one, acceptedAt, key: channelNumberOf(one.order.request.draft) }));
  tx.copy(
    orderRows,
    rows.sort((a, b) => (a.key < b.key ? -1 : 1)),
  );
}

function writeParts(tx: Transaction, orders: readonly DecidedOrder[], now: Date): void {
  const at = now.toISOString();
  tx.copy(lineRows, orders.flatMap(linesOf));
  tx.copy(allocatedRows, orders.flatMap(allocationRows));
  tx.copy(
    holdRows,
    orders.flatMap(({ salesOrderId, holds }) => holds.map((hold) => ({ salesOrderId, ...hold, heldAt: at }))),
  );
}

/** Takes up the stock and the credit of a list. Their rows are locked by the caller, so the order of the updates does not matter. */
export function takeLocked(tx: Transaction, orders: readonly DecidedOrder[]): void {
  const exposed = orders.map(({ checked, exposureAmount }) => [checked.customer.customerNumber, exposureAmount]);
  const taken = orders.flatMap(allocationRows).map(({ sku, branch, quantity }) => [sku, branch, quantity]);
  tx.send(takeLockedStatement, [JSON.stringify({ exposed, taken })]);
}

interface Allocation {
  readonly salesOrderId: string;
  readonly lineNumber: number;
  readonly sku: string;
  readonly branch: string;
  readonly quantity: string;
}
const allocationRows = ({ salesOrderId, sourced }: DecidedOrder): Allocation[] =>
  sourced.flatMap(({ lineNumber, sku, taken }) =>
    taken.map(({ branch, quantity }) => ({ salesOrderId, lineNumber, sku, branch, quantity })),
  );

interface WrittenLine {
  readonly salesOrderId: string;
  readonly line: CheckedLine;
  readonly source: DecidedLine | undefined;
  readonly backordered: string;
}
function linesOf({ salesOrderId, checked, sourced }: DecidedOrder): WrittenLine[] {
  const byNumber = new Map(sourced.map((line) => [line.lineNumber, line]));
  return checked.lines.map((line) => {
    const source = byNumber.get(line.lineNumber);
    return { salesOrderId, line, source, backordered: source?.backordered ?? line.quantity };
  });
}

/** Of what all orders of a customer share. */
const asJson = onceEach((document: object) => JSON.stringify(document));

type ExposedOrder = Candidate & Pick<DecidedOrder, "exposureAmount">;
const stageOf = ({ holds }: Candidate) => (holds.length > 0 ? "on-hold" : "accepted");

const orderRows = copyRows<Numbered<ExposedOrder> & { readonly acceptedAt: string }>("sales_orders", {
  sales_order_id: ({ order }) => order.salesOrderId,
  sales_order_number: ({ number }) => number,
  correlation_id: ({ order }) => order.correlationId,
  channel: ({ order }) => order.request.draft.channel,
  channel_order_number: ({ order }) => order.request.draft.channelOrderNumber,
  idempotency_key: ({ order }) => order.request.idempotencyKey,
  fingerprint: ({ order }) => order.fingerprint,
  draft: ({ order }) => order.request.draftText,
  customer_number: ({ order }) => order.request.draft.customerNumber,
  customer_purchase_order: ({ order }) => order.request.draft.customerPurchaseOrder,
  currency: ({ order }) => order.request.draft.currency,
  payment_terms: ({ order }) => order.checked.customer.paymentTerms,
  bill_to: ({ order }) => asJson(order.checked.customer.billTo),
  ship_to: ({ order }) => JSON.stringify(order.checked.shipTo),
  ship_complete: ({ order }) => order.request.draft.shipComplete ?? false,
  merchandise_amount: ({ order }) => order.checked.merchandiseAmount,
  exposure_amount: ({ order }) => order.exposureAmount,
  ordered_at: ({ order }) => order.request.draft.orderedAt,
  accepted_at: ({ acceptedAt }) => acceptedAt,
  requested_on: ({ order }) => order.request.draft.requestedOn,
  stage: ({ order }) => stageOf(order),
});

const lineRows = copyRows<WrittenLine>("sales_order_lines", {
  sales_order_id: ({ salesOrderId }) => salesOrderId,
  line_number: ({ line }) => line.lineNumber,
  sku: ({ line }) => line.sku,
  description: ({ line }) => line.description,
  ordered_quantity: ({ line }) => line.orderedQuantity,
  ordered_unit_of_measure: ({ line }) => line.orderedUnitOfMeasure,
  base_unit_of_measure: ({ line }) => line.baseUnitOfMeasure,
  quantity_ordered: ({ line }) => line.quantity,
  quantity_open: () => "0",
  quantity_allocated: ({ line, backordered }) => subtract(line.quantity, backordered),
  quantity_backordered: ({ backordered }) => backordered,
  unit_price: ({ line }) => line.unitPrice,
  line_amount: ({ line }) => line.lineAmount,
  price: ({ line }) => JSON.stringify(line.price),
  allocation_explanation: ({ source }) => source?.explanation ?? "",
  promised_on: ({ source }) => source?.promisedOn,
  is_kit: ({ line }) => line.isKit ?? false,
  kit_line_number: ({ line }) => line.kitLineNumber,
  kit_quantity: ({ line }) => line.kitQuantity,
  substituted_for: ({ line }) => line.substitutedFor,
});

const allocatedRows = copyRows<Allocation>("allocations", {
  sales_order_id: ({ salesOrderId }) => salesOrderId,
  line_number: ({ lineNumber }) => lineNumber,
  branch: ({ branch }) => branch,
  sku: ({ sku }) => sku,
  quantity: ({ quantity }) => quantity,
});

interface WrittenHold extends HoldFound {
  readonly salesOrderId: string;
  readonly heldAt: string;
}
const holdRows = copyRows<WrittenHold>("sales_order_holds", {
  sales_order_id: ({ salesOrderId }) => salesOrderId,
  reason: ({ reason }) => reason,
  explanation: ({ explanation }) => explanation,
  held_at: ({ heldAt }) => heldAt,
});

const completeStatement = {
  name: "complete-orders",
  text: `
  update sales_orders o set exposure_amount = (v ->> 1)::numeric, stage = v ->> 2
    from jsonb_array_elements($1::jsonb) v where o.sales_order_id = v ->> 0`,
};

const takeLockedStatement = {
  name: "take-locked",
  text: `
  with exposed as (
    update customer_credits c set hub_exposure = c.hub_exposure + e.amount
      from (select v ->> 0 as customer_number, sum((v ->> 1)::numeric) as amount
              from jsonb_array_elements($1::jsonb -> 'exposed') v group by 1) e
     where c.customer_number = e.customer_number and e.amount <> 0
  )
  update inventory_positions p set allocated = p.allocated + t.quantity
    from (select v ->> 0 as sku, v ->> 1 as branch, sum((v ->> 2)::numeric) as quantity
            from jsonb_array_elements($1::jsonb -> 'taken') v group by 1, 2) t
   where p.sku = t.sku and p.branch = t.branch`,
};
