import type { Fault, SalesOrderDraft } from "#contracts";
import { fingerprintOfText, type Queryable } from "#platform";
import { differences } from "./differences.ts";
import type { SubmitRequest, WrittenRequest } from "./submission.ts";

/** An order taken before, as far as a repeat of it must be told from another order under the same number. */
export interface Original {
  readonly salesOrderId: string;
  readonly idempotencyKey: string;
  readonly channel: string;
  readonly channelOrderNumber: string;
  readonly fingerprint: string;
  readonly draft: SalesOrderDraft;
  /** Whether it was put on hold the moment it came in. */
  readonly wasHeld: boolean;
}

export const channelNumberOf = ({
  channel,
  channelOrderNumber,
}: {
  channel: string;
  channelOrderNumber: string;
}): string => `${channel} ${channelOrderNumber}`;

export async function findOriginals(
  database: Queryable,
  requests: readonly SubmitRequest[],
): Promise<readonly Original[]> {
  const asked = requests.map(({ idempotencyKey, draft: { channel, channelOrderNumber } }) => ({
    idempotencyKey,
    channel,
    channelOrderNumber,
  }));
  return database.query<Original>(originalsStatement, [JSON.stringify(asked)]);
}

const originalsStatement = {
  name: "find-originals",
  // Each looked up by itself: planned while the table is empty, a join would read all of it for as long as the plan is kept.
  text: `with asked as (
       select * from jsonb_to_recordset($1::jsonb) as a("idempotencyKey" text, channel text, "channelOrderNumber" text)
     ), found as (
       select o.sales_order_id from asked a, lateral (
         select k.sales_order_id from sales_orders k where k.idempotency_key = a."idempotencyKey" limit 1) o
       union
       select o.sales_order_id from asked a, lateral (
         select k.sales_order_id from sales_orders k
          where k.channel = a.channel and k.channel_order_number = a."channelOrderNumber" limit 1) o
     )
     select o.sales_order_id as "salesOrderId", o.idempotency_key as "idempotencyKey", o.channel,
            o.channel_order_number as "channelOrderNumber", o.fingerprint, o.draft::json as draft,
            exists (select 1 from sales_order_holds h where h.sales_order_id = o.sales_order_id and h.held_at = o.accepted_at
                      and h.reason not in ('operator', 'erp-refused')) as "wasHeld"
       from found join sales_orders o using (sales_order_id)`,
};

/** Null: a repeat with the same content. Otherwise what is different. */
export function conflictWith(
  original: Pick<Original, "fingerprint" | "draft">,
  { draft, draftText }: Pick<WrittenRequest, "draft" | "draftText">,
): readonly Fault[] | null {
  return original.fingerprint === fingerprintOfText(draftText) ? null : differences(original.draft, draft);
}

export interface PurchaseOrderBearer {
  readonly customerNumber: string;
  readonly customerPurchaseOrder: string;
  readonly salesOrderNumber: string;
}

/** The first order, not cancelled, that bears the purchase order number of a customer; both are SQL. */
export const bearerSql = (customerNumber: string, purchaseOrder: string): string => `(
  select o.sales_order_number from sales_orders o
   where o.customer_number = ${customerNumber} and o.customer_purchase_order = ${purchaseOrder} and o.stage <> 'cancelled'
   order by o.accepted_at, o.sales_order_id limit 1)`;

/** Who bears each customer purchase order number; those that nobody bears are left out. */
export async function findPurchaseOrders(
  database: Queryable,
  drafts: readonly SalesOrderDraft[],
): Promise<readonly PurchaseOrderBearer[]> {
  const asked = drafts.flatMap(({ customerNumber, customerPurchaseOrder }) =>
    customerPurchaseOrder === undefined ? [] : [{ customerNumber, customerPurchaseOrder }],
  );
  if (asked.length === 0) return [];
  return database.query<PurchaseOrderBearer>(purchaseOrdersStatement, [JSON.stringify(asked)]);
}

const purchaseOrdersStatement = {
  name: "find-purchase-orders",
  text: `select * from (
       select a.*, ${bearerSql('a."customerNumber"', 'a."customerPurchaseOrder"')} as "salesOrderNumber"
         from (select distinct * from jsonb_to_recordset($1::jsonb) as a("customerNumber" text, "customerPurchaseOrder" text)) a) b
      where "salesOrderNumber" is not null`,
};
