import { add, byKeysSql, isPositive, round, type Transaction } from "#platform";
import { textArraySql } from "../../built-documents.ts";
import type { Credits } from "../../customers/read-credits.ts";
import { registerKeptSql } from "../../inventory/position-register.ts";
import { sameDays } from "../../inventory/promise.ts";
import { expectedSql, type Expected } from "../../inventory/read-stock.ts";
import type { FreePosition, RecordedPosition } from "../../inventory/stock-outlook.ts";
import { expiredSql } from "../../reservations/give-back.ts";
import type { DecidedOrder } from "./decide-order.ts";
import { allPositionsSql } from "./lock-list.ts";
import { bearerSql, OF_OTHERS, type PurchaseOrderBearer } from "./originals.ts";
import type { SourcingPlan } from "./plan-list.ts";

/** What the books said when a list was decided, before anything was locked. */
export interface Seen {
  readonly credits: Credits;
  /** Null: nobody asked. */
  readonly bearers: readonly PurchaseOrderBearer[] | null;
  /** Of the items that fell short. */
  readonly expected: readonly Expected[];
}

/** Orders with all that was decided of them. */
export interface DecidedList {
  readonly plan: SourcingPlan;
  readonly orders: readonly DecidedOrder[];
  readonly seen: Seen;
  /** The day of business the promised days were counted from. */
  readonly today: string;
}

/** Positions as their transaction leaves them. */
export interface LeftStock {
  /** The transaction's id, as changes of positions name it. */
  readonly tx: string;
  readonly positions: readonly FreePosition[];
}

/**
 * Sends the statements that take what a list was decided to get, credit and stock, and end the transaction (`isOvertaken`) where that was decided by what
 * is not true any more. In the order everybody locks: the register of positions, credits, positions. They come behind what is written of the list, right
 * before the commit: whoever wants the same goods waits for them only, and lists are written beside each other.
 */
export function takeAsSeen(tx: Transaction, list: DecidedList, now: Date): () => Promise<LeftStock> {
  keepRegisterByKeys(tx);
  const left = takeUnlessOvertaken(tx, list);
  const records = recordsSeen(list);
  if (records !== null) tx.send(recordsStatement, [JSON.stringify({ ...records, now })]);
  // Where it fails, so does the commit, and that is told.
  left.catch(() => {});
  return () => left;
}

const OVERTAKEN = "CD001";
/** Whether a transaction was ended because somebody was quicker. Nothing of it was written. */
export const isOvertaken = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === OVERTAKEN;

interface Row {
  readonly tx: string;
  readonly positions: readonly (readonly [sku: string, branch: string, available: string])[];
}

async function takeUnlessOvertaken(tx: Transaction, { orders, plan, seen }: DecidedList): Promise<LeftStock> {
  const parameter = { customers: creditsSeen(orders, seen.credits), ...stockSeen(plan) };
  const [row] = await tx.query<Row>(takeStatement, [JSON.stringify(parameter)]);
  if (!row) throw new Error("The list could not be taken: the database answered no row.");
  return { tx: row.tx, positions: row.positions.map(([sku, branch, available]) => ({ sku, branch, available })) };
}

/** How values travel in a statement's parameter. */
type Cells = readonly (string | null)[];

/**
 * Of each customer, what his orders add to the exposure, and that must still fit in. Where one was held for credit, its explanation tells figures, and
 * these must be as they were.
 */
function creditsSeen(orders: readonly DecidedOrder[], credits: Credits): Readonly<Record<string, Cells>> {
  const byCustomer = Map.groupBy(orders, ({ checked }) => checked.customer.customerNumber);
  const cells = (customerNumber: string, own: readonly DecidedOrder[]): Cells => {
    const amount = round(add(...own.map(({ exposureAmount }) => exposureAmount)), 2);
    if (!own.some(({ holds }) => holds.some(({ reason }) => reason === "credit"))) return [amount];
    const known = credits.get(customerNumber);
    return known
      ? [amount, known.creditLimit, known.erpBalance, known.hubExposure, known.erpBalanceAsOf ?? null]
      : [amount, null, null, null, null];
  };
  return Object.fromEntries([...byCustomer].map(([number, own]) => [number, cells(number, own)]));
}

/**
 * What was taken must be there. Of items that fell short, every position must be as it was seen, for one more piece would have been promised;
 * of guarded ones, none may have less than was seen.
 */
function stockSeen({ stock, shortSkus, askedSkus: skus, asked }: SourcingPlan) {
  const byBranch = (own: readonly RecordedPosition[]): Record<string, Cells> =>
    Object.fromEntries(own.map(({ sku, branch, seen }) => [branch, [seen, shortSkus.has(sku) ? seen : null]]));
  const taken = stock.taken().filter(({ taken: quantity }) => isPositive(quantity));
  return {
    taken: taken.map(({ sku, branch, taken: quantity }): Cells => [sku, branch, quantity]),
    skus: [...skus],
    asked: Object.fromEntries([...Map.groupBy(asked, ({ sku }) => sku)].map(([sku, own]) => [sku, byBranch(own)])),
    positionsNeeded:
      taken.filter(({ sku }) => !skus.has(sku)).length + asked.filter(({ seen }) => isPositive(seen)).length,
  };
}

