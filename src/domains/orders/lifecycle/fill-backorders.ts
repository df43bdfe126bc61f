import { SalesOrderBackorderFilled, type EventDraft } from "#contracts";
import type { Queryable, Transaction } from "#platform";
import { readPromisingPlan } from "../../promising/applied-rules.ts";
import { priorities, servedBy, waitingOrderSql } from "../../promising/backorder-order.ts";
import type { PromisingPlan } from "../../promising/promising-plan.ts";
import type { BackorderPolicy } from "../../promising/promising-rules.ts";
import { rowsOf } from "../../sql.ts";
import { lockIdleOrders, lockIdlePositions, lockOrders, lockPositions, skusOf, type Position } from "./locks.ts";
import { settleKits } from "./settle-kits.ts";
import { fillWaitingLines, type FreeStock, type NewAllocation, type WaitingLine } from "./waiting-lines.ts";

export interface FillOptions {
  /** Leave out branches that refused, or found nothing of, the same order before: only new stock gives them a new chance. */
  readonly avoidRefusedBranches?: boolean;
  /**
   * The transaction holds positions already: orders and further positions that somebody else is at are passed by. He, or the next reading of the feeds,
   * serves them.
   */
  readonly holdsPositions?: boolean;
}

/**
 * Stock arrived or came free at these positions: allocates it to the lines that wait for it, in the order the policy in force has, and
 * utters `sales-order.backorder-filled` an order. Called by the stock feed, by receipts, and whenever stock is given back. What is kept for
 * a channel goes to that channel's lines only, and what may not ship from a branch is not filled there.
 */
export async function fillBackorders(
  tx: Transaction,
  arrived: readonly Position[],
  options: FillOptions = {},
): Promise<readonly EventDraft[]> {
  if (arrived.length === 0) return [];
  let positions: readonly Position[] = [...arrived, ...(await otherPartsOfKits(tx, arrived))];
  const plan = await readPromisingPlan(tx);
  const drafts: EventDraft[] = [];
  const asked = new Set<string>();
  const offered: Turn[] = [];
  // Whoever was offered what there is and still waits cannot have it (a kit lacks another part, a branch is avoided, what is left is kept for others): then
  // it is the turn of those after him. So it is where another served them between the look and the lock.
  for (let round = 0, { holdsPositions = false } = options; ; round += 1, holdsPositions = true) {
    const waiting = await turnsThatCome(tx, positions, plan, { offered, reach: 2 ** round });
    const next = waiting.filter((turn) => !asked.has(keyOf(turn)));
    if (next.length === 0) return drafts;
    const orders = [...new Set(next.map(({ salesOrderId }) => salesOrderId))];
    const held = new Set(holdsPositions ? await lockIdleOrders(tx, orders) : orders);
    if (!holdsPositions) await lockOrders(tx, orders);
    // Once: what appears there while it holds them would be locked out of order.
    if (round === 0) positions = await hold(tx, positions, plan, options);
    const turns = next.filter(({ salesOrderId }) => held.has(salesOrderId));
    drafts.push(...(await fillInTurn(tx, turns, positions, plan, options)));
    for (const turn of next) asked.add(keyOf(turn));
    offered.push(...turns);
  }
}

/** An order's turn at an item. At another it waits for he may come later: those before him there may not have been asked yet. */
interface Turn {
  readonly salesOrderId: string;
  readonly sku: string;
}
const keyOf = ({ salesOrderId, sku }: Turn) => `${salesOrderId} ${sku}`;
/** Those of a statement's parameter, as a relation `t`. */
const turnsSql = (name: "turns" | "offered") =>
  `jsonb_to_recordset($1::jsonb -> '${name}') as t("salesOrderId" text, sku text)`;

/**
 * Locks what is to be given out, and answers what of it is held. Where something is kept for channels all there is of an item counts, and is held or the item
 * is nobody's turn.
 */
