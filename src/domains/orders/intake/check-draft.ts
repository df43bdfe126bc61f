import type { Address, Fault, HoldReason, SalesOrderDraft } from "#contracts";
import { add, round } from "#platform";
import type { Account } from "../../customers/find-accounts.ts";
import { addressDoubts } from "./address-doubts.ts";
import { checkLine, type CheckedLine, type JudgedLine, type LineQuestion } from "./check-line.ts";
import { withComponents } from "./kit-lines.ts";
import type { CompletePolicies } from "./policies.ts";
import type { Reference } from "./reference.ts";
import { itemOf, type ReplacementStock } from "./replace-lines.ts";

export interface HoldFound {
  readonly reason: HoldReason;
  readonly explanation: string;
}

/** A draft that can be taken, with what somebody must look at before it goes on. */
export interface CheckedDraft {
  readonly customer: Account;
  readonly shipTo: Address;
  readonly lines: readonly CheckedLine[];
  readonly merchandiseAmount: string;
  readonly holds: readonly HoldFound[];
}

export interface CheckContext {
  readonly reference: Reference;
  readonly policies: CompletePolicies;
  /** What is left of items that go or may be replaced; null: nobody looked, none is among the lines. */
  readonly stock?: ReplacementStock | null;
  /** The day prices are taken of, YYYY-MM-DD. */
  readonly today: string;
}

/** Everything that is wrong with a draft, together; or what would be written. Its shape was judged before. */
export function checkDraft(
  draft: SalesOrderDraft,
  context: CheckContext,
): { readonly faults: readonly Fault[] } | CheckedDraft {
  const customer = context.reference.customer(draft.customerNumber);
  const shipTo = shipToOf(draft, customer);
  const checked = draft.lines.map((line, index) => checkItem(draft, index, context, customer, line));
  const exploded = checked.map((one, index) =>
    "faults" in one ? [] : withComponents(one, `/lines/${index}`, (sku) => context.reference.product(sku)),
  );
  const faults = [
    ...customerFaults(draft, customer),
    ...("path" in shipTo ? [shipTo] : []),
    ...duplicateLineFaults(draft),
    ...checked.flatMap((line) => ("faults" in line ? line.faults : [])),
    ...exploded.flatMap((lines) => ("faults" in lines ? lines.faults : [])),
  ];
  const judged = checked.flatMap((line) => ("faults" in line ? [] : [line]));
  const lines = exploded.flatMap((made) => ("faults" in made ? [] : made));
  if (!customer || "path" in shipTo || faults.length > 0) return { faults };
  const merchandiseAmount = round(add(...lines.map(({ lineAmount }) => lineAmount)), 2);
  return { customer, shipTo, lines, merchandiseAmount, holds: holdsOf(customer, shipTo, judged, context.policies) };
}

/** A line as it is sold: perhaps as another item than was ordered. */
function checkItem(
  draft: SalesOrderDraft,
  index: number,
  context: CheckContext,
  customer: Account | undefined,
  line: SalesOrderDraft["lines"][number],
): ReturnType<typeof checkLine> {
  const { reference, stock = null, policies } = context;
  const item = itemOf(draft, index, { reference, stock, plan: policies.promising });
  if ("fault" in item) return { faults: [item.fault] };
  const sold = item.substitution === undefined || !item.product ? line : { ...line, sku: item.product.sku };
  const question = lineQuestion(draft, index, context, customer, sold);
  const checked = checkLine({ ...question, product: item.product, isLeft: stock !== null });
  if ("faults" in checked || item.substitution === undefined) return checked;
  const replaced = { substitutedFor: line.sku, substitution: item.substitution };
  return { ...checked, line: { ...checked.line, ...replaced } };
}

function lineQuestion(
  draft: SalesOrderDraft,
  index: number,
  { reference, policies, today }: CheckContext,
  customer: Account | undefined,
  line: SalesOrderDraft["lines"][number],
): Omit<LineQuestion, "product"> {
  return {
    line,
    path: `/lines/${index}`,
    policies,
    priceRule: policies.priceRuleOf(draft.channel),
    priceOf: (product, { sku, quantity, unitOfMeasure }) =>
      reference.price(
        { customer: customer ?? draft, sku, quantity, unitOfMeasure, currency: draft.currency, on: today },
        product,
      ),
  };
}

function customerFaults(draft: SalesOrderDraft, customer: Account | undefined): Fault[] {
  if (!customer) {
    const fix = "Check the account number; the hub knows the accounts the ERP has.";
    return [{ path: "/customerNumber", expected: "an account known to the hub", found: draft.customerNumber, fix }];
  }
  if (customer.currency === draft.currency) return [];
  return [{ path: "/currency", expected: `${customer.currency}, the customer's currency`, found: draft.currency }];
}

function shipToOf({ shipTo }: SalesOrderDraft, customer: Account | undefined): Address | Fault {
  if (!("code" in shipTo)) return shipTo;
  const known = customer?.shipTos ?? [];
  const found = known.find(({ code }) => code === shipTo.code);
  if (found) return found.address;
  const expected =
    known.length > 0
      ? `one of ${known.map(({ code }) => code).join(", ")}`
      : "an address: the customer has none with us";
  return {
    path: "/shipTo/code",
    expected,
    found: shipTo.code,
    fix: "Use a code the customer has, or send the whole address.",
  };
}

function duplicateLineFaults({ lines }: SalesOrderDraft): Fault[] {
  const firstIndex = new Map<number, number>();
  return lines.flatMap(({ lineNumber }, index): Fault[] => {
    const first = firstIndex.get(lineNumber);
    if (first === undefined) {
      firstIndex.set(lineNumber, index);
      return [];
    }
    const expected = `a number no other line has (/lines/${first} has it)`;
    return [{ path: `/lines/${index}/lineNumber`, expected, found: String(lineNumber) }];
  });
}

function holdsOf(
  customer: Account,
  shipTo: Address,
  lines: readonly JudgedLine[],
  { unlistedShipTo }: CompletePolicies,
): HoldFound[] {
  const holds: HoldFound[] = [];
  if (customer.status !== "active") {
    const because = customer.blockedReason ? `: ${customer.blockedReason}` : "";
    holds.push({
      reason: "customer-blocked",
      explanation: `The account ${customer.customerNumber} is ${customer.status}${because}.`,
    });
  }
  const doubtful = lines.filter(({ priceDoubt }) => priceDoubt !== null);
  if (doubtful.length > 0) {
    const told = doubtful.map(({ line, priceDoubt }) => `Line ${line.lineNumber}, ${line.sku}: ${priceDoubt}`);
    holds.push({ reason: "price", explanation: told.join(" ") });
  }
  const doubts = [
    ...addressDoubts(shipTo),
    ...(unlistedShipTo === "hold" && !isListed(shipTo, customer) ? ["the customer has no such address with us"] : []),
  ];
  if (doubts.length > 0) holds.push({ reason: "address", explanation: `The ship-to address: ${doubts.join("; ")}.` });
  return holds;
}

const placeOf = ({ street1, street2 = "", city, postalCode, country }: Address): string =>
  [street1, street2, city, postalCode, country].map((part) => part.trim().toLowerCase()).join("|");

const isListed = (shipTo: Address, { shipTos, billTo }: Account): boolean =>
  [...shipTos.map(({ address }) => address), billTo].some((address) => placeOf(address) === placeOf(shipTo));
