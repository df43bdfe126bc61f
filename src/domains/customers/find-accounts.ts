import type { Customer } from "#contracts";
import type { Queryable } from "#platform";
import { instantSql, textArraySql } from "../built-documents.ts";
import { rowsOf } from "../sql.ts";

/** A customer without what he owes and may owe: that is decided under a lock, and never from memory. */
export type Account = Omit<Customer, "creditLimit" | "openBalance">;

/** An account as we know it, and how old that knowledge is. */
export interface KnownAccount {
  readonly account: Account;
  readonly syncedAt: Date;
}

const selectAccounts = `
  select jsonb_strip_nulls(jsonb_build_object(
           'customerNumber', c.customer_number, 'name', c.name, 'status', c.status, 'blockedReason', c.blocked_reason,
           'customerGroup', c.customer_group, 'currency', c.currency, 'paymentTerms', c.payment_terms, 'homeBranch', c.home_branch,
           'billTo', c.bill_to, 'shipTos', c.ship_tos, 'taxExemptions', c.tax_exemptions,
           'updatedAt', ${instantSql("c.updated_at")})) as account,
         c.synced_at as "syncedAt"
    from customers c`;

/** Those of the accounts that are known. */
export async function findAccounts(
  database: Queryable,
  customerNumbers: readonly string[],
): Promise<readonly KnownAccount[]> {
  return rowsOf(
    database,
    `${selectAccounts} where c.customer_number = any(${textArraySql("$1::jsonb")})`,
    customerNumbers,
  );
}

/** All accounts there are, page by page, in the order of their numbers. */
export async function readAccountPage(
  database: Queryable,
  after: string,
  limit: number,
): Promise<readonly KnownAccount[]> {
  return database.query(`${selectAccounts} where c.customer_number > $1 order by c.customer_number limit $2`, [
    after,
    limit,
  ]);
}
