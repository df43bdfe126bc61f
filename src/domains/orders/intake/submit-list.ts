import type { EventDraft, SalesOrder } from "#contracts";
import { isPositive, subtract, type Clock, type Database, type Ids, type Transaction } from "#platform";
import { keepRegister } from "../../inventory/position-register.ts";
import { readExpected, readLockedStock } from "../../inventory/read-stock.ts";
import {
  outlookOf,
  positionKey,
  standsBefore,
  type FreePosition,
  type StockOutlookSource,
} from "../../inventory/stock-outlook.ts";
import { businessDay } from "../../pricing/business-day.ts";
import { giveBackExpired, hasExpired } from "../../reservations/give-back.ts";
import { redeem, skusOfClaims } from "../../reservations/redeem.ts";
import { readSalesOrders } from "../read/read-sales-orders.ts";
import { answersTo } from "./answers.ts";
import { settleCredit, type DecidedOrder, type SourcedOrder } from "./decide-order.ts";
import { holdDuplicatePurchaseOrders } from "./duplicate-purchase-orders.ts";
import { eventsOf } from "./intake-events.ts";
import type { Judgement } from "./judge-requests.ts";
import { lockList, type LockedList, type WhatToLock } from "./lock-list.ts";
import { findPurchaseOrders, type PurchaseOrderBearer } from "./originals.ts";
import {
  claimsOf,
  customersOf,
  judgeList,
  planSourcing,
  skusOf,
  type JudgedList,
  type SourcingPlan,
} from "./plan-list.ts";
import type { CompletePolicies } from "./policies.ts";
import { promiseBackorders } from "./promise-backorders.ts";
import type { ReferenceSource } from "./reference.ts";
import type { SubmitRequest, SubmitResult } from "./submission.ts";
import { toSalesOrder } from "./to-sales-order.ts";
import { takeNumbers, writeOrders } from "./write-orders.ts";

export interface ListContext {
  /** Appends in the caller's transaction; `EventLog` of #events is one. */
  readonly eventLog: { append(tx: Transaction, drafts: readonly EventDraft[]): Promise<unknown> };
  readonly ids: Ids;
  readonly clock: Clock;
  readonly policies: CompletePolicies;
  readonly reference: ReferenceSource;
  readonly outlook: StockOutlookSource;
}

const CONTENTION_RETRIES = 5;

type Documents = ReadonlyMap<string, SalesOrder>;

/**
 * Takes a list of readable requests. Everything is decided before anything is locked, by an outlook of the stock; then only what the list touches is locked,
 * the outlook is held against the locked rows, and the list is written as planned. Where somebody was quicker, it is decided again with every
 * position of its items locked.
 */
export async function submitList(
  database: Database,
  requests: readonly SubmitRequest[],
  context: ListContext,
): Promise<readonly SubmitResult[]> {
  const now = context.clock.now();
  const judged = await judgeList(database, requests, now, context);
  const written = judged.candidates.length === 0 ? new Map() : await takeCandidates(database, judged, now, context);
  return answersTo(judged.judgements, written, await readKnown(database, judged.judgements));
}

async function takeCandidates(
  database: Database,
  judged: JudgedList,
  now: Date,
  context: ListContext,
): Promise<Documents> {
  const work = { judged, now, context };
  const options = { retries: CONTENTION_RETRIES };
  // What a reservation keeps comes free under the locks only.
  if (claimsOf(judged).length > 0) return database.transaction((tx) => takeUnderLocks(tx, work), options);
  const plan = planSourcing(judged, await context.outlook.forSkus(database, skusOf(judged)));
  const asPlanned = await database.transaction((tx) => takeAsPlanned(tx, plan, work), options);
  return asPlanned ?? database.transaction((tx) => takeUnderLocks(tx, work), options);
}

interface Work {
  readonly judged: JudgedList;
  readonly now: Date;
  readonly context: ListContext;
}