async function hold(
  tx: Transaction,
  positions: readonly Position[],
  { keepsForChannels }: PromisingPlan,
  { holdsPositions }: FillOptions,
): Promise<readonly Position[]> {
  const skus = keepsForChannels ? skusOf(positions) : [];
  if (!holdsPositions) {
    await lockPositions(tx, positions, skus);
    return positions;
  }
  const others = await lockIdlePositions(tx, positions, skus);
  const isFree = ({ sku, branch }: Position) =>
    !others.some((other) => other.sku === sku && (keepsForChannels || other.branch === branch));
  return positions.filter(isFree);
}

/** For orders and positions that are locked. */
async function fillInTurn(
  tx: Transaction,
  turns: readonly Turn[],
  positions: readonly Position[],
  plan: PromisingPlan,
  options: FillOptions,
): Promise<readonly EventDraft[]> {
  const lines = await readWaitingLines(tx, turns, plan.backorders);
  const stock = await readFreeStock(tx, positions, plan.keepsForChannels);
  const considered = options.avoidRefusedBranches ? lines : lines.map((line) => ({ ...line, avoid: [] }));
  const allocations = fillWaitingLines(considered, stock, plan);
  if (allocations.length === 0) return [];
  await writeAllocations(tx, allocations, servedBy(plan.backorders, plan.version));
  await settleKits(
    tx,
    allocations.map(({ salesOrderId }) => salesOrderId),
  );
  return utterFilled(allocations, lines);
}

/** Where stock lies free that a line waits for. Rarely anywhere: it is given out as it comes. */
export const readPositionsWaitedFor = (database: Queryable): Promise<readonly Position[]> =>
  database.query<Position>(
    `select distinct p.sku, p.branch
       from sales_order_lines l join inventory_positions p on p.sku = l.sku
      where l.quantity_backordered > 0 and p.on_hand - p.allocated - p.reserved - p.safety_stock > 0
      order by p.sku, p.branch`,
  );

/** Where the other parts lie that kits wait for together with what arrived: they are taken together. */
const otherPartsOfKits = (tx: Transaction, arrived: readonly Position[]): Promise<readonly Position[]> =>
  rowsOf<Position>(
    tx,
    `select distinct p.sku, p.branch
       from jsonb_to_recordset($1::jsonb) as k(sku text, branch text)
       join sales_order_lines l on l.sku = k.sku and l.quantity_backordered > 0 and l.kit_line_number is not null
       join sales_order_lines s on s.sales_order_id = l.sales_order_id and s.kit_line_number = l.kit_line_number
                               and s.sku <> l.sku and s.quantity_backordered > 0
       join inventory_positions p on p.sku = s.sku and p.branch = k.branch
      where (p.sku, p.branch) not in (select o.sku, o.branch from jsonb_to_recordset($1::jsonb) as o(sku text, branch text))`,
    arrived,
  );

type WaitingRow = WaitingLine & { readonly correlationId: string };

interface Queue {
  /** Those who had their turn. */
  readonly offered: readonly Turn[];
  /** How many times as much as is there may wait before a turn: the more rounds were in vain, the further down the queue is looked. */
  readonly reach: number;
}

/** Those whose turn can come: what waits before them is less than what is there. Nothing is locked yet. */
async function turnsThatCome(
  tx: Transaction,
  positions: readonly Position[],
  { backorders: policy, keepsForChannels }: PromisingPlan,
  { offered, reach }: Queue,
): Promise<readonly Turn[]> {
  // Of what is kept for its channel a line may have while others before it may not.
  const queue = keepsForChannels ? "l.sku, o.channel" : "l.sku";
  return rowsOf<Turn>(
    tx,
    `with free as (
       select p.sku, sum(greatest(p.on_hand - p.allocated - p.reserved - p.safety_stock, 0)) as available
         from jsonb_to_recordset($1::jsonb -> 'positions') as k(sku text, branch text)
         join inventory_positions p on p.sku = k.sku and p.branch = k.branch
        group by p.sku
     ), waiting as (
       select l.sales_order_id, l.sku, f.available,
              sum(l.quantity_backordered) over (partition by ${queue} order by ${waitingOrderSql(policy)})
                - l.quantity_backordered as before
         from free f
         join sales_order_lines l on l.sku = f.sku and l.quantity_backordered > 0
         join sales_orders o on o.sales_order_id = l.sales_order_id and o.stage in ('accepted', 'on-hold', 'released')
         join customers c on c.customer_number = o.customer_number
        where f.available > 0 and (l.sales_order_id, l.sku) not in (
          select t."salesOrderId", t.sku from ${turnsSql("offered")})
     )
     select distinct sales_order_id as "salesOrderId", sku from waiting where before < available * ($1::jsonb ->> 'reach')::numeric`,
    { positions, offered, reach, ...priorities(policy) },
  );
}

