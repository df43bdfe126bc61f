import type { CreditPosition } from "./credit.ts";

/** By customer number; who is not among them has no credit we know of. */
export type Credits = ReadonlyMap<string, CreditPosition>;

/** A credit as statements build it, with every digit of the instant: what was seen can be held against what is. */
export const creditSql = `json_build_array(customer_number, credit_limit::text, erp_balance::text, hub_exposure::text, synced_at)`;

export type CreditRow = readonly [
  customerNumber: string,
  creditLimit: string | null,
  erpBalance: string,
  hubExposure: string,
  erpBalanceAsOf: string,
];

export const creditsOf = (rows: readonly CreditRow[]): Credits =>
  new Map(
    rows.map(([customerNumber, creditLimit, erpBalance, hubExposure, erpBalanceAsOf]) => [
      customerNumber,
      { creditLimit, erpBalance, hubExposure, erpBalanceAsOf },
    ]),
  );