/** Null: the plan does not hold any more; nothing was written. */
async function takeAsPlanned(tx: Transaction, plan: SourcingPlan, work: Work): Promise<Documents | null> {
  const wanted = {
    customerNumbers: customersOf(work.judged),
    positions: [...plan.stock.taken.values()],
    skus: [...plan.shortSkus, ...plan.guardedSkus],
  };
  const held = await lock(tx, wanted, work);
  if (!standsBefore(plan.stock, plan, held.positions)) return null;
  if (wanted.skus.length > 0 && (await hasExpired(tx, wanted.skus, work.now))) return null;
  return take(tx, plan, held, work);
}

/** Everything the list might want is locked first, so that what is decided by it is true. */
async function takeUnderLocks(tx: Transaction, work: Work): Promise<Documents> {
  const { judged, now } = work;
  const claims = claimsOf(judged);
  const skus = [...new Set([...skusOf(judged), ...(await skusOfClaims(tx, claims))])];
  const held = await lock(tx, { customerNumbers: customersOf(judged), positions: [], skus }, work);
  await giveBackExpired(tx, skus, now);
  const redeemed = await redeem(tx, claims, now);
  const positions = await readLockedStock(tx, skus);
  return take(tx, planSourcing(judged, outlookOf(positions), redeemed), { ...held, positions }, work);
}

interface Held extends LockedList {
  readonly bearers: readonly PurchaseOrderBearer[];
  /** One for each order. */
  readonly numbers: readonly string[];
}

/** In the order everybody locks: the register of positions, credits, orders (ours are new and nobody else's), positions. */
async function lock(tx: Transaction, wanted: WhatToLock, { judged: { candidates } }: Work): Promise<Held> {
  const drafts = candidates.map(({ request }) => request.draft);
  const [, locked, bearers, numbers] = await Promise.all([
    keepRegister(tx),
    lockList(tx, wanted),
    // Read after the credits are locked: whoever held them has committed, and what he wrote is seen.
    findPurchaseOrders(tx, drafts),
    takeNumbers(tx, candidates.length),
  ]);
  return { ...locked, bearers, numbers };
}

async function take(tx: Transaction, plan: SourcingPlan, held: Held, { now, context }: Work): Promise<Documents> {
  const { policies, eventLog, outlook } = context;
  const credits = new Map(held.credits);
  const settled = holdDuplicatePurchaseOrders(plan.orders, held.bearers, policies).map((order) =>
    settleCredit(order, credits),
  );
  const decided = await promise(tx, settled, businessDay(now, policies.timeZone));
  const numbered = decided.map((order, index) => ({ order, number: held.numbers[index] ?? "" }));
  writeOrders(tx, numbered, now);
  await eventLog.append(
    tx,
    numbered.flatMap(({ order, number }) => eventsOf(order, number)),
  );
  tx.afterCommit(() => outlook.learn(held.tx, left(held.positions, plan)));
  return new Map(numbered.map(({ order, number }) => [order.salesOrderId, toSalesOrder(order, number, now)]));
}

/** Gives what is backordered the day it can be expected. */
async function promise(
  tx: Transaction,
  orders: readonly (SourcedOrder & Pick<DecidedOrder, "exposureAmount">)[],
  today: string,
): Promise<DecidedOrder[]> {
  const sourced = orders.map((order) => order.sourced);
  const missing = sourced.flat().filter(({ backordered }) => isPositive(backordered));
  const expected = await readExpected(tx, [...new Set(missing.map(({ sku }) => sku))]);
  const promised = promiseBackorders(sourced, expected, today);
  return orders.map((order, index) => ({ ...order, sourced: promised[index] ?? [] }));
}

function left(positions: readonly FreePosition[], { stock }: SourcingPlan): FreePosition[] {
  return positions.map((position) => {
    const taken = stock.taken.get(positionKey(position));
    return taken ? { ...position, available: subtract(position.available, taken.quantity) } : position;
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
