import type { Clock, Transaction } from "#platform";

/** What a person did by hand, why, and what it changed. */
export interface AuditEntry {
  readonly by: string;
  readonly action: string;
  readonly target: string;
  readonly reason: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

const json = (value: unknown): string | null => (value === undefined ? null : JSON.stringify(value));

/** Writes to the audit trail in the transaction of the change itself. */
export const createAudit =
  (clock: Clock) =>
  async (tx: Transaction, { by, action, target, reason, before, after }: AuditEntry): Promise<void> => {
    await tx.query(
      "insert into audit_entries (at, by, action, target, reason, before, after) values ($1, $2, $3, $4, $5, $6::jsonb, $7::jsonb)",
      [clock.now(), by, action, target, reason, json(before), json(after)],
    );
  };
