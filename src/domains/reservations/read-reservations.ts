import type { Reservation } from "#contracts";
import type { Queryable } from "#platform";
import { instantSql, textArraySql, withoutNulls } from "../built-documents.ts";
import { rowsOf } from "../sql.ts";

/** The documents of those that exist. One that has expired is so at once, whenever its stock is given back. */
export async function readReservations(
  database: Queryable,
  reservationIds: readonly string[],
  now: Date,
): Promise<readonly Reservation[]> {
  const rows = await rowsOf<{ readonly reservation: Reservation }>(
    database,
    `select jsonb_build_object(
              'reservationId', r.reservation_id,
              'status', coalesce(r.ended, case when r.expires_at <= ($1::jsonb ->> 'now')::timestamptz then 'expired' else 'active' end),
              'channel', r.channel, 'customerNumber', r.customer_number, 'reference', r.reference,
              'reservedAt', ${instantSql("r.reserved_at")}, 'expiresAt', ${instantSql("r.expires_at")},
              'salesOrderId', r.sales_order_id, 'lines', r.lines) as reservation
       from reservations r where r.reservation_id = any(${textArraySql("$1::jsonb -> 'ids'")})
      order by r.reservation_id`,
    { ids: reservationIds, now },
  );
  return rows.map(({ reservation }) => withoutNulls(reservation));
}
