import type { Transaction } from "#platform";
import { textArraySql } from "../built-documents.ts";
import type { CreditPosition } from "./credit.ts";

/**
 * What each customer may owe and owes, by number, locked until the transaction ends and in the order of their numbers: what is decided by
 * it stays true until it is written.
 */
export async function lockCredits(
  tx: Transaction,
  customerNumbers: readonly string[],
): Promise<ReadonlyMap<string, CreditPosition>> {
  const rows = await tx.query<CreditPosition & { readonly customerNumber: string }>(lockStatement, [
    JSON.stringify(customerNumbers),
  ]);
  return new Map(rows.map(({ customerNumber, ...credit }) => [customerNumber, credit]));
}

const lockStatement = {
  name: "lock-credits",
  text: `select customer_number as "customerNumber", credit_limit::text as "creditLimit", erp_balance::text as "erpBalance",
                hub_exposure::text as "hubExposure"
           from customer_credits
          where customer_number = any(${textArraySql("$1::jsonb")})
          order by customer_number
            for update`,
};
