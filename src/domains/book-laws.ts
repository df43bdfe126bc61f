import { movedSql, onHandSql, positionSql, unpostedSql } from "./inventory/stock-ledger.ts";
import { kitQuantitiesSql } from "./orders/lifecycle/settle-kits.ts";

/** One thing that must be true of the whole database. */
interface BookLaw {
  /** What to do about each line of which it is not. */
  readonly remedy: string;
  /**
   * Selects what is off: `what` (an order's line, a position, an order, a customer), `explanation` (what it says, and what it should say) and
   * `isBySnapshot` (true where the owner of the stock made it so). May read `line_allocations`, `position_allocations` and `uneven_orders`.
   */
  readonly sql: string;
}

/** Sums that several laws look at, made once. */
export const bookSums = `
  line_allocations as (
    select sales_order_id, line_number, sum(quantity) as quantity
      from allocations where quantity <> 0 group by sales_order_id, line_number
  ), position_allocations as (
    select sku, branch, sum(quantity) as quantity from allocations where quantity <> 0 group by sku, branch
  ), uneven_orders as (
    select o.sales_order_id, o.merchandise_amount, l.sales_order_id as lines_of, l.amount
      from sales_orders o
      full join (select sales_order_id, sum(line_amount) as amount from sales_order_lines group by sales_order_id) l
        on l.sales_order_id = o.sales_order_id
     where o.merchandise_amount is distinct from l.amount
  )`;

const byStory = "`crossdock trace <order>` tells what was done to it.";

