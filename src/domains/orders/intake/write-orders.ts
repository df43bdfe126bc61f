import { subtract, packing, type Queryable, type Transaction } from "#platform";
import type { DecidedOrder } from "./decide-order.ts";

/** Order numbers nobody else has. Those of a list that is not written after all are gaps. */
export async function takeNumbers(database: Queryable, count: number): Promise<readonly string[]> {
  const statement = {
    name: "take-order-numbers",
    text: `select json_agg('SO-' || nextval('sales_order_numbers')) as numbers from generate_series(1, $1::integer)`,
  };
  const [row] = await database.query<{ numbers: readonly string[] }>(statement, [count]);
  return row?.numbers ?? [];
}

export interface NumberedOrder {
  readonly order: DecidedOrder;
  readonly number: string;
}

/** Writes a whole list with one statement: orders, lines, allocations, positions, credits, holds. Sent with the commit. */
export function writeOrders(tx: Transaction, numbered: readonly NumberedOrder[], now: Date): void {
  const orders = numbered.map(({ order }) => order);
  const parameter = {
    now,
    orders: orderPacking.pack(numbered.map(orderRow)),
    lines: linePacking.pack(orders.flatMap(lineRows)),
    allocations: allocationPacking.pack(orders.flatMap(allocationRows)),
    holds: orders.flatMap(({ salesOrderId, holds }) => holds.map((hold) => ({ salesOrderId, ...hold }))),
  };
  tx.send(writeStatement, [JSON.stringify(parameter)]);
}

function orderRow({ order, number }: NumberedOrder) {
  const { request, checked, salesOrderId, correlationId, fingerprint, exposureAmount, holds } = order;
  const { draft, idempotencyKey } = request;
  const { customer, shipTo, merchandiseAmount } = checked;
  return {
    salesOrderId,
    number,
    correlationId,
    channel: draft.channel,
    channelOrderNumber: draft.channelOrderNumber,
    idempotencyKey,
    fingerprint,
    draft: request.draftText,
    customerNumber: draft.customerNumber,
    customerPurchaseOrder: draft.customerPurchaseOrder,
    currency: draft.currency,
    paymentTerms: customer.paymentTerms,
    billTo: customer.billTo,
    shipTo,
    shipComplete: String(draft.shipComplete ?? false),
    merchandiseAmount,
    exposureAmount,
    orderedAt: draft.orderedAt,
    requestedOn: draft.requestedOn,
    stage: holds.length > 0 ? "on-hold" : "accepted",
  };
}

function lineRows({ salesOrderId, checked, sourced }: DecidedOrder) {
  const byNumber = new Map(sourced.map((line) => [line.lineNumber, line]));
  return checked.lines.map((line) => {
    const source = byNumber.get(line.lineNumber);
    const backordered = source?.backordered ?? line.quantity;
    return {
      salesOrderId,
      ...line,
      isKit: String(line.isKit ?? false),
      kitLineNumber: line.kitLineNumber ?? null,
      kitQuantity: line.kitQuantity ?? null,
      substitutedFor: line.substitutedFor ?? null,
      allocated: subtract(line.quantity, backordered),
      backordered,
      explanation: source?.explanation ?? "",
      promisedOn: source?.promisedOn ?? null,
    };
  });
}

const allocationRows = ({ salesOrderId, sourced }: DecidedOrder) =>
  sourced.flatMap(({ lineNumber, sku, taken }) =>
    taken.map(({ branch, quantity }) => ({ salesOrderId, lineNumber, sku, branch, quantity })),
  );

const orderPacking = packing<ReturnType<typeof orderRow>>({
  salesOrderId: "text",
  number: "text",
  correlationId: "text",
  channel: "text",
  channelOrderNumber: "text",
  idempotencyKey: "text",
  fingerprint: "text",
  draft: "text",
  customerNumber: "text",
  customerPurchaseOrder: "text",
  currency: "text",
  paymentTerms: "text",
  billTo: "jsonb",
  shipTo: "jsonb",
  shipComplete: "text",
  merchandiseAmount: "numeric",
  exposureAmount: "numeric",
  orderedAt: "timestamptz",
  requestedOn: "date",
  stage: "text",
});

