import type { Transaction } from "#platform";
import { textArraySql } from "../built-documents.ts";
import type { KeptStock } from "../inventory/held-stock.ts";
import { rowsOf } from "../sql.ts";
import { giveBackReservations } from "./give-back.ts";

/** An order that comes with a reservation. */
export interface ReservationClaim {
  readonly reservationId: string;
  readonly salesOrderId: string;
  readonly customerNumber: string;
}

export interface RedeemedStock {
  /** What was kept for whom and is free now, by sales order. */
  readonly kept: ReadonlyMap<string, readonly KeptStock[]>;
  /** Said with the order's lines, by sales order: that it had its reservation, or why not. */
  readonly notes: ReadonlyMap<string, string>;
}

/** Nothing was claimed. */
export const nothingRedeemed: RedeemedStock = { kept: new Map(), notes: new Map() };

/**
 * Turns reservations into what their orders may take: it comes free here and is held for them by `holdForOrders`. The positions of the
 * claims' items (`skusOfClaims`) are locked by the caller.
 */
export async function redeem(tx: Transaction, claims: readonly ReservationClaim[], now: Date): Promise<RedeemedStock> {
  if (claims.length === 0) return nothingRedeemed;
  const judged = judgeClaims(claims, await readClaimed(tx, claims), now);
  const redeemed = judged.flatMap(({ claim, note }) => (note === null ? [claim] : []));
  const pieces = await readKept(tx, redeemed);
  await giveBackReservations(
    tx,
    redeemed.map(({ reservationId }) => reservationId),
  );
  await markOrdered(tx, redeemed, now);
  const kept = redeemed.map((claim) => {
    const own = pieces.filter(({ reservationId }) => reservationId === claim.reservationId);
    return [claim.salesOrderId, own] as const;
  });
  const notes = judged.map(({ claim, note }) => {
    return [claim.salesOrderId, note ?? `Reservation ${claim.reservationId} became this order.`] as const;
  });
  return { kept: new Map(kept), notes: new Map(notes) };
}

interface Claimed {
  readonly reservationId: string;
  readonly customerNumber: string | null;
  readonly expiresAt: string;
  readonly ended: string | null;
}

/** Null: it stands. Otherwise why the order goes on without it. The first claim has it. */
export function judgeClaims(
  claims: readonly ReservationClaim[],
  claimed: readonly Claimed[],
  now: Date,
): { readonly claim: ReservationClaim; readonly note: string | null }[] {
  const byId = new Map(claimed.map((one) => [one.reservationId, one]));
  const taken = new Set<string>();
  return claims.map((claim) => {
    const why = whyNot(claim, byId.get(claim.reservationId), taken.has(claim.reservationId), now);
    if (why === null) taken.add(claim.reservationId);
    const note = why === null ? null : `Reservation ${claim.reservationId} ${why}; stock was decided as without it.`;
    return { claim, note };
  });
}

function whyNot(
  { customerNumber }: ReservationClaim,
  claimed: Claimed | undefined,
  isTaken: boolean,
  now: Date,
): string | null {
  if (!claimed) return "is not known";
  if (claimed.customerNumber !== null && claimed.customerNumber !== customerNumber) return "is another customer's";
  if (isTaken) return "was ordered before";
  if (claimed.ended !== null) return `was ${claimed.ended} before`;
  return Date.parse(claimed.expiresAt) <= now.getTime() ? `expired at ${claimed.expiresAt}` : null;
}

/** The items of which the claims' reservations keep something. */
export async function skusOfClaims(tx: Transaction, claims: readonly ReservationClaim[]): Promise<readonly string[]> {
  if (claims.length === 0) return [];
  const rows = await rowsOf<{ sku: string }>(
    tx,
    `select distinct sku from reservation_lines where reservation_id = any(${textArraySql("$1::jsonb")})`,
    claims.map(({ reservationId }) => reservationId),
  );
  return rows.map(({ sku }) => sku);
}

const readClaimed = (tx: Transaction, claims: readonly ReservationClaim[]) =>
  rowsOf<Claimed>(
    tx,
    `select reservation_id as "reservationId", customer_number as "customerNumber", ended,
            to_char(expires_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "expiresAt"
       from reservations where reservation_id = any(${textArraySql("$1::jsonb")})`,
    claims.map(({ reservationId }) => reservationId),
  );

const readKept = (tx: Transaction, claims: readonly ReservationClaim[]) =>
  rowsOf<KeptStock & { readonly reservationId: string }>(
    tx,
    `select reservation_id as "reservationId", sku, branch, trim_scale(sum(quantity))::text as quantity
       from reservation_lines
      where is_live and reservation_id = any(${textArraySql("$1::jsonb")})
      group by reservation_id, sku, branch`,
    claims.map(({ reservationId }) => reservationId),
  );

async function markOrdered(tx: Transaction, claims: readonly ReservationClaim[], now: Date): Promise<void> {
  await rowsOf(
    tx,
    `update reservations r set ended = 'ordered', ended_at = ($1::jsonb ->> 'now')::timestamptz, sales_order_id = c."salesOrderId"
       from jsonb_to_recordset($1::jsonb -> 'claims') as c("reservationId" text, "salesOrderId" text)
      where r.reservation_id = c."reservationId"`,
    { claims, now },
  );
}