/** Laws 7 and 8, as a database can break them: by a bug, by hand, by a restore of one table without the other. */
export const bookLaws = {
  "line-quantities-add-up": {
    remedy: `What was shipped and cancelled stands in the fulfillments and the order's story; what is left is allocated as far as its allocations say, and backordered beyond. Correct the line to that. ${byStory}`,
    sql: `select l.sales_order_id || ' line ' || l.line_number as what, false as "isBySnapshot",
             format('%s ordered, but open %s + allocated %s + backordered %s + shipped %s + cancelled %s', l.quantity_ordered, l.quantity_open,
                    l.quantity_allocated, l.quantity_backordered, l.quantity_shipped, l.quantity_cancelled) ||
             case when least(l.quantity_open, l.quantity_allocated, l.quantity_backordered, l.quantity_shipped, l.quantity_cancelled) < 0
                  then '; none may be below 0' else '; they should make ' || l.quantity_ordered end as explanation
        from sales_order_lines l
       where l.quantity_ordered <> l.quantity_open + l.quantity_allocated + l.quantity_backordered + l.quantity_shipped + l.quantity_cancelled
          or least(l.quantity_open, l.quantity_allocated, l.quantity_backordered, l.quantity_shipped, l.quantity_cancelled) < 0`,
  },
  "line-allocated-is-its-allocations": {
    remedy: `The allocations are what the branches work from: correct the line to them, and its backordered quantity by as much. Allocations of a line that is not there are deleted, and their position is corrected. ${byStory}`,
    sql: `select coalesce(l.sales_order_id, t.sales_order_id) || ' line ' || coalesce(l.line_number, t.line_number), false,
             case when l.sales_order_id is null then format('there is no such line, its allocations say %s and should not be there', t.quantity)
                  else format('the line says %s allocated, its allocations say %s', l.quantity_allocated, coalesce(t.quantity, 0)) end
        from sales_order_lines l full join line_allocations t on t.sales_order_id = l.sales_order_id and t.line_number = l.line_number
       where coalesce(l.quantity_allocated, 0) <> coalesce(t.quantity, 0) and not coalesce(l.is_kit, false)`,
  },
  "position-allocated-is-its-allocations": {
    remedy:
      "The allocations are what was promised: correct the position's allocated quantity to their sum, while no hub runs. Until then too much or too little of it is sold.",
    sql: `select coalesce(p.sku, t.sku) || '@' || coalesce(p.branch, t.branch), false,
             format('the position says %s allocated, the allocations say %s', coalesce(p.allocated, 0), coalesce(t.quantity, 0))
        from inventory_positions p full join position_allocations t on t.sku = p.sku and t.branch = p.branch
       where coalesce(p.allocated, 0) <> coalesce(t.quantity, 0)`,
  },
  "position-reserved-is-its-reservations": {
    remedy:
      "The reservations' live lines are what carts and quotes were told: correct the position's reserved quantity to their sum, while no hub runs.",
    sql: `select coalesce(p.sku, k.sku) || '@' || coalesce(p.branch, k.branch), false,
             format('the position says %s reserved, the live reservations say %s', coalesce(p.reserved, 0), coalesce(k.quantity, 0))
        from inventory_positions p
        full join (select sku, branch, sum(quantity) as quantity from reservation_lines where is_live group by sku, branch) k
          on k.sku = p.sku and k.branch = p.branch
       where coalesce(p.reserved, 0) <> coalesce(k.quantity, 0)`,
  },
  "position-on-hand-is-its-ledger": {
    remedy:
      "The ledger is what the owner stated, what he told of since, and what left us unposted: correct the position's on hand to its sum, while no hub runs. `crossdock doctor stock` compares it with its owner.",
    sql: `select sku || '@' || branch, false,
             format('the position says %s on hand; %s stated, %s moved since and %s shipped and not posted yet make %s', trim_scale(on_hand),
                    trim_scale(stated_on_hand), trim_scale(moved), trim_scale(unposted), trim_scale(sum))
        from (select p.sku, p.branch, p.on_hand, p.stated_on_hand, ${movedSql(positionSql("p"))} as moved,
                     ${unpostedSql(positionSql("p"))} as unposted, ${onHandSql(positionSql("p"))} as sum
                from inventory_positions p) as ledger
       where on_hand <> sum`,
  },
  "position-not-oversold": {
    remedy:
      "Count the shelf. Where the goods are there, the owner of the stock corrects its figure; where they are not, cancel or wait: nothing more is promised from it, and goods that come in serve what was promised first.",
    sql: `select p.sku || '@' || p.branch, p.oversold_since is not null,
             format('%s allocated and only %s on hand', p.allocated, p.on_hand) ||
             coalesce(', since its owner said so at ' || p.oversold_since, '')
        from inventory_positions p
       where p.allocated > greatest(p.on_hand, 0)`,
  },
  "allocation-awaits-its-shipment": {
    remedy: `The branch is done with it, so it is shipped or free: look what the warehouse said last, then correct allocation, line and position together. ${byStory}`,
    sql: `select a.sales_order_id || ' line ' || a.line_number, false,
             format('%s stay allocated at %s for %s, which %s; it should be 0', trim_scale(a.quantity), a.branch, a.fulfillment_order_id,
                    coalesce('is ' || f.status, 'is not there'))
        from allocations a left join fulfillment_orders f on f.fulfillment_order_id = a.fulfillment_order_id
       where a.fulfillment_order_id is not null and a.quantity <> 0 and coalesce(f.status, 'cancelled') in ('shipped', 'cancelled')`,
  },
  "kit-is-its-components": {
    remedy: `The lines of the components have the stock: correct the kit's line to what they say. ${byStory}`,
    sql: `select k.sales_order_id || ' line ' || k.line_number, false,
             format('the kit says %s shipped, %s allocated, %s backordered; its components say %s, %s, %s', k.quantity_shipped,
                    k.quantity_allocated, k.quantity_backordered, q.shipped, q.tied - q.shipped, q.alive - q.tied)
        from sales_order_lines k
        left join (${kitQuantitiesSql} group by c.sales_order_id, c.kit_line_number) q
          on q.sales_order_id = k.sales_order_id and q.line_number = k.line_number
       where k.is_kit and (k.quantity_shipped, k.quantity_allocated, k.quantity_backordered)
                            is distinct from (q.shipped, q.tied - q.shipped, q.alive - q.tied)`,
  },
  "line-has-its-order": {
    remedy:
      "Restore the order from a backup by the same moment, or delete what was left of it and correct the positions it is allocated from.",
    sql: `select lines_of, false, 'there is no such order, but lines of it' from uneven_orders where sales_order_id is null`,
  },
  "order-amount-is-its-lines": {
    remedy: `The lines are what is invoiced: correct the order's amount to their sum, and its exposure with it while that is not 0. An order without lines lost them: restore both by the same moment. ${byStory}`,
    sql: `select sales_order_id, false,
             case when lines_of is null then format('the order says %s and has no lines', merchandise_amount)
                  else format('the order says %s, its lines add up to %s', merchandise_amount, amount) end
        from uneven_orders where sales_order_id is not null`,
  },
  "finished-order-waits-for-nothing": {
    remedy: `A closed or cancelled order is worked on by nobody: give back the stock and the credit it still binds, or find out who closed it too early. ${byStory}`,
    sql: `select o.sales_order_id, false,
             format('is %s and still has %s to ship and binds %s of credit; both should be 0', o.stage, coalesce(l.quantity, 0), o.exposure_amount)
        from sales_orders o
        left join (select sales_order_id, sum(quantity_open + quantity_allocated + quantity_backordered) as quantity
                     from sales_order_lines where quantity_open + quantity_allocated + quantity_backordered <> 0
                    group by sales_order_id) l on l.sales_order_id = o.sales_order_id
       where o.stage in ('closed', 'cancelled') and (l.quantity is not null or o.exposure_amount <> 0)`,
  },
  "exposure-is-its-orders": {
    remedy:
      "What each order binds is decided with it: correct the customer's hub exposure to their sum, while no hub runs. Until then orders are held that need not be, or pass that must not.",
    sql: `select coalesce(c.customer_number, o.customer_number), false,
             format('the customer''s hub exposure says %s, the orders say %s', coalesce(c.hub_exposure, 0), coalesce(o.amount, 0))
        from customer_credits c
        full join (select customer_number, sum(exposure_amount) as amount from sales_orders where exposure_amount <> 0 group by customer_number) o
          on o.customer_number = c.customer_number
       where coalesce(c.hub_exposure, 0) <> coalesce(o.amount, 0)`,
  },
} as const satisfies Readonly<Record<string, BookLaw>>;