/** Of a kit of which a part has its turn, all parts that are waited for: none is filled without the others. */
async function readWaitingLines(
  tx: Transaction,
  turns: readonly Turn[],
  policy: BackorderPolicy,
): Promise<readonly WaitingRow[]> {
  return rowsOf<WaitingRow>(
    tx,
    `select l.sales_order_id as "salesOrderId", l.line_number as "lineNumber", l.sku,
            l.quantity_backordered::text as quantity, c.home_branch as "homeBranch", o.correlation_id as "correlationId",
            l.kit_line_number as "kitLineNumber", l.kit_quantity::text as "kitQuantity",
            o.channel, jsonb_strip_nulls(jsonb_build_object(
              'sku', l.sku, 'hazardous', coalesce(i.hazardous, false), 'weightLb', coalesce(i.weight_lb, 0)::text,
              'lengthIn', i.length_in::text, 'widthIn', i.width_in::text, 'heightIn', i.height_in::text)) as item,
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
       left join products i on i.sku = l.sku
      where l.sales_order_id in (select t."salesOrderId" from ${turnsSql("turns")})
        and exists (select from ${turnsSql("turns")} join sales_order_lines s on s.sales_order_id = t."salesOrderId" and s.sku = t.sku
                     where s.sales_order_id = l.sales_order_id and (s.line_number = l.line_number or s.kit_line_number = l.kit_line_number))
        and l.quantity_backordered > 0 and not l.is_kit
      order by ${waitingOrderSql(policy)}`,
    { turns, ...priorities(policy) },
  );
}

/** What is free at the positions; and, where it must be known, at the items' other branches, from which nothing is taken now. */
async function readFreeStock(
  tx: Transaction,
  positions: readonly Position[],
  andElsewhere: boolean,
): Promise<readonly FreeStock[]> {
  const isAsked = `(p.sku, p.branch) in (select k.sku, k.branch from jsonb_to_recordset($1::jsonb) as k(sku text, branch text))`;
  return rowsOf<FreeStock>(
    tx,
    `select p.sku, p.branch, greatest(p.on_hand - p.allocated - p.reserved - p.safety_stock, 0)::text as available,
            ${isAsked} as "isOffered"
       from inventory_positions p
       left join branches b on b.branch = p.branch
      where ${andElsewhere ? "p.sku in (select k.sku from jsonb_to_recordset($1::jsonb) as k(sku text))" : isAsked}
      order by b.sourcing_rank, p.branch, p.sku`,
    positions,
  );
}

async function writeAllocations(tx: Transaction, allocations: readonly NewAllocation[], served: string): Promise<void> {
  await rowsOf(
    tx,
    `with taken as (
       select * from jsonb_to_recordset($1::jsonb -> 'allocations')
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
                    'Later filled: ' || string_agg(trim_scale(quantity)::text || ' from ' || branch, ', ' order by branch) ||
                    ($1::jsonb ->> 'served') || '.' as explanation
               from taken group by "salesOrderId", "lineNumber") t
      where l.sales_order_id = t."salesOrderId" and l.line_number = t."lineNumber"`,
    { allocations, served },
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
