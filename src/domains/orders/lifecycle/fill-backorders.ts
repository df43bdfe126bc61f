import { SalesOrderBackorderFilled, type EventDraft } from "#contracts";
import type { Queryable, Transaction } from "#platform";
import { rowsOf } from "../../sql.ts";
import { lockOrders, lockPositions, type Position } from "./locks.ts";
import { fillWaitingLines, type FreeStock, type NewAllocation, type WaitingLine } from "./waiting-lines.ts";

export interface FillOptions {
  /** Leave out branches that refused, or found nothing of, the same order before: only new stock gives them a new chance. */
  readonly avoidRefusedBranches?: boolean;
}

/**
 * Stock arrived or came free at these positions: allocates it to the lines that wait for it, first come first served, and
 * utters `sales-order.backorder-filled` an order. Called by the stock feed, by receipts, and whenever stock is given back.
 */
export async function fillBackorders(
  tx: Transaction,
  positions: readonly Position[],
  options: FillOptions = {},
): Promise<readonly EventDraft[]> {
  const drafts: EventDraft[] = [];
  // Between the look and the lock another may have served those whose turn it was: then it is the turn of those after them.
  for (let before = ""; positions.length > 0;) {
    const waitingOrders = await ordersWaitingFor(tx, positions);
    const now = waitingOrders.toSorted().join(" ");
    if (now === before) break;
    before = now;
    drafts.push(...(await fillInTurn(tx, waitingOrders, positions, options)));
  }
  return drafts;
}

async function fillInTurn(
  tx: Transaction,
  waitingOrders: readonly string[],
  positions: readonly Position[],
  options: FillOptions,
): Promise<readonly EventDraft[]> {
  await lockOrders(tx, waitingOrders);
  await lockPositions(tx, positions);
  const [lines, stock] = [await readWaitingLines(tx, waitingOrders, positions), await readFreeStock(tx, positions)];
  const considered = options.avoidRefusedBranches ? lines : lines.map((line) => ({ ...line, avoid: [] }));
  const allocations = fillWaitingLines(considered, stock);
  if (allocations.length === 0) return [];
  await writeAllocations(tx, allocations);
  return utterFilled(allocations, lines);
}

/** Where stock lies free that a line waits for. Rarely anywhere: it is given out as it comes. */
export const readPositionsWaitedFor = (database: Queryable): Promise<readonly Position[]> =>
  database.query<Position>(
    `select distinct p.sku, p.branch
       from sales_order_lines l join inventory_positions p on p.sku = l.sku
      where l.quantity_backordered > 0 and p.on_hand - p.allocated - p.safety_stock > 0
      order by p.sku, p.branch`,
  );

type WaitingRow = WaitingLine & { readonly correlationId: string };

/** Only those whose turn can come: what waits before them is less than what is there. Nothing is locked yet. */
async function ordersWaitingFor(tx: Transaction, positions: readonly Position[]): Promise<readonly string[]> {
  const rows = await rowsOf<{ salesOrderId: string }>(
    tx,
    `with free as (
       select p.sku, sum(greatest(p.on_hand - p.allocated - p.safety_stock, 0)) as available
         from jsonb_to_recordset($1::jsonb) as k(sku text, branch text)
         join inventory_positions p on p.sku = k.sku and p.branch = k.branch
        group by p.sku
     ), waiting as (
       select l.sales_order_id, f.available,
              sum(l.quantity_backordered) over (partition by l.sku order by o.accepted_at, l.sales_order_id, l.line_number)
                - l.quantity_backordered as before
         from free f
         join sales_order_lines l on l.sku = f.sku and l.quantity_backordered > 0
         join sales_orders o on o.sales_order_id = l.sales_order_id and o.stage in ('accepted', 'on-hold', 'released')
        where f.available > 0
     )
     select distinct sales_order_id as "salesOrderId" from waiting where before < available`,
    positions,
  );
  return rows.map((row) => row.salesOrderId);
}

