import { add, isPositive, type Transaction } from "#platform";
import { textArraySql } from "../../built-documents.ts";
import type { Credits } from "../../customers/read-credits.ts";
import { keepRegister } from "../../inventory/position-register.ts";
import { sameDays } from "../../inventory/promise.ts";
import { expectedSql, type Expected } from "../../inventory/read-stock.ts";
import type { FreePosition } from "../../inventory/stock-outlook.ts";
import { expiredSql } from "../../reservations/give-back.ts";
import type { DecidedOrder } from "./decide-order.ts";
import { allPositionsSql, lockedPositionsSql, lockedSql } from "./lock-list.ts";
import { bearerSql, type PurchaseOrderBearer } from "./originals.ts";
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

export interface HeldPositions {
  /** The transaction's id, as changes of positions name it. */
  readonly tx: string;
  readonly positions: readonly FreePosition[];
}

/**
 * Sends the statements that lock what a list was decided by and end the transaction (`isOvertaken`) where that is not true any more: what follows them on
 * the wire is written only if it is. In the order everybody locks: the register of positions, credits, positions. The answer comes with that of the
 * commit; to wait for it inside the transaction would hold the locks for longer.
 */
export function holdPlan(tx: Transaction, list: DecidedList, now: Date): () => Promise<HeldPositions> {
  const register = keepRegister(tx);
  const held = lockAsSeen(tx, list);
  const records = recordsSeen(list);
  if (records !== null) tx.send(recordsStatement, [JSON.stringify({ ...records, now })]);
  // Where one of them fails, so does the commit, and that is told.
  register.catch(() => {});
  held.catch(() => {});
  return () => held;
}

const OVERTAKEN = "CD001";
/** Whether a transaction was ended because somebody was quicker. Nothing of it was written. */
export const isOvertaken = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === OVERTAKEN;

interface Row {
  readonly tx: string;
  readonly positions: readonly (readonly [sku: string, branch: string, available: string])[];
}

async function lockAsSeen(tx: Transaction, { orders, plan, seen }: DecidedList): Promise<HeldPositions> {
  const parameter = { customers: creditsSeen(orders, seen.credits), ...stockSeen(plan) };
  const [row] = await tx.query<Row>(lockStatement, [JSON.stringify(parameter)]);
  if (!row) throw new Error("The list could not be locked: the database answered no row.");
  return { tx: row.tx, positions: row.positions.map(([sku, branch, available]) => ({ sku, branch, available })) };
}

/** How values travel in a statement's parameter. */
type Cells = readonly (string | null)[];

/**
 * Of each customer, what his orders add to the exposure: it must still fit in. Where one was held for credit, its explanation tells figures, and these
 * must be as they were.
 */
function creditsSeen(orders: readonly DecidedOrder[], credits: Credits): Readonly<Record<string, Cells>> {
  const byCustomer = Map.groupBy(orders, ({ checked }) => checked.customer.customerNumber);
  const cells = (customerNumber: string, own: readonly DecidedOrder[]): Cells => {
    if (!own.some(({ holds }) => holds.some(({ reason }) => reason === "credit")))
      return [own.reduce((sum, { exposureAmount }) => add(sum, exposureAmount), "0")];
    const known = credits.get(customerNumber);
    return known
      ? [null, known.creditLimit, known.erpBalance, known.hubExposure, known.erpBalanceAsOf ?? null]
      : [null, null, null, null, null];
  };
  return Object.fromEntries([...byCustomer].map(([number, own]) => [number, cells(number, own)]));
}

/**
 * What was taken must be there. Of items that fell short, every position that was asked must be as it was seen, for one more piece would have been promised;
 * of guarded ones, none may have less than was seen.
 */
function stockSeen({ stock, shortSkus, guardedSkus }: SourcingPlan) {
  const skus = new Set([...shortSkus, ...guardedSkus]);
  const asked = skus.size === 0 ? [] : [...stock.seen.values()].filter(({ sku }) => skus.has(sku));
  const byBranch = (own: readonly FreePosition[]): Record<string, Cells> =>
    Object.fromEntries(
      own.map(({ sku, branch, available }) => [branch, [available, shortSkus.has(sku) ? available : null]]),
    );
  const taken = [...stock.taken.values()].filter(({ sku, quantity }) => !skus.has(sku) && isPositive(quantity));
  return {
    taken: taken.map(({ sku, branch, quantity }): Cells => [sku, branch, quantity]),
    skus: [...skus],
    asked: Object.fromEntries([...Map.groupBy(asked, ({ sku }) => sku)].map(([sku, own]) => [sku, byBranch(own)])),
    positionsNeeded: taken.length + asked.filter(({ available }) => isPositive(available)).length,
  };
}

/** What the locks do not tell: read after them, so that what their former holders wrote is seen. Null: the list rests on nothing of it. */
function recordsSeen({ orders, plan: { shortSkus, guardedSkus }, seen: { bearers, expected }, today }: DecidedList) {
  const skus = [...shortSkus, ...guardedSkus];
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

// A position that is not there has nothing, and is found out by counting. What was seen is looked up by its key, row by row: a join of lists of unknown length is planned badly too often.
const lockStatement = {
  name: "lock-list-as-seen",
  text: `
  with seen as materialized (
    select $1::jsonb -> 'customers' as customers, $1::jsonb -> 'asked' as asked
  ), ${lockedSql(
    "array(select jsonb_object_keys($1::jsonb -> 'customers'))",
    `select v ->> 0 as sku, v ->> 1 as branch, (v ->> 2)::numeric as least from jsonb_array_elements($1::jsonb -> 'taken') v
      union all ${allPositionsSql}`,
  )}
  select pg_current_xact_id()::text as tx, ${lockedPositionsSql} as positions,
    fail_unless(
      (select count(*) filter (where coalesce((v ->> 0)::numeric, least) > 0) = ($1::jsonb ->> 'positionsNeeded')::integer
              and bool_and(available >= coalesce((v ->> 0)::numeric, least) and (v ->> 1 is null or available <= (v ->> 1)::numeric))
                  is not false
         from positions p, seen, lateral (select seen.asked -> p.sku -> p.branch as v offset 0) s)
      and not exists (
        select from credits k, seen, lateral (select seen.customers -> k.customer_number as v offset 0) s
         where case when v ->> 0 is null
               then (k.credit_limit, k.erp_balance, k.hub_exposure, k.synced_at)
                    is distinct from ((v ->> 1)::numeric, (v ->> 2)::numeric, (v ->> 3)::numeric, (v ->> 4)::timestamptz)
               else k.erp_balance + k.hub_exposure + (v ->> 0)::numeric > k.credit_limit end))`,
};

const recordsStatement = {
  name: "hold-records-as-seen",
  text: `
  select fail_unless(
    not exists (select from jsonb_array_elements($1::jsonb -> 'purchaseOrders') v
                 where ${bearerSql("v ->> 0", "v ->> 1")} is distinct from v ->> 2)
    and not exists (select from jsonb_to_recordset($1::jsonb -> 'expected') as k(sku text, inbound jsonb, above numeric, "upTo" numeric),
                            lateral (select ${expectedSql.inbound} as inbound, ${expectedSql.waiting} as waiting offset 0) now
                     where now.inbound <> k.inbound or now.waiting <= k.above or now.waiting > k."upTo")
    and not exists (${expiredSql(textArraySql("$1::jsonb -> 'skus'"), "($1::jsonb ->> 'now')::timestamptz")}))`,
};
