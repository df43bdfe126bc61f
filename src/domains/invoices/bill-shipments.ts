import type { FulfillmentShipped, InvoicePosted } from "#contracts";
import { type DataOf, type EffectCall, type EventDraft } from "#contracts";
import { add, isZero, type Queryable, type Transaction } from "#platform";
import { ordersOf, type EffectContext } from "../effect-context.ts";
import { tellPosition } from "../inventory/apply-stock.ts";
import { postIssues, type IssuePosting } from "../inventory/stock-issues.ts";
import { fillBackorders } from "../orders/lifecycle/fill-backorders.ts";
import { lockOrders } from "../orders/lifecycle/locks.ts";
import { settleOrders } from "../orders/lifecycle/settle-orders.ts";
import { invoiceIdOf } from "../shipments/identity.ts";
import { rowsOf } from "../sql.ts";
import { billLine, type BillableLine, type BilledLine } from "./bill-line.ts";

type Shipped = DataOf<typeof FulfillmentShipped>;
type Posted = DataOf<typeof InvoicePosted>;
type OrderLine = Omit<BillableLine, "shippedNow"> & {
  readonly salesOrderId: string;
  /** A component is billed with its kit. */
  readonly kitLineNumber: number | null;
};

/**
 * Decides what each shipment is billed for, when it leaves; the ERP is asked for the invoice afterwards. Once a shipment. A kit is billed by the share
 * of its pieces that left, whole when the last of them has.
 */
export async function billShipments(tx: Transaction, calls: readonly EffectCall<Shipped>[]): Promise<EventDraft[]> {
  const { salesOrderIds } = ordersOf(calls);
  const lineOf = new Map((await readBilled(tx, salesOrderIds)).map((line) => [keyOf(line), line]));
  const billed = calls.flatMap(({ event: { data } }) =>
    billedLines(data, lineOf).flatMap((shipped) => {
      const key = keyOf({ salesOrderId: data.salesOrderId, lineNumber: shipped.lineNumber });
      const line = lineOf.get(key);
      if (!line || isZero(shipped.quantity)) return [];
      const bill = billLine({ ...line, shippedNow: shipped.quantity });
      // Two shipments of one order may leave in one batch: the second is billed after the first.
      lineOf.set(key, {
        ...line,
        shippedBefore: add(line.shippedBefore, bill.baseQuantity),
        billedQuantityBefore: add(line.billedQuantityBefore, bill.quantity),
        billedTaxBefore: add(line.billedTaxBefore, bill.taxAmount),
      });
      return [{ ...bill, invoiceId: invoiceIdOf(data.shipmentId), salesOrderId: data.salesOrderId }];
    }),
  );
  await writeBilled(tx, billed);
  return [];
}

/** The shipped lines as they are billed: the components of a kit together, as so many pieces of it. */
function billedLines(
  { salesOrderId, lines }: Shipped,
  lineOf: ReadonlyMap<string, OrderLine>,
): { readonly lineNumber: number; readonly quantity: string }[] {
  const billed = Map.groupBy(
    lines,
    ({ lineNumber }) => lineOf.get(keyOf({ salesOrderId, lineNumber }))?.kitLineNumber ?? lineNumber,
  );
  return [...billed].map(([lineNumber, shipped]) => ({
    lineNumber,
    quantity: add(...shipped.map(({ quantity }) => quantity)),
  }));
}

const keyOf = (line: { readonly salesOrderId: string; readonly lineNumber: number }) =>
  `${line.salesOrderId} ${line.lineNumber}`;

async function readBilled(tx: Transaction, salesOrderIds: readonly string[]): Promise<readonly OrderLine[]> {
  return rowsOf<OrderLine>(
    tx,
    `select l.sales_order_id as "salesOrderId", l.line_number as "lineNumber", l.sku,
            l.ordered_quantity::text as "orderedQuantity", l.kit_line_number as "kitLineNumber",
            coalesce((select sum(c.quantity_ordered) from sales_order_lines c
                       where c.sales_order_id = l.sales_order_id and c.kit_line_number = l.line_number), l.quantity_ordered)::text as "baseQuantity",
            l.unit_price::text as "unitPrice", coalesce(l.tax_amount, 0)::text as "taxAmount",
            coalesce(sum(i.base_quantity), 0)::text as "shippedBefore",
            coalesce(sum(i.quantity), 0)::text as "billedQuantityBefore",
            coalesce(sum(i.tax_amount), 0)::text as "billedTaxBefore"
       from sales_order_lines l
       left join invoice_lines i on i.sales_order_id = l.sales_order_id and i.line_number = l.line_number
      where l.sales_order_id in (select jsonb_array_elements_text($1::jsonb))
      group by l.sales_order_id, l.line_number`,
    salesOrderIds,
  );
}

async function writeBilled(
  tx: Transaction,
  billed: readonly (BilledLine & { readonly invoiceId: string; readonly salesOrderId: string })[],
): Promise<void> {
  await rowsOf(
    tx,
    `insert into invoice_lines (invoice_id, sales_order_id, line_number, sku, base_quantity, quantity, unit_price, line_amount, tax_amount)
     select "invoiceId", "salesOrderId", "lineNumber", sku, "baseQuantity", quantity, "unitPrice", "lineAmount", "taxAmount"
       from jsonb_to_recordset($1::jsonb) as b("invoiceId" text, "salesOrderId" text, "lineNumber" integer, sku text,
            "baseQuantity" numeric, quantity numeric, "unitPrice" numeric, "lineAmount" numeric, "taxAmount" numeric)
     on conflict (invoice_id, line_number) do nothing`,
    billed,
  );
}

