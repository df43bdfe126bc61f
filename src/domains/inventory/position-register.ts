import type { Transaction } from "#platform";
import { rowsOf } from "../sql.ts";

/** A row that is not there yet cannot be locked; this lock stands for all of them. Its number only has to be ours. */
const REGISTER = 7_310_004;

/** Keeps it, as a column of whatever is asked. */
export const registerKeptSql = `pg_advisory_xact_lock_shared(${REGISTER})`;

/** Nobody adds a position until this transaction ends: what was not found does not appear behind our back. Shared among orders. */
export async function keepRegister(tx: Transaction): Promise<void> {
  await tx.query({ name: "keep-register", text: `select ${registerKeptSql}` });
}

/** Taken before all other locks by who is about to add positions, and only if he is: new positions are rare, orders are not. */
export async function openRegisterIfNew(
  tx: Transaction,
  levels: readonly { readonly sku: string; readonly branch: string }[],
): Promise<void> {
  const [unknown] = await rowsOf(
    tx,
    `select 1 from jsonb_to_recordset($1::jsonb) as n(sku text, branch text)
      where not exists (select 1 from inventory_positions p where p.sku = n.sku and p.branch = n.branch)
      limit 1`,
    levels,
  );
  if (unknown) await tx.query(`select pg_advisory_xact_lock(${REGISTER})`);
}
