import type { Fault, SalesOrderDraft } from "#contracts";
import { fingerprintOfText } from "#platform";
import { differences } from "./differences.ts";
import type { WrittenRequest } from "./submission.ts";

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

/**
 * The originals of a list as one JSON value; `asked` is a relation of idempotency_key, channel and channel_order_number. Each is looked up by itself:
 * planned while the table is empty, a join would read all of it for as long as the plan is kept.
 */
export const originalsSql = (asked: string): string => `(
  select coalesce(json_agg(json_build_object(
           'salesOrderId', o.sales_order_id, 'idempotencyKey', o.idempotency_key, 'channel', o.channel,
           'channelOrderNumber', o.channel_order_number, 'fingerprint', o.fingerprint, 'draft', o.draft::json,
           'wasHeld', exists (select 1 from sales_order_holds h where h.sales_order_id = o.sales_order_id and h.held_at = o.accepted_at
                                and h.reason not in ('operator', 'erp-refused')))), '[]')
    from (select k.sales_order_id from ${asked} a, lateral (
            select sales_order_id from sales_orders where idempotency_key = a.idempotency_key limit 1) k
          union
          select k.sales_order_id from ${asked} a, lateral (
            select sales_order_id from sales_orders
             where channel = a.channel and channel_order_number = a.channel_order_number limit 1) k) found,
         lateral (select * from sales_orders where sales_order_id = found.sales_order_id limit 1) o)`;

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

/** Of orders: whoever asks has written his own already, and they are no reason to decide them otherwise. */
export const OF_OTHERS = "xmin <> pg_current_xact_id()::xid";

/** The first order, not cancelled, that bears the purchase order number of a customer; all are SQL, `who` a condition on orders. */
export const bearerSql = (customerNumber: string, purchaseOrder: string, who = "true"): string => `(
  select o.sales_order_number from sales_orders o
   where o.customer_number = ${customerNumber} and o.customer_purchase_order = ${purchaseOrder} and o.stage <> 'cancelled' and ${who}
   order by o.accepted_at, o.sales_order_id limit 1)`;

export type BearerRow = readonly [customerNumber: string, customerPurchaseOrder: string, salesOrderNumber: string];

/**
 * Who bears the customer purchase order numbers of a list, as one JSON value without those nobody bears; `asked` is a relation of customer_number and
 * customer_purchase_order.
 */
export const bearersSql = (asked: string, who = "true"): string => `(
  select coalesce(json_agg(json_build_array(customer_number, customer_purchase_order, bearer)), '[]')
    from (select a.*, ${bearerSql("a.customer_number", "a.customer_purchase_order", who)} as bearer
            from (select distinct customer_number, customer_purchase_order from ${asked} where customer_purchase_order is not null) a) b
   where bearer is not null)`;

export const bearersOf = (rows: readonly BearerRow[]): readonly PurchaseOrderBearer[] =>
  rows.map(([customerNumber, customerPurchaseOrder, salesOrderNumber]) => ({
    customerNumber,
    customerPurchaseOrder,
    salesOrderNumber,
  }));
