import type { Customer } from "#contracts";
import type { Queryable } from "#platform";
import { instantSql, textArraySql, withoutNulls } from "../built-documents.ts";
import { rowsOf } from "../sql.ts";

/** An account as we know it, with its exposure and how old each figure is. */
export interface KnownCustomer {
  readonly customer: Customer;
  /** What the hub accepted and the ERP's balance does not include yet. */
  readonly hubExposure: string;
  readonly syncedAt: Date;
  readonly creditSyncedAt: Date;
}

interface Row {
  readonly document: Customer;
  readonly hubExposure: string;
  readonly syncedAt: Date;
  readonly creditSyncedAt: Date;
}

const customerSql = `
  select jsonb_build_object(
           'customerNumber', c.customer_number, 'name', c.name, 'status', c.status, 'blockedReason', c.blocked_reason,
           'customerGroup', c.customer_group, 'currency', c.currency, 'paymentTerms', c.payment_terms,
           'creditLimit', k.credit_limit::text, 'openBalance', k.erp_balance::text, 'homeBranch', c.home_branch,
           'billTo', c.bill_to, 'shipTos', c.ship_tos, 'taxExemptions', c.tax_exemptions,
           'updatedAt', ${instantSql("c.updated_at")}) as document,
         k.hub_exposure::text as "hubExposure", c.synced_at as "syncedAt", k.synced_at as "creditSyncedAt"
    from customers c join customer_credits k using (customer_number)
   where c.customer_number = any(${textArraySql("$1::jsonb")})
   order by c.customer_number`;

const toKnown = ({ document, ...rest }: Row): KnownCustomer => ({ customer: withoutNulls(document), ...rest });

/** Those of the accounts that are known, by number. */
export async function findCustomers(
  database: Queryable,
  customerNumbers: readonly string[],
): Promise<ReadonlyMap<string, KnownCustomer>> {
  const rows = await rowsOf<Row>(database, customerSql, customerNumbers);
  return new Map(rows.map((row) => [row.document.customerNumber, toKnown(row)]));
}
