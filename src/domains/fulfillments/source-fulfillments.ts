import { FulfillmentRequested, type EffectCall, type EventDraft } from "#contracts";
import type { Ids, Transaction } from "#platform";
import { Decimal } from "decimal.js";
import { followedBy, type EffectContext } from "../effect-context.ts";
import { lockOrders } from "../orders/lifecycle/locks.ts";
import { rowsOf } from "../sql.ts";

/** Allocated stock nobody was asked to fulfil yet. */
export interface SourcedLine {
  readonly allocationId: string;
  readonly salesOrderId: string;
  readonly lineNumber: number;
  readonly sku: string;
  readonly unitOfMeasure: string;
  readonly branch: string;
  readonly warehouse: string;
  readonly quantity: string;
  readonly allocationExplanation: string;
}

export interface PlannedFulfillment {
  readonly fulfillmentOrderId: string;
  readonly salesOrderId: string;
  readonly branch: string;
  readonly warehouse: string;
  readonly explanation: string;
  readonly allocationIds: readonly string[];
  readonly lines: readonly {
    readonly lineNumber: number;
    readonly sku: string;
    readonly unitOfMeasure: string;
    readonly quantity: string;
  }[];
}

/** One fulfillment order a branch and sales order, each line once. */
export function planFulfillments(sourced: readonly SourcedLine[], ids: Ids): PlannedFulfillment[] {
  return [...Map.groupBy(sourced, (line) => `${line.salesOrderId} ${line.branch}`).values()].flatMap((lines) => {
    const [first] = lines;
    if (!first) return [];
    const { salesOrderId, branch, warehouse } = first;
    const explanations = [...new Set(lines.map((line) => line.allocationExplanation))];
    const lineCount = new Set(lines.map((line) => line.lineNumber)).size;
    const explanation = `${branch} has the stock of ${lineCount} ${lineCount === 1 ? "line" : "lines"}. ${explanations.join(" ")}`;
    const allocationIds = lines.map((line) => line.allocationId);
    return [
      {
        fulfillmentOrderId: ids.next("ful"),
        salesOrderId,
        branch,
        warehouse,
        explanation,
        allocationIds,
        lines: byLine(lines),
      },
    ];
  });
}

function byLine(lines: readonly SourcedLine[]): PlannedFulfillment["lines"] {
  return [...Map.groupBy(lines, (line) => line.lineNumber).values()].flatMap((parts) => {
    const [first] = parts;
    if (!first) return [];
    const quantity = parts.reduce((sum, part) => sum.plus(part.quantity), new Decimal(0)).toFixed();
    return [{ lineNumber: first.lineNumber, sku: first.sku, unitOfMeasure: first.unitOfMeasure, quantity }];
  });
}

/**
 * Asks each branch that has stock of the orders to fulfil it. What is backordered waits; an order that is to ship complete waits
 * as a whole until nothing of it is backordered, and one that is on hold until it is released.
 */
export async function sourceFulfillments(
  tx: Transaction,
  calls: readonly EffectCall<{ readonly salesOrderId: string }>[],
  context: EffectContext,
): Promise<readonly EventDraft[]> {
  const callOf = new Map(calls.map((call) => [call.event.data.salesOrderId, call]));
  const salesOrderIds = [...callOf.keys()];
  await lockOrders(tx, salesOrderIds);
  const planned = planFulfillments(await readSourceable(tx, salesOrderIds), context.ids);
  await writeFulfillments(tx, salesOrderIds, planned, context.now);
  return planned.flatMap((fulfillment) => {
    const call = callOf.get(fulfillment.salesOrderId);
    if (!call) return [];
    const { fulfillmentOrderId, salesOrderId, branch, warehouse, explanation } = fulfillment;
    const lines = fulfillment.lines.map(({ lineNumber, sku, quantity }) => ({ lineNumber, sku, quantity }));
    return [
      FulfillmentRequested(
        { fulfillmentOrderId, salesOrderId, branch, warehouse, explanation, lines },
        followedBy(call),
      ),
    ];
  });
}

async function readSourceable(tx: Transaction, salesOrderIds: readonly string[]): Promise<readonly SourcedLine[]> {
  return rowsOf<SourcedLine>(
    tx,
    `select a.allocation_id as "allocationId", a.sales_order_id as "salesOrderId", a.line_number as "lineNumber", a.sku,
            l.base_unit_of_measure as "unitOfMeasure", a.branch, b.warehouse, trim_scale(a.quantity)::text as quantity,
            l.allocation_explanation as "allocationExplanation"
       from allocations a
       join sales_orders o on o.sales_order_id = a.sales_order_id
       join sales_order_lines l on l.sales_order_id = a.sales_order_id and l.line_number = a.line_number
       join branches b on b.branch = a.branch
      where a.sales_order_id in (select jsonb_array_elements_text($1::jsonb))
        and o.stage in ('accepted', 'released') and a.fulfillment_order_id is null and a.quantity > 0
        and not (o.ship_complete and exists (
              select 1 from sales_order_lines w
               where w.sales_order_id = o.sales_order_id and w.quantity_backordered + w.quantity_open > 0))
      order by a.sales_order_id, b.sourcing_rank, a.branch, a.line_number, a.allocation_id`,
    salesOrderIds,
  );
}

async function writeFulfillments(
  tx: Transaction,
  salesOrderIds: readonly string[],
  planned: readonly PlannedFulfillment[],
  now: Date,
): Promise<void> {
  await rowsOf(
    tx,
    `with planned as (
       select * from jsonb_to_recordset($1::jsonb -> 'planned')
           as p("fulfillmentOrderId" text, "salesOrderId" text, branch text, warehouse text, explanation text,
                "allocationIds" jsonb, lines jsonb)
     ), ordered as (
       insert into fulfillment_orders (fulfillment_order_id, sales_order_id, correlation_id, branch, warehouse, status, ship_to,
                                       sourcing_explanation, requested_at)
       select p."fulfillmentOrderId", p."salesOrderId", o.correlation_id, p.branch, p.warehouse, 'requested', o.ship_to::jsonb,
              p.explanation, ($1::jsonb ->> 'now')::timestamptz
         from planned p join sales_orders o on o.sales_order_id = p."salesOrderId"
     ), lined as (
       insert into fulfillment_lines (fulfillment_order_id, line_number, sku, unit_of_measure, quantity)
       select p."fulfillmentOrderId", l."lineNumber", l.sku, l."unitOfMeasure", l.quantity
         from planned p,
              jsonb_to_recordset(p.lines) as l("lineNumber" integer, sku text, "unitOfMeasure" text, quantity numeric)
     ), tied as (
       update allocations a set fulfillment_order_id = t."fulfillmentOrderId"
         from (select "fulfillmentOrderId", "salesOrderId", jsonb_array_elements_text("allocationIds")::bigint as allocation_id
                 from planned) t
        where a.sales_order_id = t."salesOrderId" and a.allocation_id = t.allocation_id
     )
     update sales_orders set stage = 'released'
      where sales_order_id in (select jsonb_array_elements_text($1::jsonb -> 'orders')) and stage = 'accepted'`,
    { planned, orders: salesOrderIds, now },
  );
}
