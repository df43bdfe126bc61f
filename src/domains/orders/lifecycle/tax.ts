import { SalesOrderTaxed, type DataOf, type EffectCall, type EventDraft, type TaxExemption } from "#contracts";
import { add, multiply, round, type Queryable, type Transaction } from "#platform";
import { followedBy } from "../../effect-context.ts";
import { businessDay } from "../../pricing/business-day.ts";
import { rowsOf } from "../../sql.ts";
import { lockOrders } from "./locks.ts";

export interface TaxableLine {
  readonly lineNumber: number;
  readonly sku: string;
  readonly taxCode: string | null;
  readonly quantity: string;
  readonly amount: string;
}

export interface TaxableOrder {
  readonly salesOrderId: string;
  readonly customerNumber: string;
  readonly currency: string;
  readonly taxSource: string | null;
  readonly shipFromBranch: string | null;
  readonly shipFrom: unknown;
  readonly shipTo: unknown;
  readonly shipToRegion: string | null;
  readonly exemptions: readonly TaxExemption[];
  readonly lines: readonly TaxableLine[];
}

/** Tax follows the first branch that has stock of the order, else the customer's home branch, else the first of all. */
export async function readTaxableOrders(
  database: Queryable,
  salesOrderIds: readonly string[],
): Promise<readonly TaxableOrder[]> {
  return rowsOf<TaxableOrder>(
    database,
    `select o.sales_order_id as "salesOrderId", o.customer_number as "customerNumber", o.currency, o.tax_source as "taxSource",
            b.branch as "shipFromBranch", b.address as "shipFrom", o.ship_to as "shipTo", o.ship_to ->> 'region' as "shipToRegion",
            c.tax_exemptions as exemptions,
            (select jsonb_agg(jsonb_build_object('lineNumber', l.line_number, 'sku', l.sku, 'taxCode', p.tax_code,
                                                 'quantity', trim_scale(l.ordered_quantity)::text,
                                                 'amount', trim_scale(l.line_amount)::text) order by l.line_number)
               from sales_order_lines l left join products p on p.sku = l.sku
              where l.sales_order_id = o.sales_order_id and l.kit_line_number is null) as lines
       from sales_orders o
       join customers c on c.customer_number = o.customer_number
       left join lateral (
         select b.branch, b.address from branches b
          order by exists (select 1 from allocations a where a.sales_order_id = o.sales_order_id and a.branch = b.branch) desc,
                   b.branch = c.home_branch desc nulls last, b.sourcing_rank, b.branch
          limit 1) b on true
      where o.sales_order_id in (select jsonb_array_elements_text($1::jsonb))
      order by o.sales_order_id`,
    salesOrderIds,
  );
}

/** The certificate that holds where the goods go, on that day. */
export const exemptionFor = (
  exemptions: readonly TaxExemption[],
  region: string | null,
  day: string,
): TaxExemption | undefined =>
  exemptions.find(
    (exemption) =>
      exemption.region === region &&
      exemption.validFrom <= day &&
      (exemption.validTo === undefined || day <= exemption.validTo),
  );

/** Tax by a configured rate where the tax engine is silent, to the cent a line; nothing for an exempt customer. */
export function estimateTax(
  order: TaxableOrder,
  ratePercent: string,
  day: string,
): Omit<DataOf<typeof SalesOrderTaxed>, "salesOrderId"> {
  const exempt = exemptionFor(order.exemptions, order.shipToRegion, day) !== undefined;
  const rate = multiply(exempt ? "0" : ratePercent, "0.01");
  const lines = order.lines.map(({ lineNumber, amount }) => ({
    lineNumber,
    taxAmount: round(multiply(amount, rate), 2),
    jurisdictions: [],
  }));
  return { source: exempt ? "exempt" : "estimate", taxAmount: add(...lines.map((line) => line.taxAmount)), lines };
}

/** Patience with the tax engine ended: an estimate, marked as one. An order that has its tax already is left alone. */
export const estimateTaxAt =
  (ratePercent: string, timeZone?: string) =>
  async (tx: Transaction, calls: readonly EffectCall[], context: { readonly now: Date }): Promise<EventDraft[]> => {
    const orders = await readTaxableOrders(
      tx,
      calls.map((call) => call.instanceId),
    );
    const orderOf = new Map(orders.map((order) => [order.salesOrderId, order]));
    return calls.flatMap((call) => {
      const order = orderOf.get(call.instanceId);
      if (!order || order.taxSource !== null) return [];
      const estimate = estimateTax(order, ratePercent, businessDay(context.now, timeZone));
      return [SalesOrderTaxed({ salesOrderId: order.salesOrderId, ...estimate }, followedBy(call))];
    });
  };

/** The engine's word stands; an estimate gives way to it and never replaces it. */
export async function recordTaxed(
  tx: Transaction,
  calls: readonly EffectCall<DataOf<typeof SalesOrderTaxed>>[],
): Promise<EventDraft[]> {
  // An estimate and the engine's late answer may come in one batch.
  const estimatesFirst = calls.toSorted(
    (a, b) => Number(b.event.data.source === "estimate") - Number(a.event.data.source === "estimate"),
  );
  const best = new Map(estimatesFirst.map((call) => [call.event.data.salesOrderId, call.event.data]));
  await lockOrders(tx, [...best.keys()]);
  await rowsOf(
    tx,
    `with taxed as (
       select t.* from jsonb_to_recordset($1::jsonb) as t("salesOrderId" text, source text, "taxAmount" numeric, lines jsonb)
         join sales_orders o on o.sales_order_id = t."salesOrderId"
        where o.tax_source is null or (o.tax_source = 'estimate' and t.source <> 'estimate')
     ), lined as (
       update sales_order_lines l set tax_amount = n."taxAmount"
         from taxed t, jsonb_to_recordset(t.lines) as n("lineNumber" integer, "taxAmount" numeric)
        where l.sales_order_id = t."salesOrderId" and l.line_number = n."lineNumber"
     )
     update sales_orders o set tax_amount = t."taxAmount", tax_source = t.source
       from taxed t where o.sales_order_id = t."salesOrderId"`,
    [...best.values()],
  );
  return [];
}
