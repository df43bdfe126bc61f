import { add } from "#platform";
import { decideCredit, type CreditPosition } from "../../customers/credit.ts";
import {
  chooseBranches,
  type FreeStock,
  type SourcedDemand,
  type SourcingPreference,
} from "../../inventory/choose-branches.ts";
import type { KitParts } from "../../products/kits.ts";
import type { CheckedDraft, HoldFound } from "./check-draft.ts";
import { sourcedByComponent } from "./kit-lines.ts";
import type { WrittenRequest } from "./submission.ts";

/** A draft that passed, before stock and credit are decided. */
export interface Candidate {
  readonly request: WrittenRequest;
  readonly fingerprint: string;
  readonly salesOrderId: string;
  readonly correlationId: string;
  readonly checked: CheckedDraft;
  readonly holds: readonly HoldFound[];
}

/** One whose goods were found, as far as there are any. */
export interface SourcedOrder extends Candidate {
  readonly sourced: readonly SourcedDemand[];
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

/** Of a customer whose credit the ERP told nothing of, nothing is given on credit. */
const unknownCredit: CreditPosition = { creditLimit: "0", erpBalance: "0", hubExposure: "0" };

/** By which rules goods are found, and what the items are. */
export type Sourcing = Pick<SourcingPreference, "rules" | "item">;

/** Finds the goods of one order, and takes them: what one order takes the next one finds gone. `branches`: every one we may ship from, best first. */
export function sourceOrder(
  candidate: Candidate,
  branches: readonly string[],
  stock: FreeStock,
  sourcing: Sourcing = {},
): SourcedOrder {
  const { request, checked } = candidate;
  const { homeBranch, customerGroup } = checked.customer;
  const kits = kitsOf(checked.lines);
  const preference = {
    ...sourcing,
    kits,
    branches,
    channel: request.draft.channel,
    shipTo: checked.shipTo,
    shipComplete: request.draft.shipComplete ?? false,
    ...(homeBranch === undefined ? {} : { homeBranch }),
    ...(customerGroup === undefined ? {} : { customerGroup }),
  };
  const demands = checked.lines.filter(({ kitLineNumber }) => kitLineNumber === undefined);
  const sourced = sourcedByComponent(checked.lines, chooseBranches(demands, preference, stock));
  return { ...candidate, sourced: toldOfSubstitution(checked.lines, sourced) };
}

function toldOfSubstitution(lines: CheckedDraft["lines"], sourced: readonly SourcedDemand[]): readonly SourcedDemand[] {
  const why = new Map(lines.flatMap((line) => (line.substitution ? [[line.lineNumber, line.substitution]] : [])));
  if (why.size === 0) return sourced;
  return sourced.map((line) => {
    const substitution = why.get(line.lineNumber);
    return substitution === undefined ? line : { ...line, explanation: `${substitution} ${line.explanation}` };
  });
}

function kitsOf(lines: CheckedDraft["lines"]): KitParts {
  const kits = lines.filter(({ isKit }) => isKit);
  return new Map(
    kits.map(({ sku, lineNumber }) => {
      const parts = lines.filter((part) => part.kitLineNumber === lineNumber);
      return [sku, parts.map((part) => ({ sku: part.sku, quantity: part.kitQuantity ?? "1" }))];
    }),
  );
}

/**
 * Decides the credit of one order and takes it up. An order that is held keeps its stock while a person looks; one that is held for credit adds
 * nothing to the exposure until the hold is released (decisions 4 and 5).
 */
export function settleCredit<Order extends Candidate>(
  order: Order,
  credits: Map<string, CreditPosition>,
): Order & Pick<DecidedOrder, "exposureAmount"> {
  const { customer, merchandiseAmount } = order.checked;
  const position = credits.get(customer.customerNumber) ?? unknownCredit;
  const credit = decideCredit(position, merchandiseAmount);
  if (!credit.approved) {
    const holds = [...order.holds, { reason: "credit" as const, explanation: credit.explanation }];
    return { ...order, holds, exposureAmount: "0" };
  }
  credits.set(customer.customerNumber, { ...position, hubExposure: add(position.hubExposure, merchandiseAmount) });
  return { ...order, exposureAmount: merchandiseAmount };
}