/** What the ERP is to post for a shipment. `hasShipped` is false while our own books do not show the shipment yet. */
export interface BillableShipment {
  readonly invoiceId: string;
  readonly hasShipped: boolean;
  readonly erpOrderNumber: string | null;
  readonly customerNumber: string;
  readonly currency: string;
  readonly freightAmount: string;
  /** What left the branch, in base units. */
  readonly goods: {
    readonly branch: string;
    readonly lines: readonly { readonly sku: string; readonly quantity: string }[];
  };
  readonly lines: readonly BilledLine[];
}

export async function readBillableShipment(
  database: Queryable,
  shipmentId: string,
): Promise<BillableShipment | undefined> {
  const [row] = await rowsOf<Omit<BillableShipment, "invoiceId">>(
    database,
    `select f.status = 'shipped' as "hasShipped", o.erp_order_number as "erpOrderNumber", o.customer_number as "customerNumber",
            o.currency, trim_scale(coalesce(s.freight_amount, 0))::text as "freightAmount",
            jsonb_build_object('branch', f.branch, 'lines', coalesce(
              (select jsonb_agg(jsonb_build_object('sku', g.sku, 'quantity', trim_scale(g.quantity)::text) order by g.sku)
                 from (select sku, sum(quantity_shipped) as quantity from fulfillment_lines
                        where fulfillment_order_id = f.fulfillment_order_id and quantity_shipped > 0 group by sku) g), '[]')) as goods,
            coalesce((select jsonb_agg(jsonb_build_object(
                        'lineNumber', i.line_number, 'sku', i.sku, 'baseQuantity', trim_scale(i.base_quantity)::text,
                        'quantity', trim_scale(i.quantity)::text, 'unitPrice', trim_scale(i.unit_price)::text,
                        'lineAmount', i.line_amount::text, 'taxAmount', i.tax_amount::text) order by i.line_number)
                        from invoice_lines i where i.invoice_id = $1::jsonb ->> 'invoice'), '[]') as lines
       from shipments s
       join fulfillment_orders f on f.fulfillment_order_id = s.fulfillment_order_id
       join sales_orders o on o.sales_order_id = s.sales_order_id
      where s.shipment_id = $1::jsonb ->> 'shipment'`,
    { shipment: shipmentId, invoice: invoiceIdOf(shipmentId) },
  );
  return row && { ...row, invoiceId: invoiceIdOf(shipmentId) };
}

/**
 * The ERP posted it: our copy of the invoice, with the lines as they were asked for; the order may be complete now. The goods are off the ERP's
 * stock by the sequence it told; where it tells none, once `postingLagMs` have passed.
 */
export const recordInvoices =
  ({ postingLagMs }: { readonly postingLagMs: number }) =>
  async (
    tx: Transaction,
    calls: readonly EffectCall<Posted>[],
    context: EffectContext,
  ): Promise<readonly EventDraft[]> => {
    const { salesOrderIds } = ordersOf(calls);
    await lockOrders(tx, salesOrderIds);
    await writeInvoices(tx, calls, context);
    const postings = calls.map(({ event }) => postingOf(event.data, event.time, postingLagMs));
    const changed = await postIssues(tx, postings, context.now);
    const risen = changed.filter(({ hasRisen }) => hasRisen);
    return [
      ...changed.map((position) => tellPosition(position, "shipment")),
      ...(await fillBackorders(tx, risen, { holdsPositions: true })),
      ...(await settleOrders(tx, salesOrderIds)),
    ];
  };

function postingOf(
  { shipmentId, stockSequence, postedAt }: Posted,
  answeredAt: Date,
  postingLagMs: number,
): IssuePosting {
  const off = postedAt === undefined ? answeredAt : new Date(postedAt);
  return {
    reference: shipmentId,
    postedAt: off.toISOString(),
    sequence: stockSequence ?? null,
    coveredFrom: stockSequence === undefined ? new Date(off.getTime() + postingLagMs).toISOString() : null,
  };
}

async function writeInvoices(
  tx: Transaction,
  calls: readonly EffectCall<Posted>[],
  { now }: EffectContext,
): Promise<void> {
  await rowsOf(
    tx,
    `insert into invoices (invoice_id, invoice_number, sales_order_id, shipment_id, customer_number, currency, merchandise_amount,
                           tax_amount, freight_amount, total_amount, lines, posted_at, due_on)
     select p."invoiceId", p."invoiceNumber", p."salesOrderId", p."shipmentId", o.customer_number, p.currency, p."merchandiseAmount",
            p."taxAmount", p."freightAmount", p."totalAmount",
            coalesce((select jsonb_agg(jsonb_build_object(
                        'lineNumber', i.line_number, 'sku', i.sku, 'quantity', trim_scale(i.quantity)::text,
                        'unitPrice', trim_scale(i.unit_price)::text, 'lineAmount', i.line_amount::text,
                        'taxAmount', i.tax_amount::text) order by i.line_number)
                        from invoice_lines i where i.invoice_id = p."invoiceId"), '[]'),
            ($1::jsonb ->> 'now')::timestamptz, p."dueOn"
       from jsonb_to_recordset($1::jsonb -> 'posted') as p("invoiceId" text, "invoiceNumber" text, "salesOrderId" text,
            "shipmentId" text, currency text, "merchandiseAmount" numeric, "taxAmount" numeric, "freightAmount" numeric,
            "totalAmount" numeric, "dueOn" date)
       join sales_orders o on o.sales_order_id = p."salesOrderId"
     on conflict (invoice_id) do nothing`,
    { posted: calls.map((call) => call.event.data), now },
  );
}
