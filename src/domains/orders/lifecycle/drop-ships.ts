import type { SalesOrderDropShipWanted, DataOf, EffectCall, EventDraft } from "#contracts";
import type { Queryable, Transaction } from "#platform";
import { instantSql } from "../../built-documents.ts";
import type { EffectContext } from "../../effect-context.ts";
import { rowsOf } from "../../sql.ts";

/** A line that waits for what a supplier could ship to the customer, and that somebody must buy there. Quantities in base units. */
export interface DropShip {
  readonly salesOrderId: string;
  readonly salesOrderNumber: string;
  readonly lineNumber: number;
  readonly sku: string;
  readonly description: string;
  /** Still missing; at most what was missing at first. */
  readonly quantity: string;
  readonly baseUnitOfMeasure: string;
  readonly supplier: string;
  /** When the supplier could ship, as it was promised. */
  readonly expectedOn: string;
  readonly wantedAt: string;
  /** The order waits for a person first. */
  readonly isOnHold: boolean;
  readonly customerNumber: string;
  readonly shipTo: unknown;
  /** Why from there. */
  readonly explanation: string;
}

/** Puts what a supplier is to ship on the list. */
export async function recordDropShips(
  tx: Transaction,
  calls: readonly EffectCall<DataOf<typeof SalesOrderDropShipWanted>>[],
  { now }: EffectContext,
): Promise<readonly EventDraft[]> {
  await rowsOf(
    tx,
    `insert into drop_ships (sales_order_id, line_number, supplier, quantity, expected_on, wanted_at)
     select w."salesOrderId", l."lineNumber", l.supplier, l.quantity, l."expectedOn", ($1::jsonb ->> 'now')::timestamptz
       from jsonb_to_recordset($1::jsonb -> 'wanted') as w("salesOrderId" text, lines jsonb),
            jsonb_to_recordset(w.lines) as l("lineNumber" integer, supplier text, quantity numeric, "expectedOn" date)
     on conflict (sales_order_id, line_number) do nothing`,
    { wanted: calls.map((call) => call.event.data), now },
  );
  return [];
}

/**
 * The list: whatever still waits, whoever was promised first first. A line leaves it when stock comes that fills it, and with its order; nobody tells the
 * hub what suppliers ship.
 */
export const readDropShips = (database: Queryable, supplier: string | null = null): Promise<readonly DropShip[]> =>
  database.query<DropShip>(
    `select d.sales_order_id as "salesOrderId", o.sales_order_number as "salesOrderNumber", d.line_number as "lineNumber", l.sku,
            l.description, trim_scale(least(d.quantity, l.quantity_backordered))::text as quantity,
            l.base_unit_of_measure as "baseUnitOfMeasure", d.supplier, d.expected_on::text as "expectedOn",
            ${instantSql("d.wanted_at")} as "wantedAt", o.stage = 'on-hold' as "isOnHold", o.customer_number as "customerNumber",
            o.ship_to as "shipTo", l.allocation_explanation as explanation
       from drop_ships d
       join sales_orders o on o.sales_order_id = d.sales_order_id and o.stage in ('accepted', 'on-hold', 'released')
       join sales_order_lines l on l.sales_order_id = d.sales_order_id and l.line_number = d.line_number and l.quantity_backordered > 0
      where $1::text is null or d.supplier = $1
      order by d.expected_on, d.wanted_at, d.sales_order_id, d.line_number`,
    [supplier],
  );