async function readWaitingLines(
  tx: Transaction,
  salesOrderIds: readonly string[],
  positions: readonly Position[],
): Promise<readonly WaitingRow[]> {
  return rowsOf<WaitingRow>(
    tx,
    `select l.sales_order_id as "salesOrderId", l.line_number as "lineNumber", l.sku,
            l.quantity_backordered::text as quantity, c.home_branch as "homeBranch", o.correlation_id as "correlationId",
            coalesce((select jsonb_agg(f.branch) from fulfillment_orders f
                       where f.sales_order_id = l.sales_order_id and f.cancel_cause in ('release-refused', 'nothing-picked')
                    ), '[]') ||
            coalesce((select jsonb_agg(f.branch) from fulfillment_orders f
                       join fulfillment_lines s using (fulfillment_order_id)
                      where f.sales_order_id = l.sales_order_id and s.line_number = l.line_number
                        and s.quantity_picked < s.quantity), '[]') as avoid
       from sales_order_lines l
       join sales_orders o on o.sales_order_id = l.sales_order_id and o.stage in ('accepted', 'on-hold', 'released')
       join customers c on c.customer_number = o.customer_number
      where l.sales_order_id in (select jsonb_array_elements_text($1::jsonb -> 'orders'))
        and l.sku in (select jsonb_array_elements_text($1::jsonb -> 'skus'))
        and l.quantity_backordered > 0
      order by o.accepted_at, l.sales_order_id, l.line_number`,
    { orders: salesOrderIds, skus: [...new Set(positions.map((position) => position.sku))] },
  );
}

async function readFreeStock(tx: Transaction, positions: readonly Position[]): Promise<readonly FreeStock[]> {
  return rowsOf<FreeStock>(
    tx,
    `select p.sku, p.branch, greatest(p.on_hand - p.allocated - p.safety_stock, 0)::text as available
       from inventory_positions p
       left join branches b on b.branch = p.branch
      where (p.sku, p.branch) in (select k.sku, k.branch from jsonb_to_recordset($1::jsonb) as k(sku text, branch text))
      order by b.sourcing_rank, p.branch, p.sku`,
    positions,
  );
}

async function writeAllocations(tx: Transaction, allocations: readonly NewAllocation[]): Promise<void> {
  await rowsOf(
    tx,
    `with taken as (
       select * from jsonb_to_recordset($1::jsonb)
           as t("salesOrderId" text, "lineNumber" integer, sku text, branch text, quantity numeric)
     ), allocated as (
       insert into allocations (sales_order_id, line_number, branch, sku, quantity)
       select "salesOrderId", "lineNumber", branch, sku, quantity from taken
     ), positioned as (
       update inventory_positions p set allocated = p.allocated + t.quantity
         from (select sku, branch, sum(quantity) as quantity from taken group by sku, branch) t
        where p.sku = t.sku and p.branch = t.branch
     )
     update sales_order_lines l
        set quantity_backordered = l.quantity_backordered - t.quantity,
            quantity_allocated = l.quantity_allocated + t.quantity,
            allocation_explanation = l.allocation_explanation || ' ' || t.explanation
       from (select "salesOrderId", "lineNumber", sum(quantity) as quantity,
                    'Later filled: ' || string_agg(trim_scale(quantity)::text || ' from ' || branch, ', ' order by branch) || '.' as explanation
               from taken group by "salesOrderId", "lineNumber") t
      where l.sales_order_id = t."salesOrderId" and l.line_number = t."lineNumber"`,
    allocations,
  );
}

function utterFilled(allocations: readonly NewAllocation[], lines: readonly WaitingRow[]): EventDraft[] {
  const correlationOf = new Map(lines.map((line) => [line.salesOrderId, line.correlationId]));
  return [...Map.groupBy(allocations, (allocation) => allocation.salesOrderId)].map(([salesOrderId, filled]) =>
    SalesOrderBackorderFilled(
      { salesOrderId, lines: filled.map(({ lineNumber, sku, quantity }) => ({ lineNumber, sku, quantity })) },
      { correlationId: correlationOf.get(salesOrderId) ?? salesOrderId },
    ),
  );
}
