import { InventoryChanged } from "#contracts";
import { compare, type Transaction } from "#platform";
import { newestOf, type Applied, type NewsContext } from "../applied.ts";
import { rowsOf } from "../sql.ts";
import { openRegisterIfNew } from "./position-register.ts";
import { availableSql } from "./read-stock.ts";
import { keepStockDesk } from "./stock-desk.ts";
import { branchFloorSql, floorSql } from "./stock-floors.ts";
import { coveredSql, onHandSql, oversoldSinceSql, type BalancedPosition } from "./stock-ledger.ts";

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

/** Stock news may say again what its source said before: then it is taken only where somebody asked for it. */
export interface StockContext extends NewsContext {
  readonly isCorrection?: boolean;
}

export interface AppliedStock extends Applied {
  /** Where more can be promised than before: whoever waits for it is served next. */
  readonly risen: readonly { readonly sku: string; readonly branch: string }[];
}

/**
 * Takes stock levels from their owner. On hand becomes what the ledger makes of it: with the movements that came after, without what left us
 * and is contained in it. What is allocated is ours and stays: a level that leaves less on hand than is allocated makes the
 * position oversold, which is kept on it and reported by `checkBooks`, and nothing more is promised from it.
 */
export async function applyStock(
  tx: Transaction,
  levels: readonly StockLevel[],
  context: StockContext,
): Promise<AppliedStock> {
  await keepStockDesk(tx, context.source);
  return writeLevels(tx, levels, context);
}

/** For who holds the desk of this source already. */
export async function writeLevels(
  tx: Transaction,
  levels: readonly StockLevel[],
  { source, now, isCorrection = false }: StockContext,
): Promise<AppliedStock> {
  if (levels.length === 0) return { received: 0, changed: 0, dropped: 0, events: [], risen: [] };
  const newest = newestOf(
    levels,
    ({ sku, branch }) => `${sku}@${branch}`,
    (candidate, than) => compare(candidate.sequence, than.sequence) > 0,
  );
  await openRegisterIfNew(tx, newest);
  await rowsOf(tx, lockWaitingOrders, newest);
  const known = await rowsOf<KnownPosition>(tx, lockPositions, newest);
  const knownOf = new Map(known.map((position) => [`${position.sku}@${position.branch}`, position]));
  const rows = await rowsOf<WrittenPosition>(tx, upsertStock, { levels: newest, source, now, isCorrection });
  const written = rows.map((row) => ({ row, before: knownOf.get(`${row.sku}@${row.branch}`) }));
  const changed = written.filter(({ row, before }) => !before?.isElseSame || before.onHand !== row.onHand);
  const risen = written.filter(({ row, before }) => compare(row.availableToPromise, before?.available ?? "0") > 0);
  return {
    received: levels.length,
    changed: changed.length,
    dropped: levels.length - rows.length,
    events: changed.map(({ row }) => tellPosition(row, "snapshot")),
    risen: risen.map(({ row: { sku, branch } }) => ({ sku, branch })),
  };
}

/** That a position is different now, as a story of its own. */
export function tellPosition(
  { sku, branch, onHand, allocated, availableToPromise }: WrittenPosition,
  cause: Parameters<typeof InventoryChanged>[0]["cause"],
): ReturnType<typeof InventoryChanged> {
  const position = `${sku}@${branch}`;
  return InventoryChanged(
    { position, sku, branch, cause, onHand, allocated, availableToPromise },
    { correlationId: `inventory:${position}` },
  );
}

type WrittenPosition = Omit<BalancedPosition, "hasRisen">;

interface KnownPosition {
  readonly sku: string;
  readonly branch: string;
  readonly onHand: string;
  readonly available: string;
  /** Safety stock and what is on its way are as they are stated now. */
  readonly isElseSame: boolean;
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

// In the order everybody locks positions, whatever plan the upsert has; and what they were, which after it nobody can tell.
const lockPositions = `
  select p.sku, p.branch, trim_scale(p.on_hand)::text as "onHand", trim_scale(${availableSql})::text as available,
         (p.safety_stock, p.inbound) is not distinct from (n."safetyStock", n.inbound) as "isElseSame"
    from jsonb_to_recordset($1::jsonb) as n(sku text, branch text, "safetyStock" numeric, inbound jsonb)
    join inventory_positions p on p.sku = n.sku and p.branch = n.branch
   order by p.sku, p.branch
     for update of p`;

// A level is a row of its own name for the ledger: what is stated, and as of which sequence.
export const levelSql = {
  sku: "n.sku",
  branch: "n.branch",
  source: `$1::jsonb ->> 'source'`,
  stated: `n."onHand"`,
  sequence: "n.sequence",
  asOf: `n."asOf"`,
};

/** A level the source did not state again, or later, with a snapshot. */
export const untoldSql = `
  case when ($1::jsonb -> 'isCorrection')::boolean then ${floorSql(levelSql)} <= n.sequence else ${floorSql(levelSql)} < n.sequence end`;

const upsertStock = `
  with news as (
    select * from jsonb_to_recordset($1::jsonb -> 'levels')
        as n(sku text, branch text, "onHand" numeric, "safetyStock" numeric, inbound jsonb, sequence numeric, "asOf" timestamptz)
     where ${untoldSql}
  ), written as (
    insert into inventory_positions as p (sku, branch, on_hand, stated_on_hand, safety_stock, inbound, source, source_sequence, as_of)
    select n.sku, n.branch, ${onHandSql(levelSql)}, n."onHand", n."safetyStock", n.inbound, $1::jsonb ->> 'source', n.sequence, n."asOf"
      from news n order by n.sku, n.branch
    on conflict (sku, branch) do update
      set on_hand = excluded.on_hand, stated_on_hand = excluded.stated_on_hand, safety_stock = excluded.safety_stock,
          inbound = excluded.inbound, source = excluded.source, source_sequence = excluded.source_sequence, as_of = excluded.as_of,
          own_floor = case when excluded.source_sequence < ${branchFloorSql({ source: "excluded.source", branch: "excluded.branch" })}
                           then excluded.source_sequence end,
          oversold_since = ${oversoldSinceSql("p", "p.allocated", "excluded.on_hand", "($1::jsonb ->> 'now')::timestamptz")}
      where p.source_sequence < excluded.source_sequence
         or p.source_sequence = excluded.source_sequence and ($1::jsonb -> 'isCorrection')::boolean
    returning sku, branch, on_hand, allocated, ${availableSql} as available, source_sequence, as_of
  ), covered as (
    delete from stock_issues i using written w
     where i.sku = w.sku and i.branch = w.branch and ${coveredSql("i", { sequence: "w.source_sequence", asOf: "w.as_of" })}
  )
  select sku, branch, trim_scale(on_hand)::text as "onHand", trim_scale(allocated)::text as allocated,
         trim_scale(available)::text as "availableToPromise"
    from written order by sku, branch`;