const linePacking = packing<ReturnType<typeof lineRows>[number]>({
  salesOrderId: "text",
  lineNumber: "integer",
  sku: "text",
  description: "text",
  orderedQuantity: "numeric",
  orderedUnitOfMeasure: "text",
  baseUnitOfMeasure: "text",
  quantity: "numeric",
  allocated: "numeric",
  backordered: "numeric",
  unitPrice: "numeric",
  lineAmount: "numeric",
  price: "jsonb",
  explanation: "text",
  promisedOn: "date",
  isKit: "text",
  kitLineNumber: "integer",
  kitQuantity: "numeric",
  substitutedFor: "text",
});

const allocationPacking = packing<ReturnType<typeof allocationRows>[number]>({
  salesOrderId: "text",
  lineNumber: "integer",
  sku: "text",
  branch: "text",
  quantity: "numeric",
});

// The keys are locked already: the order of the updates does not matter.
const writeStatement = {
  name: "write-orders",
  text: `
  with ordered as materialized (
    ${orderPacking.unpack("$1::jsonb -> 'orders'")}
  ), taken as materialized (
    ${allocationPacking.unpack("$1::jsonb -> 'allocations'")}
  ), exposed as (
    update customer_credits c set hub_exposure = c.hub_exposure + e.amount
      from (select "customerNumber", sum("exposureAmount") as amount from ordered group by 1) e
     where c.customer_number = e."customerNumber" and e.amount <> 0
  ), positioned as (
    update inventory_positions p set allocated = p.allocated + t.quantity
      from (select sku, branch, sum(quantity) as quantity from taken group by sku, branch) t
     where p.sku = t.sku and p.branch = t.branch
  ), lined as (
    insert into sales_order_lines (sales_order_id, line_number, sku, description, ordered_quantity, ordered_unit_of_measure,
                                   base_unit_of_measure, quantity_ordered, quantity_open, quantity_allocated, quantity_backordered,
                                   unit_price, line_amount, price, allocation_explanation, promised_on, is_kit,
                                   kit_line_number, kit_quantity, substituted_for)
    select "salesOrderId", "lineNumber", sku, description, "orderedQuantity", "orderedUnitOfMeasure", "baseUnitOfMeasure", quantity, 0,
           allocated, backordered, "unitPrice", "lineAmount", price, explanation, "promisedOn", "isKit"::boolean,
           "kitLineNumber", "kitQuantity", "substitutedFor"
      from (${linePacking.unpack("$1::jsonb -> 'lines'")}) l
  ), tied as (
    insert into allocations (sales_order_id, line_number, branch, sku, quantity)
    select "salesOrderId", "lineNumber", branch, sku, quantity from taken
  ), held as (
    insert into sales_order_holds (sales_order_id, reason, explanation, held_at)
    select "salesOrderId", reason, explanation, ($1::jsonb ->> 'now')::timestamptz
      from jsonb_to_recordset($1::jsonb -> 'holds') as h("salesOrderId" text, reason text, explanation text)
  )
  insert into sales_orders (sales_order_id, sales_order_number, correlation_id, channel, channel_order_number, idempotency_key, fingerprint,
                            draft, customer_number, customer_purchase_order, currency, payment_terms, bill_to, ship_to, ship_complete,
                            merchandise_amount, exposure_amount, ordered_at, accepted_at, requested_on, stage)
  select "salesOrderId", number, "correlationId", channel, "channelOrderNumber", "idempotencyKey", fingerprint, draft, "customerNumber",
         "customerPurchaseOrder", currency, "paymentTerms", "billTo", "shipTo", "shipComplete"::boolean, "merchandiseAmount", "exposureAmount",
         "orderedAt", ($1::jsonb ->> 'now')::timestamptz, "requestedOn", stage
    from ordered`,
};
