import type { SalesOrder } from "#contracts";
import type { IntakePolicies, SubmitRequest, SubmitResult } from "#domains";
import type { EventLog } from "#events";
import { isPositive, subtract, type Clock, type Database, type Ids, type Transaction } from "#platform";
import { createFreeStock } from "../../../src/domains/inventory/choose-branches.ts";
import { readExpected } from "../../../src/domains/inventory/read-stock.ts";
import { checkDraft } from "../../../src/domains/orders/intake/check-draft.ts";
import { settleCredit, sourceOrder, type DecidedOrder } from "../../../src/domains/orders/intake/decide-order.ts";
import { holdDuplicatePurchaseOrders } from "../../../src/domains/orders/intake/duplicate-purchase-orders.ts";
import { eventsOf } from "../../../src/domains/orders/intake/intake-events.ts";
import { judgeRequests, requestFaults } from "../../../src/domains/orders/intake/judge-requests.ts";
import { bearerSql, type Original, type PurchaseOrderBearer } from "../../../src/domains/orders/intake/originals.ts";
import { completed, type CompletePolicies } from "../../../src/domains/orders/intake/policies.ts";
import { promiseBackorders } from "../../../src/domains/orders/intake/promise-backorders.ts";
import { referenceInDatabase } from "../../../src/domains/orders/intake/reference.ts";
import { written, type WrittenRequest } from "../../../src/domains/orders/intake/submission.ts";
import { toSalesOrder } from "../../../src/domains/orders/intake/to-sales-order.ts";

interface Context {
  readonly database: Database;
  readonly eventLog: Pick<EventLog, "append">;
  readonly ids: Ids;
  readonly clock: Clock;
  readonly policies: IntakePolicies;
}

const CONTENTION_RETRIES = 5;

/**
 * The straightforward way, as a good engineer would write it: a transaction an order, a prepared statement a step, rows of one kind in one insert, locks
 * as late as they can be and in one order. The decisions are the product's own functions. Reference data is read with the order.
 */
export function createStraightforwardIntake(context: Context): (request: SubmitRequest) => Promise<SubmitResult> {
  const policies = completed(context.policies);
  return async (submitted) => {
    const request = written(submitted);
    const faults = requestFaults(request);
    if (faults.length > 0) return { outcome: "rejected", repeat: false, faults };
    return context.database.transaction((tx) => submitOne(tx, request, { ...context, policies }), {
      retries: CONTENTION_RETRIES,
    });
  };
}

async function submitOne(
  tx: Transaction,
  request: WrittenRequest,
  { ids, clock, policies, eventLog }: Context & { readonly policies: CompletePolicies },
): Promise<SubmitResult> {
  const now = clock.now();
  const today = now.toISOString().slice(0, 10);
  const { draft } = request;
  const reference = await referenceInDatabase.forDrafts(tx, [draft]);
  const originals = await findOriginals(tx, request);
  const purchaseOrders = await findPurchaseOrders(tx, draft);
  const checked = checkDraft(draft, { reference, policies, today });
  const [judged] = judgeRequests([{ request, checked }], { ids, originals });
  if (judged?.is !== "candidate") throw new Error(`The benchmark sends good orders only; this one was ${judged?.is}.`);
  const candidates = holdDuplicatePurchaseOrders([judged.candidate], purchaseOrders, policies);
  const credits = new Map(await lockCredit(tx, draft.customerNumber));
  const stock = createFreeStock(await lockStock(tx, [...new Set(draft.lines.map(({ sku }) => sku))]));
  const branches = reference.branches().map(({ branch }) => branch);
  const [decided] = candidates.map((candidate) => settleCredit(sourceOrder(candidate, branches, stock), credits));
  if (!decided) throw new Error("One candidate, and none decided.");
  const missing = decided.sourced.filter(({ backordered }) => isPositive(backordered));
  const expected = await readExpected(tx, [...new Set(missing.map(({ sku }) => sku))]);
  const [sourced = []] = promiseBackorders([decided.sourced], expected, today);
  return { outcome: "accepted", repeat: false, salesOrder: await write(tx, { ...decided, sourced }, eventLog, now) };
}

