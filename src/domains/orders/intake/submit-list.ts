import type { EventDraft, SalesOrder } from "#contracts";
import { isPositive, type Clock, type Ids, type Transaction } from "#platform";
import { readBranches } from "../../branches/branches.ts";
import { lockCredits } from "../../customers/lock-credits.ts";
import { createFreeStock } from "../../inventory/choose-branches.ts";
import { holdForOrders } from "../../inventory/held-stock.ts";
import { keepRegister } from "../../inventory/position-register.ts";
import { readExpected } from "../../inventory/read-stock.ts";
import { lockAndRedeem, type ReservationClaim } from "../../reservations/redeem.ts";
import { readSalesOrders } from "../read/read-sales-orders.ts";
import { answersTo } from "./answers.ts";
import { checkDraft } from "./check-draft.ts";
import { decideOrder, type Candidate, type DecidedOrder, type Ledger } from "./decide-order.ts";
import { eventsOf } from "./intake-events.ts";
import { judgeRequests, type Judgement } from "./judge-requests.ts";
import { findOriginals, findPurchaseOrders } from "./originals.ts";
import type { CompletePolicies } from "./policies.ts";
import { promiseBackorders } from "./promise-backorders.ts";
import { readReference } from "./reference.ts";
import type { SubmitRequest, SubmitResult } from "./submission.ts";
import { toSalesOrder } from "./to-sales-order.ts";
import { writeOrders } from "./write-orders.ts";

export interface ListContext {
  /** Appends in the caller's transaction; `EventLog` of #events is one. */
  readonly eventLog: { append(tx: Transaction, drafts: readonly EventDraft[]): Promise<unknown> };
  readonly ids: Ids;
  readonly clock: Clock;
  readonly policies: CompletePolicies;
}

/**
 * Takes a list of readable requests. What can be judged by itself is judged before anything is locked; then come the locks, in the order
 * everybody locks: the register of positions, credits, orders (ours are new and nobody else's), positions.
 */
export async function submitList(
  tx: Transaction,
  requests: readonly SubmitRequest[],
  { eventLog, ids, clock, policies }: ListContext,
): Promise<readonly SubmitResult[]> {
  const now = clock.now();
  const today = now.toISOString().slice(0, 10);
  const drafts = requests.map(({ draft }) => draft);
  const reference = await readReference(tx, drafts);
  const branches = await readBranches(tx);
  const checked = requests.map((request) => ({
    request,
    checked: checkDraft(request.draft, { reference, policies, today }),
  }));
  await keepRegister(tx);
  const credits = new Map(await lockCredits(tx, [...new Set(drafts.map(({ customerNumber }) => customerNumber))]));
  // Read after the credits are locked: whoever held them has committed, and what he wrote is seen.
  const originals = await findOriginals(tx, requests);
  const purchaseOrders = await findPurchaseOrders(tx, drafts);
  const judgements = judgeRequests(checked, { policies, ids, originals, purchaseOrders });
  const candidates = judgements.flatMap((judgement) => (judgement.is === "candidate" ? [judgement.candidate] : []));
  const decided = await decide(tx, candidates, { credits, branches: branches.map(({ branch }) => branch) }, now);
  return answersTo(judgements, await write(tx, decided, eventLog, now), await readKnown(tx, judgements));
}

async function decide(
  tx: Transaction,
  candidates: readonly Candidate[],
  ledger: Omit<Ledger, "stock">,
  now: Date,
): Promise<DecidedOrder[]> {
  if (candidates.length === 0) return [];
  const skus = [...new Set(candidates.flatMap(({ checked }) => checked.lines.map(({ sku }) => sku)))];
  const { positions, kept, notes } = await lockAndRedeem(tx, skus, claimsOf(candidates), now);
  const held = holdForOrders(createFreeStock(positions), kept);
  const decided = candidates.map((candidate) => {
    const { salesOrderId } = candidate;
    return withNote(decideOrder(candidate, { ...ledger, stock: held.turnOf(salesOrderId) }), notes.get(salesOrderId));
  });
  const sourced = decided.map((order) => order.sourced);
  const missing = sourced.flat().filter(({ backordered }) => isPositive(backordered));
  const expected = await readExpected(tx, [...new Set(missing.map(({ sku }) => sku))]);
  const promised = promiseBackorders(sourced, expected, now.toISOString().slice(0, 10));
  return decided.map((order, index) => ({ ...order, sourced: promised[index] ?? [] }));
}

const claimsOf = (candidates: readonly Candidate[]): ReservationClaim[] =>
  candidates.flatMap(({ salesOrderId, request: { draft } }) =>
    draft.reservationId === undefined
      ? []
      : [{ reservationId: draft.reservationId, salesOrderId, customerNumber: draft.customerNumber }],
  );

/** What became of the reservation is said with every line. */
function withNote(order: ReturnType<typeof decideOrder>, note: string | undefined): ReturnType<typeof decideOrder> {
  if (note === undefined) return order;
  const sourced = order.sourced.map((line) => ({ ...line, explanation: `${line.explanation} ${note}` }));
  return { ...order, sourced };
}

/** Writes what was decided and what became true by it; answers the documents. */
async function write(
  tx: Transaction,
  decided: readonly DecidedOrder[],
  eventLog: ListContext["eventLog"],
  now: Date,
): Promise<ReadonlyMap<string, SalesOrder>> {
  if (decided.length === 0) return new Map();
  const numbers = await writeOrders(tx, decided, now);
  const numbered = decided.map((order) => ({ order, number: numbers.get(order.salesOrderId) ?? "" }));
  const events = numbered.flatMap(({ order, number }) => eventsOf(order, number));
  await eventLog.append(tx, events);
  return new Map(numbered.map(({ order, number }) => [order.salesOrderId, toSalesOrder(order, number, now)]));
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
