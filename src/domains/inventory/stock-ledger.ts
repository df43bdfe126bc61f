import type { Transaction } from "#platform";
import { rowsOf } from "../sql.ts";
import { availableSql } from "./read-stock.ts";

/** Where the ledger finds what it needs to know of a position: SQL expressions. */
interface StatementSql {
  readonly sku: string;
  readonly branch: string;
  readonly source: string;
  readonly stated: string;
  readonly sequence: string;
  readonly asOf: string;
}

/** Of a row of `inventory_positions` under this name. */
export const positionSql = (p: string): StatementSql => ({
  sku: `${p}.sku`,
  branch: `${p}.branch`,
  source: `${p}.source`,
  stated: `${p}.stated_on_hand`,
  sequence: `${p}.source_sequence`,
  asOf: `${p}.as_of`,
});

/** What the source told of single changes after it stated the whole. */
export const movedSql = ({ sku, branch, source, sequence }: StatementSql): string => `
  coalesce((select sum(m.quantity) from stock_movements m
             where m.sku = ${sku} and m.branch = ${branch} and m.sequence > ${sequence} and m.source = ${source} and not m.is_late), 0)`;

/** What of an issue the source's own movements tell, by the reference it was given. */
const postedSql = (i: string): string => `
  coalesce((select -sum(r.quantity) from stock_movements r
             where r.reference = ${i}.reference and r.sku = ${i}.sku and r.branch = ${i}.branch and r.kind = 'issue'), 0)`;

/** Whether what was stated is known to be without the goods of an issue. */
export const coveredSql = (i: string, { sequence, asOf }: Pick<StatementSql, "sequence" | "asOf">): string =>
  `coalesce(${i}.posted_sequence <= ${sequence}, ${i}.covered_from <= ${asOf} and ${i}.stated_sequence < ${sequence}, false)`;

/** What left us, or was not found, and is still contained in what the source says. */
export const unpostedSql = (position: StatementSql): string => `
  coalesce((select sum(greatest(i.quantity - ${postedSql("i")}, 0)) from stock_issues i
             where i.sku = ${position.sku} and i.branch = ${position.branch} and not ${coveredSql("i", position)}), 0)`;

/** What is on hand, by the ledger: the one sum behind every figure of it. */
export const onHandSql = (position: StatementSql): string =>
  `(${position.stated} + ${movedSql(position)} - ${unpostedSql(position)})`;

/** Oversold is who has more allocated than is on hand, for as long as that lasts. */
export const oversoldSinceSql = (p: string, allocated: string, onHand: string, now: string): string =>
  `case when ${allocated} > ${onHand} then coalesce(${p}.oversold_since, ${now}) end`;

/** Positions whose on hand is not simply what was stated: by equal figures alone nobody can say that they agree with a statement. */
export const unsettledSql = `
    select sku, branch from stock_issues
    union
    select m.sku, m.branch from stock_movements m join inventory_positions p on p.sku = m.sku and p.branch = m.branch
     where m.sequence > p.source_sequence and not m.is_late`;

/** A position as the ledger has it now. Quantities as decimals. */
export interface BalancedPosition {
  readonly sku: string;
  readonly branch: string;
  readonly onHand: string;
  readonly allocated: string;
  readonly availableToPromise: string;
  /** More can be promised than before. */
  readonly hasRisen: boolean;
}

/**
 * Brings on hand to what the ledger says where that is different now, and forgets the issues the source has posted. The positions are locked by
 * the caller and named once each. Answers those whose figure changed.
 */
export async function balancePositions(
  tx: Transaction,
  positions: readonly { readonly sku: string; readonly branch: string }[],
  now: Date,
): Promise<readonly BalancedPosition[]> {
  if (positions.length === 0) return [];
  return rowsOf<BalancedPosition>(tx, balanceTouched, { positions, now });
}

const balanceTouched = `
  with touched as (
    select p.sku, p.branch, p.source_sequence, p.as_of, ${availableSql} as available, ${onHandSql(positionSql("p"))} as on_hand_now
      from jsonb_to_recordset($1::jsonb -> 'positions') as k(sku text, branch text)
      join inventory_positions p on p.sku = k.sku and p.branch = k.branch
  ), covered as (
    delete from stock_issues i using touched t
     where i.sku = t.sku and i.branch = t.branch
       and (${coveredSql("i", { sequence: "t.source_sequence", asOf: "t.as_of" })} or i.quantity <= ${postedSql("i")})
  ), written as (
    update inventory_positions p
       set on_hand = t.on_hand_now,
           oversold_since = ${oversoldSinceSql("p", "p.allocated", "t.on_hand_now", "($1::jsonb ->> 'now')::timestamptz")}
      from touched t
     where p.sku = t.sku and p.branch = t.branch and p.on_hand <> t.on_hand_now
    returning p.sku, p.branch, p.on_hand, p.allocated, ${availableSql} as available, t.available as available_before
  )
  select sku, branch, trim_scale(on_hand)::text as "onHand", trim_scale(allocated)::text as allocated,
         trim_scale(available)::text as "availableToPromise", available > available_before as "hasRisen"
    from written order by sku, branch`;
