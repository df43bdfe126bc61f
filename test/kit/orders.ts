import { randomBytes } from "node:crypto";
import { checkBooks } from "#domains";
import { SalesOrderAccepted, type EventDraft } from "#contracts";
import { add, createIds, multiply, subtract, systemClock, type Database, type Queryable } from "#platform";

/** Reference data and orders for tests, written straight into the tables: what intake would have left behind. */

const ids = createIds(systemClock, randomBytes);

export const anAddress = (name: string, region = "GA") => ({
  name,
  street1: "1 Peachtree St",
  city: "Atlanta",
  region,
  postalCode: "30303",
  country: "US",
});

/** Branches ATL and DAL (each with a warehouse of its own), one customer with credit, and the products named. */
export async function givenTrade(database: Database, skus: readonly string[]): Promise<void> {
  for (const [rank, branch] of ["ATL", "DAL"].entries()) {
    await database.query(
      `insert into branches (branch, name, warehouse, address, sourcing_rank) values ($1, $1, $2, $3, $4) on conflict do nothing`,
      [branch, `wms-${branch.toLowerCase()}`, anAddress(branch), rank],
    );
  }
  await database.query(
    `insert into customers (customer_number, name, status, currency, payment_terms, home_branch, bill_to, ship_tos, tax_exemptions, source, updated_at, synced_at)
     values ('C-1001', 'Acme', 'active', 'USD', 'NET30', 'ATL', $1, '[]', '[]', 'erp', now(), now()) on conflict do nothing`,
    [anAddress("Acme")],
  );
  await database.query(
    `insert into customer_credits (customer_number, credit_limit, erp_balance, synced_at) values ('C-1001', 100000, 0, now()) on conflict do nothing`,
  );
  for (const sku of skus) {
    await database.query(
      `insert into products (sku, description, status, base_unit_of_measure, unit_conversions, weight_lb, hazardous, source, updated_at, synced_at)
       values ($1, $1, 'active', 'EA', '[]', 2, false, 'erp', now(), now()) on conflict do nothing`,
      [sku],
    );
  }
}

export async function givenStock(database: Queryable, sku: string, branch: string, onHand: string): Promise<void> {
  await database.query(
    `insert into inventory_positions (sku, branch, on_hand, stated_on_hand, source, source_sequence, as_of)
     values ($1, $2, $3, $3, 'erp', 1, now())
     on conflict (sku, branch) do update
       set on_hand = inventory_positions.on_hand + excluded.on_hand,
           stated_on_hand = inventory_positions.stated_on_hand + excluded.on_hand`,
    [sku, branch, onHand],
  );
}

export interface GivenLine {
  readonly sku: string;
  readonly quantity: string;
  /** How much of it is tied to which branch; the rest is backordered. */
  readonly from?: Readonly<Record<string, string>>;
  readonly unitPrice?: string;
}

export interface GivenOrder {
  readonly salesOrderId: string;
  readonly accepted: EventDraft;
}

