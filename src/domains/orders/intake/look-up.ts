import type { Queryable } from "#platform";
import { creditsOf, creditSql, type CreditRow, type Credits } from "../../customers/read-credits.ts";
import { expectedOfSql, type Expected } from "../../inventory/read-stock.ts";
import {
  bearersOf,
  bearersSql,
  OF_OTHERS,
  originalsSql,
  type BearerRow,
  type Original,
  type PurchaseOrderBearer,
} from "./originals.ts";
import type { CompletePolicies } from "./policies.ts";
import type { SubmitRequest } from "./submission.ts";

/** What the books say about a list before anything is locked. */
export interface LookedUp {
  readonly originals: readonly Original[];
  readonly credits: Credits;
  /** Null: duplicate purchase orders are accepted, and nobody asks. */
  readonly bearers: readonly PurchaseOrderBearer[] | null;
  /** Of the items that were asked about. */
  readonly expected: readonly Expected[];
  /** An order number for each request. Those of requests that are no new orders are gaps. */
  readonly numbers: readonly string[];
}

interface Row {
  readonly originals: readonly Original[];
  readonly credits: readonly CreditRow[];
  readonly bearers: readonly BearerRow[];
  readonly expected: readonly Expected[];
  readonly numbers: readonly string[];
}

/** `skus`: of what is on its way of these is asked as well. */
export async function lookUp(
  database: Queryable,
  requests: readonly SubmitRequest[],
  skus: readonly string[],
  policies: CompletePolicies,
): Promise<LookedUp> {
  const [row] = await database.query<Row>(lookUpStatement, [asked(requests, policies), JSON.stringify(skus)]);
  if (!row) throw new Error("The list could not be looked up: the database answered no row.");
  return {
    ...row,
    credits: creditsOf(row.credits),
    bearers: asksBearers(policies) ? bearersOf(row.bearers) : null,
  };
}

/** Which others bear the purchase order numbers of a list that is written already. */
export async function findBearers(
  database: Queryable,
  requests: readonly SubmitRequest[],
  policies: CompletePolicies,
): Promise<readonly PurchaseOrderBearer[] | null> {
  if (!asksBearers(policies)) return null;
  const [row] = await database.query<Pick<Row, "bearers">>(bearersStatement, [asked(requests, policies)]);
  return bearersOf(row?.bearers ?? []);
}

const asksBearers = ({ duplicatePurchaseOrder }: CompletePolicies) => duplicatePurchaseOrder !== "accept";

const asked = (requests: readonly SubmitRequest[], policies: CompletePolicies): string =>
  JSON.stringify(
    requests.map(({ idempotencyKey, draft }) => [
      idempotencyKey,
      draft.channel,
      draft.channelOrderNumber,
      draft.customerNumber,
      asksBearers(policies) ? draft.customerPurchaseOrder : null,
    ]),
  );

const askedSql = `asked as materialized (
  select v ->> 0 as idempotency_key, v ->> 1 as channel, v ->> 2 as channel_order_number, v ->> 3 as customer_number,
         v ->> 4 as customer_purchase_order
    from jsonb_array_elements($1::jsonb) v)`;

// One statement, and values instead of rows: what is asked costs PostgreSQL less than to be asked four times, and this side less than to read rows.
const lookUpStatement = {
  name: "look-up-list",
  text: `
  with ${askedSql}
  select ${originalsSql("asked")} as originals,
         (select coalesce(json_agg(${creditSql}), '[]') from customer_credits
           where customer_number = any(array(select customer_number from asked))) as credits,
         ${bearersSql("asked")} as bearers,
         (select coalesce(json_agg(e), '[]') from (${expectedOfSql("$2::jsonb")}) e) as expected,
         (select json_agg('SO-' || nextval('sales_order_numbers')) from asked) as numbers`,
};

const bearersStatement = {
  name: "find-bearers",
  text: `with ${askedSql} select ${bearersSql("asked", OF_OTHERS)} as bearers`,
};
