import type { Transaction } from "#platform";
import { textArraySql } from "../../built-documents.ts";
import { creditsOf, creditSql, type CreditRow, type Credits } from "../../customers/read-credits.ts";
import { availableSql } from "../../inventory/read-stock.ts";
import type { FreePosition } from "../../inventory/stock-outlook.ts";

/** What a list is decided by, held until its transaction ends. */
export interface LockedList {
  /** The transaction's id, as changes of positions name it. */
  readonly tx: string;
  readonly credits: Credits;
  readonly positions: readonly FreePosition[];
}

export interface WhatToLock {
  readonly customerNumbers: readonly string[];
  /**
   * Every position of these, also the empty ones: stock that arrives there waits until the order that found nothing is in the books, and then finds it
   * waiting.
   */
  readonly skus: readonly string[];
}

interface Row {
  readonly tx: string;
  readonly credits: readonly CreditRow[];
  readonly positions: readonly (readonly [sku: string, branch: string, available: string])[];
}

/** Locks in the order everybody locks, each kind sorted by its key: credits, then positions. The register is kept by the caller before. */
export async function lockList(tx: Transaction, wanted: WhatToLock): Promise<LockedList> {
  const [row] = await tx.query<Row>(lockStatement, [JSON.stringify(wanted)]);
  if (!row) throw new Error("The list could not be locked: the database answered no row.");
  const positions = row.positions.map(([sku, branch, available]) => ({ sku, branch, available }));
  return { tx: row.tx, credits: creditsOf(row.credits), positions };
}

/**
 * The locks, as common table expressions: `credits` of an array of customer numbers, then `positions` of a table of those wanted (sku, branch, least).
 * Counting the credits makes their locks come first, whatever plan there is.
 */
export const lockedSql = (customerNumbers: string, wanted: string): string => `
  credits as materialized (
    select customer_number, credit_limit, erp_balance, hub_exposure, synced_at from customer_credits
     where customer_number = any(${customerNumbers})
     order by customer_number for no key update
  ), wanted as materialized (${wanted}),
  positions as materialized (
    select p.sku, p.branch, ${availableSql} as available, w.least
      from (select * from wanted where (select count(*) from credits) >= 0 order by sku, branch) w
      join inventory_positions p on p.sku = w.sku and p.branch = w.branch
     order by p.sku, p.branch for no key update of p
  )`;

export const lockedPositionsSql = `
  coalesce((select json_agg(json_build_array(sku, branch, trim_scale(available)::text)) from positions), '[]')`;

/** Every position of the statement's skus, as `wanted`. */
export const allPositionsSql = `
  select sku, branch, 0::numeric as least from inventory_positions where sku = any(${textArraySql("$1::jsonb -> 'skus'")})`;

const lockStatement = {
  name: "lock-list",
  text: `
  with ${lockedSql(textArraySql("$1::jsonb -> 'customerNumbers'"), allPositionsSql)}
  select pg_current_xact_id()::text as tx, coalesce((select json_agg(${creditSql}) from credits), '[]') as credits,
         ${lockedPositionsSql} as positions`,
};
