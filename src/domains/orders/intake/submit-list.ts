import type { EventDraft, SalesOrder } from "#contracts";
import { subtract, type Clock, type Database, type Ids, type Queryable, type Transaction } from "#platform";
import { keepRegister } from "../../inventory/position-register.ts";
import { readExpected, readLockedStock, type Expected } from "../../inventory/read-stock.ts";
import {
  outlookOf,
  type FreePosition,
  type RecordedPosition,
  type StockOutlookSource,
} from "../../inventory/stock-outlook.ts";
import { businessDay } from "../../pricing/business-day.ts";
import { giveBackExpired } from "../../reservations/give-back.ts";
import { redeem, skusOfClaims } from "../../reservations/redeem.ts";
import { readSalesOrders } from "../read/read-sales-orders.ts";
import { answersTo } from "./answers.ts";
import { settleCredit, type DecidedOrder, type SourcedOrder } from "./decide-order.ts";
import { holdDuplicatePurchaseOrders } from "./duplicate-purchase-orders.ts";
import { isOvertaken, takeAsSeen, type DecidedList, type Seen } from "./take-as-seen.ts";
import { eventsOf } from "./intake-events.ts";
import type { Judgement } from "./judge-requests.ts";
import { lockList } from "./lock-list.ts";
import { lookUp, findBearers, type LookedUp } from "./look-up.ts";
import {
  claimsOf,
  customersOf,
  judgeList,
  knownSkus,
  planSourcing,
  skusOf,
  type JudgedList,
  type SourcingPlan,
} from "./plan-list.ts";
import type { CompletePolicies } from "./policies.ts";
import { promiseBackorders } from "./promise-backorders.ts";
import type { ReferenceSource } from "./reference.ts";
import type { SubmitResult, WrittenRequest } from "./submission.ts";
import type { Shortfalls } from "./shortfalls.ts";
import { toSalesOrder } from "./to-sales-order.ts";
import { claimNumbers, completeOrders, takeLocked, writeOrders, type Numbered } from "./write-orders.ts";

export interface ListContext {
  /** Appends in the caller's transaction; `EventLog` of #events is one. */
  readonly eventLog: { append(tx: Transaction, drafts: readonly EventDraft[]): Promise<unknown> };
  readonly ids: Ids;
  readonly clock: Clock;
  readonly policies: CompletePolicies;
  readonly reference: ReferenceSource;
  readonly outlook: StockOutlookSource;
  readonly shortfalls: Shortfalls;
}

const CONTENTION_RETRIES = 5;

type Documents = ReadonlyMap<string, SalesOrder>;

/**
 * Takes a list of readable requests. Everything is decided before anything is locked, by what the books and an outlook of the stock say just then. Then one
 * transaction, sent as one piece, writes the list, locks what it was decided by and ends where that is not true any more: nobody holds a lock while Node
 * thinks or rows are written. Where somebody was quicker, the list is decided again with every position of its items locked.
 */
export async function submitList(
  database: Database,
  requests: readonly WrittenRequest[],
  context: ListContext,
): Promise<readonly SubmitResult[]> {
  const now = context.clock.now();
  const drafts = requests.map(({ draft }) => draft);
  const reference = await context.reference.forDrafts(database, drafts);
  const seen = await look(database, requests, knownSkus(drafts, reference), context);
  const judged = await judgeList(database, requests, { originals: seen.originals, reference, now }, context);
  const work = { judged, seen, now, context };
  const written = judged.candidates.length === 0 ? new Map() : await takeCandidates(database, work);
  return answersTo(judged.judgements, written, await readKnown(database, judged.judgements));
}

/** Asks the books, and has what nobody remembers of the stock read beside it. */
async function look(
  database: Database,
  requests: readonly WrittenRequest[],
  skus: readonly string[],
  { policies, outlook, shortfalls }: ListContext,
): Promise<LookedUp> {
  const [seen] = await Promise.all([
    lookUp(database, requests, shortfalls.among(skus), policies),
    outlook.readAhead?.(database, skus),
  ]);
  return seen;
}

interface Work {
  readonly judged: JudgedList;
  readonly seen: LookedUp;
  readonly now: Date;
  readonly context: ListContext;
}

async function takeCandidates(database: Database, work: Work): Promise<Documents> {
  const asSeen = await takeWithoutLocks(database, work);
  return asSeen ?? database.transaction((tx) => takeUnderLocks(tx, work), { retries: CONTENTION_RETRIES });
}

/** Who was overtaken looks once more: the locks of everything the list might want cost more than the whole list. */
async function takeWithoutLocks(database: Database, work: Work): Promise<Documents | null> {
  // What a reservation keeps comes free under the locks only.
  if (claimsOf(work.judged).length > 0) return null;
  return (
    (await takeUnlessOvertaken(database, work)) ?? takeUnlessOvertaken(database, await lookedAgain(database, work))
  );
}

async function lookedAgain(database: Database, work: Work): Promise<Work> {
  const { judged, context } = work;
  const requests = judged.candidates.map(({ request }) => request);
  return { ...work, seen: await look(database, requests, skusOf(judged), context) };
}

