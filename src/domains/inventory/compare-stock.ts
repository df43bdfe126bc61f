import type { Queryable } from "#platform";
import { rowsOf } from "../sql.ts";
import { levelSql, type StockLevel } from "./apply-stock.ts";
import { coveredSql, onHandSql, positionSql, unpostedSql } from "./stock-ledger.ts";

/** Why a position is not what its owner states now, as far as the ledger can tell. */
export const driftCauses = [
  /** What left us, or was not found, is still in what it states. */
  "not-posted-yet",
  /** It told of movements that are later than what it states. */
  "moved-since",
  /** We go by what another system states of it. */
  "stated-by-another",
  /** It states something newer than all it told us, or a position it never told us of. */
  "change-not-received",
  /** It stated the same before, and our figure does not come of it. */
  "unknown",
] as const;
export type DriftCause = (typeof driftCauses)[number];

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
  /** ISO 8601; since when the first of it is. Null: there is none. */
  readonly unpostedSince: string | null;
  /** How many movements were told since what was stated. */
  readonly laterMovements: number;
  /** Since the owner stated what we go by. */
  readonly ageSeconds: number | null;
  readonly cause: DriftCause;
}

/** Whether the difference is as it should be, and goes away by itself. */
export const isExplained = ({ cause }: Pick<StockDrift, "cause">): boolean =>
  cause === "not-posted-yet" || cause === "moved-since" || cause === "stated-by-another";

/** Holds what the owner states now against what we have. What it stated earlier than what we know is passed over. */
export const compareStock = (
  database: Queryable,
  levels: readonly StockLevel[],
  { source, now }: { readonly source: string; readonly now: Date },
): Promise<readonly StockDrift[]> => rowsOf<StockDrift>(database, compareLevels, { levels, source, now });

const ours = positionSql("p");
const isOfAnother = `p.source <> $1::jsonb ->> 'source'`;

// What taking the statement would make of the position: nothing but the ledger knows what of a difference is right.
const compareLevels = `
  select n.sku, n.branch, trim_scale(p.on_hand)::text as ours, trim_scale(n."onHand")::text as theirs,
         trim_scale(coalesce(p.allocated, 0))::text as allocated, trim_scale(${unpostedSql(ours)})::text as unposted,
         (select to_char(min(i.issued_at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') from stock_issues i
           where i.sku = p.sku and i.branch = p.branch and not ${coveredSql("i", ours)}) as "unpostedSince",
         (select count(*)::int from stock_movements m
           where m.sku = p.sku and m.branch = p.branch and m.source = p.source and m.sequence > p.source_sequence and not m.is_late) as "laterMovements",
         round(extract(epoch from ($1::jsonb ->> 'now')::timestamptz - p.as_of), 1)::float8 as "ageSeconds",
         case when p.sku is null then 'change-not-received'
              when ${isOfAnother} then 'stated-by-another'
              when p.on_hand = ${onHandSql(levelSql)}
              then case when ${unpostedSql(levelSql)} > 0 then 'not-posted-yet' else 'moved-since' end
              when n.sequence > p.source_sequence then 'change-not-received'
              else 'unknown' end as cause
    from jsonb_to_recordset($1::jsonb -> 'levels') as n(sku text, branch text, "onHand" numeric, sequence numeric, "asOf" timestamptz)
    left join inventory_positions p on p.sku = n.sku and p.branch = n.branch
   where p.sku is null or p.on_hand <> n."onHand" and (n.sequence >= p.source_sequence or ${isOfAnother})
   order by n.sku, n.branch`;