const findOriginals = (tx: Transaction, { idempotencyKey, draft }: SubmitRequest) =>
  tx.query<Original>(
    {
      name: "plain-find-originals",
      text: `select sales_order_id as "salesOrderId", idempotency_key as "idempotencyKey", channel, channel_order_number as "channelOrderNumber",
                    fingerprint, draft::json as draft, stage = 'on-hold' as "wasHeld"
               from sales_orders where idempotency_key = $1
              union all
             select sales_order_id, idempotency_key, channel, channel_order_number, fingerprint, draft::json, stage = 'on-hold'
               from sales_orders where channel = $2 and channel_order_number = $3 and idempotency_key <> $1`,
    },
    [idempotencyKey, draft.channel, draft.channelOrderNumber],
  );

async function findPurchaseOrders(
  tx: Transaction,
  { customerNumber, customerPurchaseOrder }: SubmitRequest["draft"],
): Promise<readonly PurchaseOrderBearer[]> {
  if (customerPurchaseOrder === undefined) return [];
  const rows = await tx.query<{ salesOrderNumber: string | null }>(
    { name: "plain-find-purchase-order", text: `select ${bearerSql("$1", "$2")} as "salesOrderNumber"` },
    [customerNumber, customerPurchaseOrder],
  );
  return rows.flatMap(({ salesOrderNumber }) =>
    salesOrderNumber === null ? [] : [{ customerNumber, customerPurchaseOrder, salesOrderNumber }],
  );
}

async function lockCredit(tx: Transaction, customerNumber: string) {
  const rows = await tx.query<{ creditLimit: string | null; erpBalance: string; hubExposure: string }>(
    {
      name: "plain-lock-credit",
      text: `select credit_limit::text as "creditLimit", erp_balance::text as "erpBalance", hub_exposure::text as "hubExposure"
               from customer_credits where customer_number = $1 for update`,
    },
    [customerNumber],
  );
  return rows.map((credit) => [customerNumber, credit] as const);
}

const lockStock = (tx: Transaction, skus: readonly string[]) =>
  tx.query<{ sku: string; branch: string; available: string }>(
    {
      name: "plain-lock-stock",
      text: `select sku, branch, trim_scale(greatest(on_hand - allocated - safety_stock, 0))::text as available
               from inventory_positions where sku = any($1) order by sku, branch for update`,
    },
    [skus],
  );

async function write(
  tx: Transaction,
  order: DecidedOrder,
  eventLog: Context["eventLog"],
  now: Date,
): Promise<SalesOrder> {
  const number = await insertOrder(tx, order, now);
  await insertLines(tx, order);
  const taken = order.sourced.flatMap(({ lineNumber, sku, taken }) =>
    taken.map((part) => ({ lineNumber, sku, ...part })),
  );
  if (taken.length > 0) await insertAllocations(tx, order.salesOrderId, taken);
  if (taken.length > 0) await takeStock(tx, taken);
  await addExposure(tx, order);
  if (order.holds.length > 0) await insertHolds(tx, order, now);
  await eventLog.append(tx, eventsOf(order, number));
  return toSalesOrder(order, number, now);
}

async function insertOrder(tx: Transaction, order: DecidedOrder, now: Date): Promise<string> {
  const { request, checked, salesOrderId, correlationId, fingerprint, exposureAmount, holds } = order;
  const { draft, draftText, idempotencyKey } = request;
  const [row] = await tx.query<{ number: string }>(
    {
      name: "plain-insert-order",
      text: `insert into sales_orders (sales_order_id, sales_order_number, correlation_id, channel, channel_order_number, idempotency_key,
                                       fingerprint, draft, customer_number, customer_purchase_order, currency, payment_terms, bill_to, ship_to,
                                       ship_complete, merchandise_amount, exposure_amount, ordered_at, accepted_at, requested_on, stage)
             values ($1, 'SO-' || nextval('sales_order_numbers'), $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
             returning sales_order_number as number`,
    },
    [
      salesOrderId,
      correlationId,
      draft.channel,
      draft.channelOrderNumber,
      idempotencyKey,
      fingerprint,
      draftText,
      draft.customerNumber,
      draft.customerPurchaseOrder,
      draft.currency,
      checked.customer.paymentTerms,
      checked.customer.billTo,
      checked.shipTo,
      draft.shipComplete ?? false,
      checked.merchandiseAmount,
      exposureAmount,
      draft.orderedAt,
      now,
      draft.requestedOn ?? null,
      holds.length > 0 ? "on-hold" : "accepted",
    ],
  );
  return row?.number ?? "";
}

