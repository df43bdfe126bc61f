import type { BackorderPolicy } from "./promising-rules.ts";

type Criterion = BackorderPolicy["order"][number];

/**
 * Each as SQL over a line `l`, its order `o` and its customer `c`, smaller first; `$1` has `priorityCustomers` and `priorityGroups`. Whoever waits
 * without a promised day comes after those who have one.
 */
const sqlOf: Readonly<Record<Criterion, string>> = {
  "priority-customer": `case when $1::jsonb -> 'priorityCustomers' ? o.customer_number
                               or $1::jsonb -> 'priorityGroups' ? coalesce(c.customer_group, '') then 0 else 1 end`,
  "promised-date": "coalesce(l.promised_on, 'infinity'::date)",
  "first-come": "o.accepted_at",
};

/** The order in which lines that wait are served. */
export const waitingOrderSql = ({ order }: BackorderPolicy): string =>
  [...order.map((criterion) => sqlOf[criterion]), "o.accepted_at", "l.sales_order_id", "l.line_number"].join(", ");

export const priorities = ({ priorityCustomers = [], priorityGroups = [] }: BackorderPolicy) => ({
  priorityCustomers,
  priorityGroups,
});

const words: Readonly<Record<Criterion, string>> = {
  "priority-customer": "priority customers",
  "promised-date": "who was promised earlier",
  "first-come": "who came first",
};

/** Said with the line that was served. Rules that were not configured go without saying. */
export const servedBy = ({ order }: BackorderPolicy, version: string | null): string =>
  version === null
    ? ""
    : ` (served first: ${order.map((criterion) => words[criterion]).join(", then ")}; of ${version})`;
