import type { Session, Transaction } from "#platform";

/** News of one source's stock is taken at one desk. The number only has to be ours. */
const DESK = 7_310_005;

/** Waits while a snapshot of this source is compared and applied: older news must not slip in where the snapshot saw no difference. */
export async function keepStockDesk(tx: Transaction, source: string): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock_shared(${DESK}, hashtext($1))`, [source]);
}

/** For one snapshot at a time, until the session ends. Orders never ask for it. */
export async function takeStockDesk(session: Session, source: string): Promise<void> {
  await session.query(`select pg_advisory_lock(${DESK}, hashtext($1))`, [source]);
}
