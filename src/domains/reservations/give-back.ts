import type { Transaction } from "#platform";
import { textArraySql } from "../built-documents.ts";
import { rowsOf } from "../sql.ts";

export interface Position {
  readonly sku: string;
  readonly branch: string;
}

/** What is live of the lines `which` selects is given back. Their positions are locked by the caller. */
const giveBackSql = (which: string) => `
  with ended as (
    update reservation_lines r set is_live = false
     where r.is_live and ${which}
    returning r.sku, r.branch, r.quantity
  )
  update inventory_positions p set reserved = p.reserved - e.quantity
    from (select sku, branch, sum(quantity) as quantity from ended group by sku, branch) e
   where p.sku = e.sku and p.branch = e.branch
  returning p.sku, p.branch`;

/** What expired of items whose positions are all locked. Answers where stock came free. */
export const giveBackExpired = (tx: Transaction, skus: readonly string[], now: Date): Promise<readonly Position[]> =>
  rowsOf<Position>(
    tx,
    giveBackSql(
      `r.sku = any(${textArraySql("$1::jsonb -> 'skus'")}) and r.expires_at <= ($1::jsonb ->> 'now')::timestamptz`,
    ),
    { skus, now },
  );

/** Whatever has expired of these items and is not given back yet; both are SQL. */
export const expiredSql = (skus: string, now: string): string =>
  `select from reservation_lines r where r.is_live and r.sku = any(${skus}) and r.expires_at <= ${now}`;

/** Everything these reservations keep. */
export const giveBackReservations = (
  tx: Transaction,
  reservationIds: readonly string[],
): Promise<readonly Position[]> =>
  rowsOf<Position>(tx, giveBackSql(`r.reservation_id = any(${textArraySql("$1::jsonb")})`), reservationIds);

/** The positions at which these reservations keep something, locked in the order everybody locks positions. */
export async function lockReserved(tx: Transaction, reservationIds: readonly string[]): Promise<void> {
  await rowsOf(
    tx,
    `select 1 from inventory_positions p
      where (p.sku, p.branch) in (select r.sku, r.branch from reservation_lines r
                                   where r.reservation_id = any(${textArraySql("$1::jsonb")}))
      order by p.sku, p.branch
        for update`,
    reservationIds,
  );
}
