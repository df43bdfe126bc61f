import { CustomerChanged, type Customer } from "#contracts";
import type { Transaction } from "#platform";
import { newestOf, updatedLater, type Applied, type NewsContext } from "../applied.ts";
import { rowsOf } from "../sql.ts";

/**
 * Takes what the system of record says about accounts. An account is changed when anything a person would notice is different; older
 * news than what is known is dropped. The balance is set beside it, under the lock that credit decisions take.
 */
export async function applyCustomers(
  tx: Transaction,
  documents: readonly Customer[],
  { source, now }: NewsContext,
): Promise<Applied> {
  if (documents.length === 0) return { received: 0, changed: 0, dropped: 0, events: [] };
  const customers = newestOf(documents, ({ customerNumber }) => customerNumber, updatedLater);
  const input = { customers, source, now };
  const rows = await rowsOf<Outcome>(tx, upsertCustomers, input);
  const credits = await rowsOf<{ customerNumber: string; isChanged: boolean }>(tx, upsertCredits, {
    ...input,
    customers: customers.filter(({ customerNumber }) => rows.some((row) => row.customerNumber === customerNumber)),
  });
  const changed = new Set(
    [...rows, ...credits].filter(({ isChanged }) => isChanged).map(({ customerNumber }) => customerNumber),
  );
  const events = rows
    .filter(({ customerNumber }) => changed.has(customerNumber))
    .map(({ customerNumber, status }) =>
      CustomerChanged({ customerNumber, system: source, status }, { correlationId: `customer:${customerNumber}` }),
    );
  return { received: documents.length, changed: events.length, dropped: documents.length - rows.length, events };
}

interface Outcome {
  readonly customerNumber: string;
  readonly status: string;
  readonly isChanged: boolean;
}

const columns = `c."customerNumber", c.name, c.status, c."blockedReason", c."customerGroup", c.currency, c."paymentTerms", c."homeBranch",
            c."billTo", c."shipTos", c."taxExemptions"`;

// What is not newer is left alone; what is newer but equal only gets younger, and makes no news.
const upsertCustomers = `
  with news as (
    select c.* from jsonb_to_recordset($1::jsonb -> 'customers')
        as c("customerNumber" text, name text, status text, "blockedReason" text, "customerGroup" text, currency text,
             "paymentTerms" text, "homeBranch" text, "billTo" jsonb, "shipTos" jsonb, "taxExemptions" jsonb, "updatedAt" timestamptz)
  ), known as (
    select c."customerNumber",
           (k.name, k.status, k.blocked_reason, k.customer_group, k.currency, k.payment_terms, k.home_branch, k.bill_to, k.ship_tos,
            k.tax_exemptions)
             is not distinct from
           (c.name, c.status, c."blockedReason", c."customerGroup", c.currency, c."paymentTerms", c."homeBranch", c."billTo", c."shipTos",
            c."taxExemptions") as is_same
      from news c join customers k on k.customer_number = c."customerNumber"
  ), written as (
    insert into customers (customer_number, name, status, blocked_reason, customer_group, currency, payment_terms, home_branch,
                           bill_to, ship_tos, tax_exemptions, updated_at, source, synced_at)
    select ${columns}, c."updatedAt", $1::jsonb ->> 'source', ($1::jsonb ->> 'now')::timestamptz
      from news c order by c."customerNumber"
    on conflict (customer_number) do update
      set name = excluded.name, status = excluded.status, blocked_reason = excluded.blocked_reason,
          customer_group = excluded.customer_group, currency = excluded.currency, payment_terms = excluded.payment_terms,
          home_branch = excluded.home_branch, bill_to = excluded.bill_to, ship_tos = excluded.ship_tos,
          tax_exemptions = excluded.tax_exemptions, updated_at = excluded.updated_at, source = excluded.source,
          synced_at = excluded.synced_at
      where customers.updated_at <= excluded.updated_at
    returning customer_number, status
  )
  select w.customer_number as "customerNumber", w.status, not coalesce(k.is_same, false) as "isChanged"
    from written w left join known k on k."customerNumber" = w.customer_number
   order by w.customer_number`;

const upsertCredits = `
  with news as (
    select * from jsonb_to_recordset($1::jsonb -> 'customers')
        as c("customerNumber" text, "creditLimit" numeric, "openBalance" numeric)
  ), known as (
    select n."customerNumber",
           (k.credit_limit, k.erp_balance) is not distinct from (n."creditLimit", n."openBalance") as is_same
      from news n join customer_credits k on k.customer_number = n."customerNumber"
  ), written as (
    insert into customer_credits (customer_number, credit_limit, erp_balance, synced_at)
    select "customerNumber", "creditLimit", "openBalance", ($1::jsonb ->> 'now')::timestamptz from news order by "customerNumber"
    on conflict (customer_number) do update
      set credit_limit = excluded.credit_limit, erp_balance = excluded.erp_balance, synced_at = excluded.synced_at
    returning customer_number
  )
  select w.customer_number as "customerNumber", not coalesce(k.is_same, false) as "isChanged"
    from written w left join known k on k."customerNumber" = w.customer_number`;
