import { add } from "#platform";
import { decideCredit, type CreditPosition } from "../../customers/credit.ts";
import { chooseBranches, type FreeStock, type SourcedDemand } from "../../inventory/choose-branches.ts";
import type { CheckedDraft, HoldFound } from "./check-draft.ts";
import type { SubmitRequest } from "./submission.ts";

/** A draft that passed, before stock and credit are decided. */
export interface Candidate {
  readonly request: SubmitRequest;
  readonly fingerprint: string;
  readonly salesOrderId: string;
  readonly correlationId: string;
  readonly checked: CheckedDraft;
  readonly holds: readonly HoldFound[];
}

export interface DecidedLine extends SourcedDemand {
  readonly promisedOn: string | null;
}

/** An order as it goes into the books. */
export interface DecidedOrder extends Candidate {
  readonly sourced: readonly DecidedLine[];
  /** What of the customer's exposure is this order's: nothing while it is held for credit. */
  readonly exposureAmount: string;
}

/** What has been used up by the orders decided so far, in the order in which they came. */
export interface Ledger {
  readonly stock: FreeStock;
  /** By customer number. */
  readonly credits: Map<string, CreditPosition>;
  /** Every branch we may ship from, best first. */
  readonly branches: readonly string[];
}

/** Of a customer whose credit the ERP told nothing of, nothing is given on credit. */
const unknownCredit: CreditPosition = { creditLimit: "0", erpBalance: "0", hubExposure: "0" };

/**
 * Decides stock and credit of one order and takes both from the ledger. An order that is held keeps its stock while a person looks; one that
 * is held for credit adds nothing to the exposure until the hold is released (decisions 5 and 6).
 */
export function decideOrder(
  candidate: Candidate,
  ledger: Ledger,
): Omit<DecidedOrder, "sourced"> & { sourced: readonly SourcedDemand[] } {
  const { request, checked } = candidate;
  const { customer, lines, merchandiseAmount } = checked;
  const { customerNumber, homeBranch } = customer;
  const preference = {
    branches: ledger.branches,
    shipComplete: request.draft.shipComplete ?? false,
    ...(homeBranch === undefined ? {} : { homeBranch }),
  };
  const sourced = chooseBranches(lines, preference, ledger.stock);
  const position = ledger.credits.get(customerNumber) ?? unknownCredit;
  const credit = decideCredit(position, merchandiseAmount);
  if (!credit.approved) {
    const holds = [...candidate.holds, { reason: "credit" as const, explanation: credit.explanation }];
    return { ...candidate, holds, sourced, exposureAmount: "0" };
  }
  ledger.credits.set(customerNumber, { ...position, hubExposure: add(position.hubExposure, merchandiseAmount) });
  return { ...candidate, sourced, exposureAmount: merchandiseAmount };
}
