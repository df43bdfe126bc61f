import { priorityCustomer } from "./house.ts";
import type { Trade } from "./trade.ts";

/** A line of an item by itself, not of parts of a kit. */
export interface Turn {
  readonly line: string;
  readonly sku: string;
  readonly channel: string;
  /** It may be served: its order stands, and no branch has failed it before. */
  readonly isOpen: boolean;
  readonly waits: number;
  /** Allocated, or shipped already. */
  readonly has: number;
  /** Smaller goes first. */
  readonly place: readonly (number | string)[];
}

/** Who waits now, and in which place by the rules of the house. */
export async function readTurns({ database, house, orders }: Trade): Promise<readonly Turn[]> {
  const rows = await database.query<Omit<Turn, "place"> & WaitingLine>(
    `select l.sales_order_id || ' line ' || l.line_number as line, l.sku, o.channel, l.quantity_backordered::float8 as waits,
            (l.quantity_allocated + l.quantity_shipped)::float8 as has, o.customer_number as customer,
            coalesce(l.promised_on::text, '9999') as "promisedOn", l.sales_order_id as "salesOrderId", l.line_number as "lineNumber",
            o.stage in ('accepted', 'on-hold', 'released') and not exists (
              select 1 from fulfillment_orders f join fulfillment_lines s using (fulfillment_order_id)
               where f.sales_order_id = l.sales_order_id and (f.status = 'cancelled' or s.quantity_picked < s.quantity)) as "isOpen"
       from sales_order_lines l join sales_orders o using (sales_order_id)
      where not l.is_kit and l.kit_line_number is null`,
  );
  const arrival = new Map(orders.map(({ salesOrderId }, index) => [salesOrderId, index]));
  const criteria = house.rules.backorders?.order ?? [];
  const placeOf = (line: WaitingLine) => [
    ...criteria.map((criterion) => {
      if (criterion === "priority-customer") return line.customer === priorityCustomer ? 0 : 1;
      return criterion === "promised-date" ? line.promisedOn : 0;
    }),
    arrival.get(line.salesOrderId) ?? 0,
    line.lineNumber,
  ];
  return rows.map((row) => ({ ...row, place: placeOf(row) }));
}

interface WaitingLine {
  readonly customer: string;
  readonly promisedOn: string;
  readonly salesOrderId: string;
  readonly lineNumber: number;
}

/** Nobody was served while one before him, who wants the same and may have it as well, still waits as before. */
export function overtaken(before: readonly Turn[], after: readonly Turn[]): readonly string[] {
  const now = new Map(after.map((turn) => [turn.line, turn]));
  const waiting = before.filter(({ isOpen, waits }) => isOpen && waits > 0);
  const served = waiting.filter(({ line, has }) => (now.get(line)?.has ?? 0) > has);
  return served.flatMap((one) =>
    waiting
      .filter(({ sku, channel, place }) => sku === one.sku && channel === one.channel && isBefore(place, one.place))
      .filter(({ line, waits }) => now.get(line)?.isOpen && now.get(line)?.waits === waits)
      .map(({ line }) => `${one.line} got ${one.sku} before ${line}, whose turn it was`),
  );
}

function isBefore(a: Turn["place"], b: Turn["place"]): boolean {
  const index = a.findIndex((value, at) => value !== b[at]);
  const [one, other] = [a[index], b[index]];
  return one !== undefined && other !== undefined && one < other;
}