async function insertLines(tx: Transaction, { salesOrderId, checked, sourced }: DecidedOrder): Promise<void> {
  const rows = checked.lines.map((line, index) => {
    const source = sourced[index];
    const backordered = source?.backordered ?? line.quantity;
    return {
      ...line,
      allocated: subtract(line.quantity, backordered),
      backordered,
      explanation: source?.explanation ?? "",
      promisedOn: source?.promisedOn ?? null,
    };
  });
  await tx.query(
    {
      name: "plain-insert-lines",
      text: `insert into sales_order_lines (sales_order_id, line_number, sku, description, ordered_quantity, ordered_unit_of_measure,
                                            base_unit_of_measure, quantity_ordered, quantity_open, quantity_allocated, quantity_backordered,
                                            unit_price, line_amount, price, allocation_explanation, promised_on)
             select $1, "lineNumber", sku, description, "orderedQuantity", "orderedUnitOfMeasure", "baseUnitOfMeasure", quantity, 0, allocated,
                    backordered, "unitPrice", "lineAmount", price, explanation, "promisedOn"
               from jsonb_to_recordset($2::jsonb)
                 as l("lineNumber" integer, sku text, description text, "orderedQuantity" numeric, "orderedUnitOfMeasure" text,
                      "baseUnitOfMeasure" text, quantity numeric, allocated numeric, backordered numeric, "unitPrice" numeric,
                      "lineAmount" numeric, price jsonb, explanation text, "promisedOn" date)`,
    },
    [salesOrderId, JSON.stringify(rows)],
  );
}

interface Taken {
  readonly lineNumber: number;
  readonly sku: string;
  readonly branch: string;
  readonly quantity: string;
}

const insertAllocations = (tx: Transaction, salesOrderId: string, taken: readonly Taken[]) =>
  tx.query(
    {
      name: "plain-insert-allocations",
      text: `insert into allocations (sales_order_id, line_number, sku, branch, quantity)
             select $1, "lineNumber", sku, branch, quantity
               from jsonb_to_recordset($2::jsonb) as t("lineNumber" integer, sku text, branch text, quantity numeric)`,
    },
    [salesOrderId, JSON.stringify(taken)],
  );

const takeStock = (tx: Transaction, taken: readonly Taken[]) =>
  tx.query(
    {
      name: "plain-take-stock",
      text: `update inventory_positions p set allocated = p.allocated + t.quantity
               from (select sku, branch, sum(quantity) as quantity
                       from jsonb_to_recordset($1::jsonb) as t(sku text, branch text, quantity numeric) group by sku, branch) t
              where p.sku = t.sku and p.branch = t.branch`,
    },
    [JSON.stringify(taken)],
  );

const addExposure = (tx: Transaction, { request, exposureAmount }: DecidedOrder) =>
  tx.query(
    {
      name: "plain-add-exposure",
      text: "update customer_credits set hub_exposure = hub_exposure + $2 where customer_number = $1",
    },
    [request.draft.customerNumber, exposureAmount],
  );

const insertHolds = (tx: Transaction, { salesOrderId, holds }: DecidedOrder, now: Date) =>
  tx.query(
    `insert into sales_order_holds (sales_order_id, reason, explanation, held_at)
     select $1, reason, explanation, $3 from jsonb_to_recordset($2::jsonb) as h(reason text, explanation text)`,
    [salesOrderId, JSON.stringify(holds), now],
  );
