import { CrossdockError, type Reservation } from "#contracts";
import type { Transaction } from "#platform";
import { textArraySql } from "../built-documents.ts";
import { rowsOf } from "../sql.ts";
import { giveBackReservations, lockReserved, type Position } from "./give-back.ts";
import { readReservations } from "./read-reservations.ts";

/**
 * Gives reserved stock back. Answers where stock came free: whoever waits for it is served next. One that ended before is left as it is; one
 * that became an order cannot be released.
 */
export async function releaseReservations(
  tx: Transaction,
  reservationIds: readonly string[],
  now: Date,
): Promise<readonly Position[]> {
  await lockReserved(tx, reservationIds);
  for (const { reservationId, status, salesOrderId } of await readAll(tx, reservationIds, now)) {
    if (status !== "ordered") continue;
    throw new CrossdockError("not-possible-now", `${reservationId} has become order ${salesOrderId}; cancel that one.`);
  }
  const freed = await giveBackReservations(tx, reservationIds);
  await rowsOf(
    tx,
    `update reservations set ended = 'released', ended_at = ($1::jsonb ->> 'now')::timestamptz
      where reservation_id = any(${textArraySql("$1::jsonb -> 'ids'")}) and ended is null
        and expires_at > ($1::jsonb ->> 'now')::timestamptz`,
    { ids: reservationIds, now },
  );
  return freed;
}

const MINUTE_MS = 60_000;

/** Keeps them for so long from now. What has ended or expired cannot be kept on: its stock may be somebody else's by now. */
export async function extendReservations(
  tx: Transaction,
  reservationIds: readonly string[],
  minutes: number,
  now: Date,
): Promise<readonly Reservation[]> {
  await lockReserved(tx, reservationIds);
  for (const { reservationId, status } of await readAll(tx, reservationIds, now)) {
    if (status === "active") continue;
    throw new CrossdockError("not-possible-now", `${reservationId} is ${status}; reserve anew.`);
  }
  await rowsOf(
    tx,
    `with extended as (
       update reservations set expires_at = ($1::jsonb ->> 'until')::timestamptz
        where reservation_id = any(${textArraySql("$1::jsonb -> 'ids'")})
     )
     update reservation_lines set expires_at = ($1::jsonb ->> 'until')::timestamptz
      where reservation_id = any(${textArraySql("$1::jsonb -> 'ids'")}) and is_live`,
    { ids: reservationIds, until: new Date(now.getTime() + minutes * MINUTE_MS) },
  );
  return readReservations(tx, reservationIds, now);
}

async function readAll(tx: Transaction, reservationIds: readonly string[], now: Date): Promise<readonly Reservation[]> {
  const found = await readReservations(tx, reservationIds, now);
  const known = new Set(found.map(({ reservationId }) => reservationId));
  const unknown = reservationIds.find((reservationId) => !known.has(reservationId));
  if (unknown !== undefined) throw new CrossdockError("not-found", `There is no reservation ${unknown}.`);
  return found;
}

/** As many at once as do not keep orders waiting. */
const EXPIRED_AT_ONCE = 1000;

/** The housekeeping pass: gives back what has expired. Answers where stock came free. */
export async function expireReservations(tx: Transaction, now: Date): Promise<readonly Position[]> {
  const rows = await rowsOf<{ reservationId: string }>(
    tx,
    `select distinct reservation_id as "reservationId" from (
       select reservation_id from reservation_lines
        where is_live and expires_at <= ($1::jsonb ->> 'now')::timestamptz order by expires_at limit ${EXPIRED_AT_ONCE}) r`,
    { now },
  );
  const expired = rows.map(({ reservationId }) => reservationId);
  if (expired.length === 0) return [];
  await lockReserved(tx, expired);
  // Read again under the lock: one may have been extended meanwhile.
  const still = (await readReservations(tx, expired, now)).filter(({ status }) => status !== "active");
  return giveBackReservations(
    tx,
    still.map(({ reservationId }) => reservationId),
  );
}