/** What the locks do not tell: read after them, so that what their former holders wrote is seen. Null: the list rests on nothing of it. */
function recordsSeen({ orders, plan: { askedSkus }, seen: { bearers, expected }, today }: DecidedList) {
  const skus = [...askedSkus];
  const purchaseOrders = bearers === null ? [] : purchaseOrdersSeen(orders, bearers);
  if (purchaseOrders.length + skus.length === 0) return null;
  return { purchaseOrders, skus, expected: expectedSeen(orders, expected, today) };
}

/** What comes of an item must be as it was seen, and as much may wait as leaves the promised days what they are. */
function expectedSeen(orders: readonly DecidedOrder[], expected: readonly Expected[], today: string) {
  const short = orders.flatMap(({ sourced }) => sourced.filter(({ backordered }) => isPositive(backordered)));
  const bySku = Map.groupBy(short, ({ sku }) => sku);
  return expected.map(({ sku, inbound, waiting }) => {
    const quantities = (bySku.get(sku) ?? []).map(({ backordered }) => backordered);
    return { sku, inbound, ...sameDays(quantities, waiting, inbound, today) };
  });
}

function purchaseOrdersSeen(orders: readonly DecidedOrder[], bearers: readonly PurchaseOrderBearer[]): Cells[] {
  const key = (customerNumber: string, purchaseOrder: string) => `${customerNumber} ${purchaseOrder}`;
  const seen = new Map(
    bearers.map((bearer) => [key(bearer.customerNumber, bearer.customerPurchaseOrder), bearer.salesOrderNumber]),
  );
  return orders.flatMap(({ request: { draft } }) => {
    const { customerNumber, customerPurchaseOrder: purchaseOrder } = draft;
    if (purchaseOrder === undefined) return [];
    return [[customerNumber, purchaseOrder, seen.get(key(customerNumber, purchaseOrder)) ?? null]];
  });
}

/**
 * Keeps the register, and has the transaction's statements planned by keys: the updates below lock row by row in the order of their list, as everybody
 * does, and a plan that went through the table for once would lock in another. By keys there is one plan, whatever the values are: none is made anew.
 */
const keepRegisterByKeys = (tx: Transaction): void =>
  tx.send({
    name: "keep-register-by-keys",
    text: `select ${registerKeptSql}, ${byKeysSql("commit")}`,
  });

// A position that is not there has nothing, and is found out by counting. Every position of what fell short is updated, be it by nothing: to update is to
// lock, and one statement costs two thirds of a lock and an update.
const takeStatement = {
  name: "take-list-as-seen",
  text: `
  with seen as materialized (
    select $1::jsonb -> 'customers' as customers, $1::jsonb -> 'asked' as asked
  ), credits as (
    update customer_credits c set hub_exposure = c.hub_exposure + e.amount
      from (select k as customer_number, (v ->> 0)::numeric as amount from jsonb_each($1::jsonb -> 'customers') as t(k, v) order by k) e
     where c.customer_number = e.customer_number
    returning c.customer_number, c.credit_limit, c.erp_balance, c.hub_exposure, c.synced_at, e.amount
  ), wanted as materialized (
    select sku, branch, sum(quantity) as quantity
      from (select v ->> 0 as sku, v ->> 1 as branch, (v ->> 2)::numeric as quantity from jsonb_array_elements($1::jsonb -> 'taken') v
            union all ${allPositionsSql}) one
     where (select count(*) from credits) >= 0
     group by sku, branch order by sku, branch
  ), positions as (
    update inventory_positions p set allocated = p.allocated + w.quantity
      from wanted w where p.sku = w.sku and p.branch = w.branch
    returning p.sku, p.branch, w.quantity, p.on_hand - p.allocated - p.reserved - p.safety_stock as rest
  )
  select pg_current_xact_id()::text as tx,
    coalesce((select json_agg(json_build_array(sku, branch, trim_scale(greatest(rest, 0))::text)) from positions), '[]') as positions,
    fail_unless(
      (select count(*) filter (where least > 0) = ($1::jsonb ->> 'positionsNeeded')::integer
              and bool_and(available >= least and (v ->> 1 is null or available <= (v ->> 1)::numeric)) is not false
         from (select p.quantity, greatest(p.rest + p.quantity, 0) as available, s.v, greatest((s.v ->> 0)::numeric, p.quantity) as least
                 from positions p, seen, lateral (select seen.asked -> p.sku -> p.branch as v offset 0) s) was)
      and not exists (
        select from credits k, seen, lateral (select seen.customers -> k.customer_number as v offset 0) s
         where case when jsonb_array_length(v) = 1 then k.erp_balance + k.hub_exposure > k.credit_limit
               else (k.credit_limit, k.erp_balance, k.hub_exposure - k.amount, k.synced_at)
                    is distinct from ((v ->> 1)::numeric, (v ->> 2)::numeric, (v ->> 3)::numeric, (v ->> 4)::timestamptz) end))`,
};

const recordsStatement = {
  name: "hold-records-as-seen",
  text: `
  select fail_unless(
    not exists (select from jsonb_array_elements($1::jsonb -> 'purchaseOrders') v
                 where ${bearerSql("v ->> 0", "v ->> 1", OF_OTHERS)} is distinct from v ->> 2)
    and not exists (select from jsonb_to_recordset($1::jsonb -> 'expected') as k(sku text, inbound jsonb, above numeric, "upTo" numeric),
                            lateral ${expectedSql("k.sku", OF_OTHERS)} now
                     where now.inbound <> k.inbound or now.waiting <= k.above or now.waiting > k."upTo")
    and not exists (${expiredSql(textArraySql("$1::jsonb -> 'skus'"), "($1::jsonb ->> 'now')::timestamptz")}))`,
};
