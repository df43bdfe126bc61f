import type { Queryable } from "#platform";
import { kitQuantitiesSql } from "./orders/lifecycle/settle-kits.ts";

/** One line of the books that does not balance. */
export interface BooksFault {
  readonly law: BooksLaw;
  /** What is off: an order's line, a position, an order, a customer. */
  readonly what: string;
  readonly explanation: string;
}
export type BooksLaw =
  | "line-quantities-add-up"
  | "line-allocated-is-its-allocations"
  | "position-allocated-is-its-allocations"
  | "position-reserved-is-its-reservations"
  | "position-not-oversold"
  | "kit-is-its-components"
  | "order-amount-is-its-lines"
  | "exposure-is-its-orders";

export interface Books {
  readonly balanced: boolean;
  /** What must not be, ever. */
  readonly faults: readonly BooksFault[];
  /** Positions whose owner states less on hand than was promised before: true, regrettable, and nobody's mistake here. */
  readonly oversoldBySnapshot: readonly BooksFault[];
  readonly checked: { readonly orders: number; readonly lines: number; readonly positions: number };
}

/** Laws 7 and 8 over the whole database, as of one moment. Names every line that is off. */
export async function checkBooks(database: Queryable): Promise<Books> {
  const rows = await database.query<BooksFault & { readonly isBySnapshot: boolean }>(faultsSql);
  const [counts = { orders: 0, lines: 0, positions: 0 }] = await database.query<Books["checked"]>(countsSql);
  const told = (bySnapshot: boolean) =>
    rows
      .filter(({ isBySnapshot }) => isBySnapshot === bySnapshot)
      .map(({ law, what, explanation }) => ({ law, what, explanation }));
  const faults = told(false);
  return { balanced: faults.length === 0, faults, oversoldBySnapshot: told(true), checked: counts };
}

const countsSql = `select (select count(*)::float8 from sales_orders) as orders, (select count(*)::float8 from sales_order_lines) as lines,
  (select count(*)::float8 from inventory_positions) as positions`;

// One statement, so that everything is seen as of the same moment.
const faultsSql = `
  with tied as (
    select sales_order_id, line_number, sku, branch, sum(quantity) as quantity
      from allocations where quantity <> 0 group by sales_order_id, line_number, sku, branch
  ), by_line as (
    select sales_order_id, line_number, sum(quantity) as quantity from tied group by sales_order_id, line_number
  ), kept as (
    select sku, branch, sum(quantity) as quantity from reservation_lines where is_live group by sku, branch
  ), by_position as (
    select sku, branch, sum(quantity) as quantity from tied group by sku, branch
  )
  select 'line-quantities-add-up' as law, l.sales_order_id || ' line ' || l.line_number as what, false as "isBySnapshot",
         format('%s ordered, but open %s + allocated %s + backordered %s + shipped %s + cancelled %s', l.quantity_ordered, l.quantity_open,
                l.quantity_allocated, l.quantity_backordered, l.quantity_shipped, l.quantity_cancelled) as explanation
    from sales_order_lines l
   where l.quantity_ordered <> l.quantity_open + l.quantity_allocated + l.quantity_backordered + l.quantity_shipped + l.quantity_cancelled
      or least(l.quantity_open, l.quantity_allocated, l.quantity_backordered, l.quantity_shipped, l.quantity_cancelled) < 0
  union all
  select 'line-allocated-is-its-allocations', l.sales_order_id || ' line ' || l.line_number, false,
         format('the line says %s allocated, its allocations say %s', l.quantity_allocated, coalesce(t.quantity, 0))
    from sales_order_lines l left join by_line t using (sales_order_id, line_number)
   where l.quantity_allocated <> coalesce(t.quantity, 0) and not l.is_kit
  union all
  select 'position-allocated-is-its-allocations', coalesce(p.sku, t.sku) || '@' || coalesce(p.branch, t.branch), false,
         format('the position says %s allocated, the allocations say %s', coalesce(p.allocated, 0), coalesce(t.quantity, 0))
    from inventory_positions p full join by_position t on t.sku = p.sku and t.branch = p.branch
   where coalesce(p.allocated, 0) <> coalesce(t.quantity, 0)
  union all
  select 'position-reserved-is-its-reservations', coalesce(p.sku, k.sku) || '@' || coalesce(p.branch, k.branch), false,
         format('the position says %s reserved, the live reservations say %s', coalesce(p.reserved, 0), coalesce(k.quantity, 0))
    from inventory_positions p full join kept k on k.sku = p.sku and k.branch = p.branch
   where coalesce(p.reserved, 0) <> coalesce(k.quantity, 0)
  union all
  select 'position-not-oversold', p.sku || '@' || p.branch, p.oversold_since is not null,
         format('%s allocated and only %s on hand', p.allocated, p.on_hand) ||
         coalesce(', since its owner said so at ' || p.oversold_since, '')
    from inventory_positions p
   where p.allocated > greatest(p.on_hand, 0)
  union all
  select 'kit-is-its-components', k.sales_order_id || ' line ' || k.line_number, false,
         format('the kit says %s shipped, %s allocated, %s backordered; its components say %s, %s, %s', k.quantity_shipped,
                k.quantity_allocated, k.quantity_backordered, q.shipped, q.tied - q.shipped, q.alive - q.tied)
    from sales_order_lines k
    left join (${kitQuantitiesSql} group by c.sales_order_id, c.kit_line_number) q
      on q.sales_order_id = k.sales_order_id and q.line_number = k.line_number
   where k.is_kit and (k.quantity_shipped, k.quantity_allocated, k.quantity_backordered)
                        is distinct from (q.shipped, q.tied - q.shipped, q.alive - q.tied)
  union all
  select 'order-amount-is-its-lines', o.sales_order_id, false,
         format('the order says %s, its lines add up to %s', o.merchandise_amount, coalesce(l.amount, 0))
    from sales_orders o
    left join (select sales_order_id, sum(line_amount) as amount from sales_order_lines group by sales_order_id) l using (sales_order_id)
   where o.merchandise_amount <> coalesce(l.amount, 0)
  union all
  select 'exposure-is-its-orders', c.customer_number, false,
         format('the customer''s hub exposure says %s, the orders say %s', c.hub_exposure, coalesce(o.amount, 0))
    from customer_credits c
    left join (select customer_number, sum(exposure_amount) as amount from sales_orders where exposure_amount <> 0 group by customer_number) o
      using (customer_number)
   where c.hub_exposure <> coalesce(o.amount, 0)
   order by law, what`;