/** An accepted order with its lines allocated as said. Answers the event intake would have uttered. */
export async function givenOrder(
  database: Database,
  lines: readonly GivenLine[],
  more: { readonly shipComplete?: boolean; readonly channel?: string; readonly stage?: "accepted" | "on-hold" } = {},
): Promise<GivenOrder> {
  const salesOrderId = ids.next("so");
  const amounts = lines.map((line) => multiply(line.quantity, line.unitPrice ?? "10"));
  const amount = add(...amounts);
  const channel = more.channel ?? "web-shop";
  await database.transaction(async (tx) => {
    await tx.query(
      `insert into sales_orders (sales_order_id, sales_order_number, correlation_id, channel, channel_order_number, idempotency_key,
         fingerprint, draft, customer_number, currency, payment_terms, bill_to, ship_to, ship_complete, merchandise_amount,
         exposure_amount, ordered_at, accepted_at, stage)
       values ($1::text, $1::text, $1::text, $2::text, $1::text, $1::text, '', '{}', 'C-1001', 'USD', 'NET30', $3, $3, $4, $5, $5, clock_timestamp(), clock_timestamp(), $6)`,
      [salesOrderId, channel, anAddress("Acme"), more.shipComplete ?? false, amount, more.stage ?? "accepted"],
    );
    await tx.query(`update customer_credits set hub_exposure = hub_exposure + $1 where customer_number = 'C-1001'`, [
      amount,
    ]);
    for (const [index, line] of lines.entries()) {
      const from = Object.entries(line.from ?? {});
      const allocated = add(...from.map(([, quantity]) => quantity));
      await tx.query(
        `insert into sales_order_lines (sales_order_id, line_number, sku, description, ordered_quantity, ordered_unit_of_measure,
           base_unit_of_measure, quantity_ordered, quantity_open, quantity_allocated, quantity_backordered, unit_price, line_amount,
           price, allocation_explanation)
         values ($1, $2, $3, $3, $4::numeric, 'EA', 'EA', $4::numeric, 0, $5::numeric, $6::numeric, $7, $8, $9, 'As told.')`,
        [
          salesOrderId,
          index + 1,
          line.sku,
          line.quantity,
          allocated,
          subtract(line.quantity, allocated),
          line.unitPrice ?? "10",
          amounts[index],
          { source: "list", explanation: "List price." },
        ],
      );
      for (const [branch, quantity] of from) {
        await tx.query(
          `insert into allocations (sales_order_id, line_number, branch, sku, quantity) values ($1, $2, $3, $4, $5)`,
          [salesOrderId, index + 1, branch, line.sku, quantity],
        );
        await tx.query(`update inventory_positions set allocated = allocated + $3 where sku = $1 and branch = $2`, [
          line.sku,
          branch,
          quantity,
        ]);
      }
    }
  });
  const accepted = SalesOrderAccepted(
    {
      salesOrderId,
      salesOrderNumber: salesOrderId,
      channel,
      channelOrderNumber: salesOrderId,
      customerNumber: "C-1001",
      currency: "USD",
      merchandiseAmount: amount,
      lineCount: lines.length,
      backorderedLines: 0,
    },
    { correlationId: salesOrderId },
  );
  return { salesOrderId, accepted };
}

/** Laws 7 and 8: what does not add up, in sentences. Empty when the books balance. */
export async function imbalances(database: Queryable): Promise<readonly string[]> {
  const { faults, oversoldBySnapshot } = await checkBooks(database);
  return [...faults, ...oversoldBySnapshot].map(({ what, explanation }) => `${what}: ${explanation}`);
}

/** A line's quantities, as one string to compare: `allocated 3 shipped 2`. Zeros are left out. */
export async function linesOf(database: Queryable, salesOrderId: string): Promise<readonly string[]> {
  const rows = await database.query<Record<string, string>>(
    `select trim_scale(quantity_open)::text as open, trim_scale(quantity_allocated)::text as allocated,
            trim_scale(quantity_backordered)::text as backordered, trim_scale(quantity_shipped)::text as shipped,
            trim_scale(quantity_cancelled)::text as cancelled
       from sales_order_lines where sales_order_id = $1 order by line_number`,
    [salesOrderId],
  );
  return rows.map((row) =>
    Object.entries(row)
      .filter(([, quantity]) => quantity !== "0")
      .map(([word, quantity]) => `${word} ${quantity}`)
      .join(", "),
  );
}

/** `on hand / allocated` of a position. */
export async function stockOf(database: Queryable, sku: string, branch: string): Promise<string> {
  const [row] = await database.query<{ stock: string }>(
    `select trim_scale(on_hand)::text || ' / ' || trim_scale(allocated)::text as stock from inventory_positions where sku = $1 and branch = $2`,
    [sku, branch],
  );
  return row?.stock ?? "none";
}
