import type { Fault, SalesOrderDraft } from "#contracts";
import { fingerprint, type Queryable } from "#platform";
import { differences } from "./differences.ts";
import type { SubmitRequest } from "./submission.ts";

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
  text: `with asked as (
       select * from jsonb_to_recordset($1::jsonb) as a("idempotencyKey" text, channel text, "channelOrderNumber" text)
     ), found as (
       select o.sales_order_id from asked a join sales_orders o on o.idempotency_key = a."idempotencyKey"
       union
       select o.sales_order_id from asked a
         join sales_orders o on o.channel = a.channel and o.channel_order_number = a."channelOrderNumber"
     )
     select o.sales_order_id as "salesOrderId", o.idempotency_key as "idempotencyKey", o.channel,
            o.channel_order_number as "channelOrderNumber", o.fingerprint, o.draft,
            exists (select 1 from sales_order_holds h where h.sales_order_id = o.sales_order_id and h.held_at = o.accepted_at
                      and h.reason not in ('operator', 'erp-refused')) as "wasHeld"
       from found join sales_orders o using (sales_order_id)`,
};

/** Null: a repeat with the same content. Otherwise what is different. */
export function conflictWith(
  original: Pick<Original, "fingerprint" | "draft">,
  draft: SalesOrderDraft,
): readonly Fault[] | null {
  return original.fingerprint === fingerprint(draft) ? null : differences(original.draft, draft);
}

export interface PurchaseOrderBearer {
  readonly customerNumber: string;
  readonly customerPurchaseOrder: string;
  readonly salesOrderNumber: string;
}

/** The first order, not cancelled, that bears each customer purchase order number. */
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
  text: `select distinct on (o.customer_number, o.customer_purchase_order)
            o.customer_number as "customerNumber", o.customer_purchase_order as "customerPurchaseOrder",
            o.sales_order_number as "salesOrderNumber"
       from jsonb_to_recordset($1::jsonb) as a("customerNumber" text, "customerPurchaseOrder" text)
       join sales_orders o on o.customer_number = a."customerNumber" and o.customer_purchase_order = a."customerPurchaseOrder"
      where o.stage <> 'cancelled'
      order by o.customer_number, o.customer_purchase_order, o.accepted_at, o.sales_order_id`,
};
