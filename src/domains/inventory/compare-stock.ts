import type { Queryable } from "#platform";
import { rowsOf } from "../sql.ts";
import { levelSql, type StockLevel } from "./apply-stock.ts";
import { onHandSql, positionSql, unpostedSql } from "./stock-ledger.ts";

/** Why a position is not what its owner states now, as far as the ledger can tell. */
export type DriftCause = "not-posted-yet" | "movement-not-received" | "unknown";

/** A position of which we and its owner say different things. Quantities as decimals. */
export interface StockDrift {
  readonly sku: string;
  readonly branch: string;
  /** Null: we do not know the position at all. */
  readonly ours: string | null;
  readonly theirs: string;
  readonly allocated: string;
  /** What left us, or was not found, and is still in what was stated. */
  readonly unposted: string;
  /** How many movements were told since what was stated. */
  readonly laterMovements: number;
  /** Since the owner stated what we go by. */
  readonly ageSeconds: number | null;
  readonly cause: DriftCause;
}

/** Holds what the owner states now against what we have. What it stated earlier than what we know is passed over. */
export const compareStock = (
  database: Queryable,
  levels: readonly StockLevel[],
  { source, now }: { readonly source: string; readonly now: Date },
): Promise<readonly StockDrift[]> => rowsOf<StockDrift>(database, compareLevels, { levels, source, now });

// What taking the statement would make of the position: nothing but the ledger knows what of a difference is right.
const compareLevels = `
  select n.sku, n.branch, trim_scale(p.on_hand)::text as ours, trim_scale(n."onHand")::text as theirs,
         trim_scale(coalesce(p.allocated, 0))::text as allocated, trim_scale(coalesce(${unpostedSql(positionSql("p"))}, 0))::text as unposted,
         (select count(*)::int from stock_movements m
           where m.sku = p.sku and m.branch = p.branch and m.source = p.source and m.sequence > p.source_sequence and not m.is_late) as "laterMovements",
         round(extract(epoch from ($1::jsonb ->> 'now')::timestamptz - p.as_of), 1)::float8 as "ageSeconds",
         case when p.on_hand = ${onHandSql(levelSql)} then 'not-posted-yet'
              when p.sku is null or n.sequence > p.source_sequence then 'movement-not-received'
              else 'unknown' end as cause
    from jsonb_to_recordset($1::jsonb -> 'levels') as n(sku text, branch text, "onHand" numeric, sequence numeric, "asOf" timestamptz)
    left join inventory_positions p on p.sku = n.sku and p.branch = n.branch
   where p.sku is null or p.on_hand <> n."onHand" and n.sequence >= p.source_sequence
   order by n.sku, n.branch`;
