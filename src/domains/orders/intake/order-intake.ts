import type { EventDraft, SalesOrder } from "#contracts";
import { isPositive, type Clock, type Database, type Ids, type Transaction } from "#platform";
import { readBranches } from "../../branches/branches.ts";
import { createFreeStock } from "../../inventory/choose-branches.ts";
import { lockFreeStock, readExpected } from "../../inventory/read-stock.ts";
import { readSalesOrders } from "../read/read-sales-orders.ts";
import { decideOrder, type Candidate, type DecidedOrder, type Ledger } from "./decide-order.ts";
import { judgeRequests, requestFaults, type Judgement } from "./judge-requests.ts";
import { findOriginals, findPurchaseOrders } from "./originals.ts";
import { completed, type CompletePolicies, type IntakePolicies } from "./policies.ts";
import { promiseBackorders } from "./promise-backorders.ts";
import { lockReference, type Reference } from "./reference.ts";
import type { SubmitRequest, SubmitResult } from "./submission.ts";
import { answersTo } from "./answers.ts";
import { toSalesOrder } from "./to-sales-order.ts";
import { eventsOf } from "./intake-events.ts";
import { writeOrders } from "./write-orders.ts";

/** The one way into the books. */
export interface OrderIntake {
  /**
   * Takes a list of orders in one transaction and answers after its commit, result by request. One bad draft never harms its neighbours.
   * Rejects only where nothing is known of the outcome (the database went away): send again with the same keys.
   */
  submit(requests: readonly SubmitRequest[]): Promise<readonly SubmitResult[]>;
}

export interface OrderIntakeOptions {
  readonly database: Database;
  /** Appends in the caller's transaction; `EventLog` of #events is one. */
  readonly eventLog: { append(tx: Transaction, drafts: readonly EventDraft[]): Promise<unknown> };
  readonly ids: Ids;
  readonly clock: Clock;
  readonly policies: IntakePolicies;
}

const RETRIES = 5;

export function createOrderIntake(options: OrderIntakeOptions): OrderIntake {
  const policies = completed(options.policies);
  const submitWhole = (requests: readonly SubmitRequest[]) =>
    retryWhenOvertaken(() =>
      options.database.transaction((tx) => submitList(tx, requests, options, policies), { retries: RETRIES }),
    );

  /** What the database will not take is sought out by halves, so that it is refused alone. */
  async function submit(requests: readonly SubmitRequest[]): Promise<readonly SubmitResult[]> {
    if (requests.length === 0) return [];
    try {
      return await submitWhole(requests);
    } catch (error) {
      if (!isAboutData(error)) throw error;
      if (requests.length === 1) return [{ outcome: "failed", repeat: false, cause: error }];
      const middle = Math.ceil(requests.length / 2);
      return [...(await submit(requests.slice(0, middle))), ...(await submit(requests.slice(middle)))];
    }
  }
  return { submit };
}

const sqlState = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" && error.code.length === 5
    ? error.code
    : "";
const UNIQUE_VIOLATION = "23505";
/** Data exceptions and integrity violations; or our own code stumbled over what it was given. */
const isAboutData = (error: unknown): boolean =>
  /^2[23]/.test(sqlState(error)) || error instanceof TypeError || error instanceof RangeError;

/** The same order came by another node a moment earlier: read again, it is a repeat now. */
async function retryWhenOvertaken<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt >= RETRIES || sqlState(error) !== UNIQUE_VIOLATION) throw error;
    }
  }
}

/** Locks, in this order everywhere: credits, then positions. Orders are new, nobody else can hold them. */
async function submitList(
  tx: Transaction,
  requests: readonly SubmitRequest[],
  { eventLog, ids, clock }: OrderIntakeOptions,
  policies: CompletePolicies,
): Promise<readonly SubmitResult[]> {
  const now = clock.now();
  const today = now.toISOString().slice(0, 10);
  const readable = requests.filter((request) => requestFaults(request).length === 0);
  const drafts = readable.map(({ draft }) => draft);
  const reference = await lockReference(tx, drafts);
  // Read after the credits are locked: whoever held them has committed, and what he wrote is seen.
  const originals = await findOriginals(tx, readable);
  const purchaseOrders = await findPurchaseOrders(tx, drafts);
  const judgements = judgeRequests(requests, { reference, policies, today, ids, originals, purchaseOrders });
  const candidates = judgements.flatMap((judgement) => (judgement.is === "candidate" ? [judgement.candidate] : []));
  const decided = await decide(tx, candidates, reference, today);
  const numbers = decided.length === 0 ? new Map<string, string>() : await writeOrders(tx, decided, now);
  const numberOf = ({ salesOrderId }: DecidedOrder) => numbers.get(salesOrderId) ?? "";
  if (decided.length > 0)
    await eventLog.append(
      tx,
      decided.flatMap((order) => eventsOf(order, numberOf(order))),
    );
  const written = new Map(decided.map((order) => [order.salesOrderId, toSalesOrder(order, numberOf(order), now)]));
  return answersTo(judgements, written, await readKnown(tx, judgements));
}

async function decide(
  tx: Transaction,
  candidates: readonly Candidate[],
  reference: Reference,
  today: string,
): Promise<DecidedOrder[]> {
  if (candidates.length === 0) return [];
  const skus = [...new Set(candidates.flatMap(({ checked }) => checked.lines.map(({ sku }) => sku)))];
  const branches = (await readBranches(tx)).map(({ branch }) => branch);
  const stock = createFreeStock(await lockFreeStock(tx, skus));
  const customers = candidates.map(({ checked }) => checked.customer.customerNumber);
  const hubExposure = new Map(
    customers.map((customerNumber) => [customerNumber, reference.hubExposure(customerNumber)]),
  );
  const ledger: Ledger = { stock, hubExposure, branches };
  const decided = candidates.map((candidate) => decideOrder(candidate, ledger));
  const missing = decided.flatMap(({ sourced }) =>
    sourced.filter(({ backordered }) => isPositive(backordered)).map(({ sku }) => sku),
  );
  const expected = await readExpected(tx, [...new Set(missing)]);
  const promised = promiseBackorders(
    decided.map(({ sourced }) => sourced),
    expected,
    today,
  );
  return decided.map((order, index) => ({ ...order, sourced: promised[index] ?? [] }));
}

/** The documents of orders that were there before. */
async function readKnown(tx: Transaction, judgements: readonly Judgement[]): Promise<ReadonlyMap<string, SalesOrder>> {
  const known = judgements.flatMap((judgement) => {
    if (judgement.is === "repeat") return [judgement.original.salesOrderId];
    return judgement.is === "conflict" ? [judgement.salesOrderId] : [];
  });
  if (known.length === 0) return new Map();
  const documents = await readSalesOrders(tx, known);
  return new Map(documents.map((document) => [document.salesOrderId, document]));
}
