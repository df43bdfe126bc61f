import { subtract, type Transaction } from "#platform";
import type { DecidedOrder } from "./decide-order.ts";

/** Writes a whole list with one statement: orders, lines, allocations, positions, credits, holds. Answers the numbers given, by id. */
export async function writeOrders(
  tx: Transaction,
  orders: readonly DecidedOrder[],
  now: Date,
): Promise<ReadonlyMap<string, string>> {
  const rows = await tx.query<{ salesOrderId: string; salesOrderNumber: string }>(writeStatement, [
    JSON.stringify({
      now,
      orders: orders.map(orderRow),
      lines: orders.flatMap(lineRows),
      allocations: orders.flatMap(allocationRows),
      holds: orders.flatMap(({ salesOrderId, holds }) => holds.map((hold) => ({ salesOrderId, ...hold }))),
    }),
  ]);
  return new Map(rows.map(({ salesOrderId, salesOrderNumber }) => [salesOrderId, salesOrderNumber]));
}

function orderRow({ request, checked, salesOrderId, correlationId, fingerprint, exposureAmount, holds }: DecidedOrder) {
  const { draft, idempotencyKey } = request;
  const { customer, shipTo, merchandiseAmount } = checked;
  return {
    salesOrderId,
    correlationId,
    idempotencyKey,
    fingerprint,
    draft,
    paymentTerms: customer.paymentTerms,
    billTo: customer.billTo,
    shipTo,
    merchandiseAmount,
    exposureAmount,
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

const writeStatement = {
  name: "write-orders",
  text: `
  with ordered as (
    select * from jsonb_to_recordset($1::jsonb -> 'orders')
        as o("salesOrderId" text, "correlationId" text, "idempotencyKey" text, fingerprint text, draft jsonb, "paymentTerms" text,
             "billTo" jsonb, "shipTo" jsonb, "merchandiseAmount" numeric, "exposureAmount" numeric, stage text)
  ), taken as (
    select * from jsonb_to_recordset($1::jsonb -> 'allocations')
        as a("salesOrderId" text, "lineNumber" integer, sku text, branch text, quantity numeric)
  ), exposed as (
    update customer_credits c set hub_exposure = c.hub_exposure + e.amount
      from (select draft ->> 'customerNumber' as customer_number, sum("exposureAmount") as amount from ordered group by 1) e
     where c.customer_number = e.customer_number and e.amount <> 0
  ), positioned as (
    update inventory_positions p set allocated = p.allocated + t.quantity
      from (select sku, branch, sum(quantity) as quantity from taken group by sku, branch) t
     where p.sku = t.sku and p.branch = t.branch
  ), lined as (
    insert into sales_order_lines (sales_order_id, line_number, sku, description, ordered_quantity, ordered_unit_of_measure,
                                   base_unit_of_measure, quantity_ordered, quantity_open, quantity_allocated, quantity_backordered,
                                   unit_price, line_amount, price, allocation_explanation, promised_on)
    select "salesOrderId", "lineNumber", sku, description, "orderedQuantity", "orderedUnitOfMeasure", "baseUnitOfMeasure", quantity, 0,
           allocated, backordered, "unitPrice", "lineAmount", price, explanation, "promisedOn"
      from jsonb_to_recordset($1::jsonb -> 'lines')
        as l("salesOrderId" text, "lineNumber" integer, sku text, description text, "orderedQuantity" numeric,
             "orderedUnitOfMeasure" text, "baseUnitOfMeasure" text, quantity numeric, allocated numeric, backordered numeric,
             "unitPrice" numeric, "lineAmount" numeric, price jsonb, explanation text, "promisedOn" date)
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
  select "salesOrderId", 'SO-' || nextval('sales_order_numbers'), "correlationId", draft ->> 'channel', draft ->> 'channelOrderNumber',
         "idempotencyKey", fingerprint, draft, draft ->> 'customerNumber', draft ->> 'customerPurchaseOrder', draft ->> 'currency',
         "paymentTerms", "billTo", "shipTo", coalesce((draft ->> 'shipComplete')::boolean, false), "merchandiseAmount", "exposureAmount",
         (draft ->> 'orderedAt')::timestamptz, ($1::jsonb ->> 'now')::timestamptz, (draft ->> 'requestedOn')::date, stage
    from ordered
  returning sales_order_id as "salesOrderId", sales_order_number as "salesOrderNumber"`,
};
