import { add, compare, isPositive, subtract } from "#platform";

/** What a customer may owe and owes, as far as we know. Amounts in the customer's currency. */
export interface CreditPosition {
  /** Null: no limit. */
  readonly creditLimit: string | null;
  readonly erpBalance: string;
  readonly hubExposure: string;
  /** When the ERP last told us the balance; left out where it never did. An instant. */
  readonly erpBalanceAsOf?: string;
}

export type CreditDecision = { readonly approved: true } | { readonly approved: false; readonly explanation: string };

/** Whether one more order fits. Exactly at the limit still fits. */
export function decideCredit(
  { creditLimit, erpBalance, hubExposure, erpBalanceAsOf }: CreditPosition,
  orderAmount: string,
): CreditDecision {
  if (creditLimit === null) return { approved: true };
  const exposure = add(erpBalance, hubExposure);
  const after = add(exposure, orderAmount);
  if (compare(after, creditLimit) <= 0) return { approved: true };
  const asOf = erpBalanceAsOf === undefined ? "" : ` as of ${minuteOf(erpBalanceAsOf)}`;
  const owed = `${exposure} is open (${erpBalance} in the ERP${asOf}, ${hubExposure} accepted since)`;
  const excess = subtract(after, creditLimit);
  const alreadyOver = isPositive(subtract(exposure, creditLimit)) ? ", over the limit already" : "";
  return {
    approved: false,
    explanation: `${owed}${alreadyOver}; this order's ${orderAmount} would exceed the limit of ${creditLimit} by ${excess}.`,
  };
}

/** Nobody needs the seconds; everybody must know the clock. */
const minuteOf = (instant: string): string => `${new Date(instant).toISOString().slice(0, 16).replace("T", " ")} UTC`;
