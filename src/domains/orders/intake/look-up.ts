import type { Database, Queryable } from "#platform";
import { readCredits, type Credits } from "../../customers/read-credits.ts";
import { findOriginals, findPurchaseOrders, type Original, type PurchaseOrderBearer } from "./originals.ts";
import type { CompletePolicies } from "./policies.ts";
import type { SubmitRequest } from "./submission.ts";
import { takeNumbers } from "./write-orders.ts";

/** What the books say about a list before anything is locked. */
export interface LookedUp {
  readonly originals: readonly Original[];
  readonly credits: Credits;
  /** Null: duplicate purchase orders are accepted, and nobody asks. */
  readonly bearers: readonly PurchaseOrderBearer[] | null;
  /** An order number for each request. Those of requests that are no new orders are gaps. */
  readonly numbers: readonly string[];
}

export function lookUp(
  database: Database,
  requests: readonly SubmitRequest[],
  policies: CompletePolicies,
): Promise<LookedUp> {
  const customerNumbers = [...new Set(requests.map(({ draft }) => draft.customerNumber))];
  return database.together(async (one) => {
    const [originals, credits, bearers, numbers] = await Promise.all([
      findOriginals(one, requests),
      readCredits(one, customerNumbers),
      findBearers(one, requests, policies),
      takeNumbers(one, requests.length),
    ]);
    return { originals, credits, bearers, numbers };
  });
}

export async function findBearers(
  database: Queryable,
  requests: readonly SubmitRequest[],
  { duplicatePurchaseOrder }: CompletePolicies,
): Promise<readonly PurchaseOrderBearer[] | null> {
  if (duplicatePurchaseOrder === "accept") return null;
  return findPurchaseOrders(
    database,
    requests.map(({ draft }) => draft),
  );
}