/** Null: what was seen is not true any more; nothing was written. */
async function takeUnlessOvertaken(database: Database, work: Work): Promise<Documents | null> {
  const { judged, seen, now, context } = work;
  const plan = planSourcing(judged, await context.outlook.forSkus(database, skusOf(judged)));
  context.shortfalls.learn(
    seen.expected.map(({ sku }) => sku),
    plan.shortSkus,
  );
  const isOver = context.outlook.announce?.(plan.stock.taken());
  try {
    const list = decide(plan, { ...seen, expected: await expectedOf(database, plan, seen.expected) }, work);
    const orders = numbered(list.orders, seen);
    const left = await database.atOnce(
      async (tx) => {
        writeOrders(tx, orders, now);
        await tellOrders(tx, orders, context);
        return takeAsSeen(tx, list, now);
      },
      { retries: CONTENTION_RETRIES },
    );
    const { tx, positions } = await left();
    context.outlook.learn(tx, positions);
    return documentsOf(orders, now);
  } catch (error) {
    if (!isOvertaken(error)) throw error;
    context.outlook.doubt?.(restedOn(plan));
    return null;
  } finally {
    isOver?.();
  }
}

/** Everything the list might want is locked first, so that what is decided by it is true. Before that its numbers are claimed: whoever writes them without locks locks after them. */
async function takeUnderLocks(tx: Transaction, work: Work): Promise<Documents> {
  const { judged, seen, now, context } = work;
  claimNumbers(tx, numbered(judged.candidates, seen), now);
  const claims = claimsOf(judged);
  const skus = [...new Set([...skusOf(judged), ...(await skusOfClaims(tx, claims))])];
  const [, locked, bearers] = await Promise.all([
    keepRegister(tx),
    lockList(tx, { customerNumbers: customersOf(judged), skus }),
    // Read after the credits are locked: whoever held them has committed, and what he wrote is seen.
    findBearers(
      tx,
      judged.candidates.map(({ request }) => request),
      context.policies,
    ),
  ]);
  await giveBackExpired(tx, skus, now);
  const redeemed = await redeem(tx, claims, now);
  const positions = await readLockedStock(tx, skus);
  const plan = planSourcing(judged, outlookOf(positions), redeemed);
  const list = decide(plan, { ...locked, bearers, expected: await expectedOf(tx, plan) }, work);
  takeLocked(tx, list.orders);
  completeOrders(tx, list.orders, now);
  const orders = numbered(list.orders, seen);
  await tellOrders(tx, orders, context);
  tx.afterCommit(() => context.outlook.learn(locked.tx, leftBy(plan, positions)));
  return documentsOf(orders, now);
}

/** Settles what the goods alone do not: duplicate purchase orders, credit, and the days of what is backordered. */
function decide(plan: SourcingPlan, seen: Seen, { now, context: { policies } }: Work): DecidedList {
  const credits = new Map(seen.credits);
  const settled = holdDuplicatePurchaseOrders(plan.orders, seen.bearers ?? [], policies).map((order) =>
    settleCredit(order, credits),
  );
  const today = businessDay(now, policies.timeZone);
  return { plan, orders: promise(settled, seen.expected, today), seen, today };
}

/** Gives what is backordered the day it can be expected. */
function promise(
  orders: readonly (SourcedOrder & Pick<DecidedOrder, "exposureAmount">)[],
  expected: readonly Expected[],
  today: string,
): DecidedOrder[] {
  const promised = promiseBackorders(
    orders.map(({ sourced }) => sourced),
    expected,
    today,
  );
  return orders.map((order, index) => ({ ...order, sourced: promised[index] ?? [] }));
}

/** What is on its way of everything that fell short, some of which is known. */
async function expectedOf(
  database: Queryable,
  { shortSkus }: SourcingPlan,
  known: readonly Expected[] = [],
): Promise<readonly Expected[]> {
  const told = new Map(known.map((item) => [item.sku, item]));
  const short = [...shortSkus];
  const untold = await readExpected(
    database,
    short.filter((sku) => !told.has(sku)),
  );
  return [...untold, ...short.flatMap((sku) => told.get(sku) ?? [])];
}

const numbered = <Order>(orders: readonly Order[], { numbers }: LookedUp): Numbered<Order>[] =>
  orders.map((order, index) => ({ order, number: numbers[index] ?? "" }));

async function tellOrders(
  tx: Transaction,
  orders: readonly Numbered<DecidedOrder>[],
  { eventLog }: ListContext,
): Promise<void> {
  await eventLog.append(
    tx,
    orders.flatMap(({ order, number }) => eventsOf(order, number)),
  );
}

/** The positions a plan was made by. */
const restedOn = ({ stock, asked }: SourcingPlan): readonly RecordedPosition[] => [...stock.taken(), ...asked];

const documentsOf = (orders: readonly Numbered<DecidedOrder>[], now: Date): Documents =>
  new Map(orders.map(({ order, number }) => [order.salesOrderId, toSalesOrder(order, number, now)]));

/** What a plan leaves of positions. */
function leftBy({ stock }: SourcingPlan, positions: readonly FreePosition[]): FreePosition[] {
  return positions.map((position) => {
    const taken = stock.takenOf(position.sku, position.branch);
    return taken === "0" ? position : { ...position, available: subtract(position.available, taken) };
  });
}

/** The documents of orders that were there before. */
async function readKnown(database: Database, judgements: readonly Judgement[]): Promise<Documents> {
  const known = judgements.flatMap((judgement) => {
    if (judgement.is === "repeat") return [judgement.original.salesOrderId];
    return judgement.is === "conflict" ? [judgement.salesOrderId] : [];
  });
  if (known.length === 0) return new Map();
  const documents = await readSalesOrders(database, known);
  return new Map(documents.map((document) => [document.salesOrderId, document]));
}
