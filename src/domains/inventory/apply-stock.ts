import { InventoryChanged } from "#contracts";
import { compare, type Transaction } from "#platform";
import { newestOf, type Applied, type NewsContext } from "../applied.ts";
import { rowsOf } from "../sql.ts";
import { openRegisterIfNew } from "./position-register.ts";
import { keepStockDesk } from "./stock-desk.ts";

/** Stock as its owner states it. `sequence` grows with every change of the source, so late and repeated news is recognised. */
export interface StockLevel {
  readonly sku: string;
  readonly branch: string;
  readonly onHand: string;
  readonly safetyStock: string;
  readonly inbound: readonly { readonly expectedOn: string; readonly quantity: string }[];
  readonly sequence: string;
  readonly asOf: string;
}

export interface AppliedStock extends Applied {
  /** Where more can be promised than before: whoever waits for it is served next. */
  readonly risen: readonly { readonly sku: string; readonly branch: string }[];
}

/**
 * Takes stock levels from their owner. What is allocated is ours and stays: a level that leaves less on hand than is allocated makes the
 * position oversold, which is kept on it and reported by `checkBooks`, and nothing more is promised from it.
 */
export async function applyStock(
  tx: Transaction,
  levels: readonly StockLevel[],
  context: NewsContext,
): Promise<AppliedStock> {
  await keepStockDesk(tx, context.source);
  return writeLevels(tx, levels, context);
}

/** For who holds the desk of this source already. */
export async function writeLevels(
  tx: Transaction,
  levels: readonly StockLevel[],
  { source, now }: NewsContext,
): Promise<AppliedStock> {
  if (levels.length === 0) return { received: 0, changed: 0, dropped: 0, events: [], risen: [] };
  const newest = newestOf(
    levels,
    ({ sku, branch }) => `${sku}@${branch}`,
    (candidate, than) => compare(candidate.sequence, than.sequence) > 0,
  );
  await openRegisterIfNew(tx, newest);
  await rowsOf(tx, lockWaitingOrders, newest);
  await rowsOf(tx, lockPositions, newest);
  const rows = await rowsOf<WrittenPosition>(tx, upsertStock, { levels: newest, source, now });
  const events = rows
    .filter(({ isChanged }) => isChanged)
    .map(({ sku, branch, onHand, allocated, availableToPromise }) => {
      const position = `${sku}@${branch}`;
      return InventoryChanged(
        { position, sku, branch, cause: "snapshot", onHand, allocated, availableToPromise },
        { correlationId: `inventory:${position}` },
      );
    });
  const risen = rows.filter(({ hasRisen }) => hasRisen).map(({ sku, branch }) => ({ sku, branch }));
  return { received: levels.length, changed: events.length, dropped: levels.length - rows.length, events, risen };
}

interface WrittenPosition {
  readonly sku: string;
  readonly branch: string;
  readonly onHand: string;
  readonly allocated: string;
  readonly availableToPromise: string;
  readonly isChanged: boolean;
  readonly hasRisen: boolean;
}

// Orders are locked before positions by everybody, and those who wait for what comes are about to be served.
const lockWaitingOrders = `
  select 1 from sales_orders
   where sales_order_id = any(array(
           select l.sales_order_id
             from jsonb_to_recordset($1::jsonb) as n(sku text, branch text, "onHand" numeric, "safetyStock" numeric)
             join sales_order_lines l on l.sku = n.sku and l.quantity_backordered > 0
             left join inventory_positions p on p.sku = n.sku and p.branch = n.branch
            where n."onHand" - n."safetyStock" > coalesce(p.on_hand - p.safety_stock, 0)))
   order by sales_order_id
     for update`;

// In the order everybody locks positions, whatever plan the upsert has.
const lockPositions = `
  select 1 from inventory_positions p
    join jsonb_to_recordset($1::jsonb) as k(sku text, branch text) on p.sku = k.sku and p.branch = k.branch
   order by p.sku, p.branch
     for update of p`;

const upsertStock = `
  with news as (
    select * from jsonb_to_recordset($1::jsonb -> 'levels')
        as n(sku text, branch text, "onHand" numeric, "safetyStock" numeric, inbound jsonb, sequence numeric, "asOf" timestamptz)
     where not exists (select 1 from stock_floors f
                        where f.source = $1::jsonb ->> 'source' and f.branch in (n.branch, '*') and f.sequence >= n.sequence)
  ), known as (
    select k.sku, k.branch, greatest(k.on_hand - k.allocated - k.reserved - k.safety_stock, 0) as available,
           (k.on_hand, k.safety_stock, k.inbound) is not distinct from (n."onHand", n."safetyStock", n.inbound) as is_same
      from news n join inventory_positions k on k.sku = n.sku and k.branch = n.branch
  ), written as (
    insert into inventory_positions as p (sku, branch, on_hand, safety_stock, inbound, source, source_sequence, as_of)
    select sku, branch, "onHand", "safetyStock", inbound, $1::jsonb ->> 'source', sequence, "asOf"
      from news order by sku, branch
    on conflict (sku, branch) do update
      set on_hand = excluded.on_hand, safety_stock = excluded.safety_stock, inbound = excluded.inbound, source = excluded.source,
          source_sequence = excluded.source_sequence, as_of = excluded.as_of,
          oversold_since = case when p.allocated > excluded.on_hand
                                then coalesce(p.oversold_since, ($1::jsonb ->> 'now')::timestamptz) end
      where p.source_sequence < excluded.source_sequence
    returning sku, branch, on_hand, allocated, greatest(on_hand - allocated - reserved - safety_stock, 0) as available
  )
  select w.sku, w.branch, trim_scale(w.on_hand)::text as "onHand", trim_scale(w.allocated)::text as allocated,
         trim_scale(w.available)::text as "availableToPromise", not coalesce(k.is_same, false) as "isChanged",
         w.available > coalesce(k.available, 0) as "hasRisen"
    from written w left join known k on k.sku = w.sku and k.branch = w.branch
   order by w.sku, w.branch`;
