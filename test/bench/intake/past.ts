import type { Database } from "#platform";
import { BRANCHES, CUSTOMERS, SKUS } from "./trade.ts";

const CHUNK = 100_000;
const LINES = 5;

const address = `jsonb_build_object('name', 'Job site 14, gate 3', 'company', 'Piedmont Plumbing ' || c, 'street1', c || ' Ponce de Leon Ave NE',
  'city', 'Decatur', 'region', 'GA', 'postalCode', '30030', 'country', 'US', 'phone', '+1 404 555 0142')`;
const orderId = "'so_0' || to_char(i, 'FM0000000000000000000000000')";
const sku = `'SKU-' || to_char(1 + (i * 31 + n * 7919) % ${SKUS}, 'FM00000')`;

/** Orders as they lie when all is over: shipped, invoiced, closed; their allocations cleared. `$1` to `$2` are their numbers. */
const statements = [
  `insert into sales_orders (sales_order_id, sales_order_number, correlation_id, channel, channel_order_number, idempotency_key, fingerprint,
                             draft, customer_number, customer_purchase_order, erp_order_number, currency, payment_terms, bill_to, ship_to,
                             ship_complete, merchandise_amount, tax_amount, tax_source, exposure_amount, ordered_at, accepted_at, stage, closed_at)
   select ${orderId}, 'SO-P' || i, ${orderId}, 'web-shop', 'PAST-' || i, 'api:web-shop:PAST-' || i, md5(i::text) || md5((i + 1)::text),
          jsonb_build_object('channel', 'web-shop', 'channelOrderNumber', 'PAST-' || i, 'customerNumber', customer, 'customerPurchaseOrder', 'PO-' || i,
            'currency', 'USD', 'orderedAt', at, 'shipTo', ${address}, 'notes', repeat('Deliver to the dock at the back. ' || i || ' ', 12),
            'lines', (select jsonb_agg(jsonb_build_object('lineNumber', n, 'sku', ${sku}, 'quantity', '4', 'unitOfMeasure', 'EA'))
                        from generate_series(1, ${LINES}) n)),
          customer, 'PO-' || i, 'G' || i, 'USD', 'NET30', ${address}, ${address}, false, 250, 17.50, 'engine', 0, at, at, 'closed', at + interval '5 days'
     from (select i, 1 + i * 7 % ${CUSTOMERS} as c, 'C-' || to_char(1 + i * 7 % ${CUSTOMERS}, 'FM00000') as customer,
                  timestamptz '2026-01-01' + i * interval '1 second' as at
             from generate_series($1::bigint, $2::bigint) i) o`,
  `insert into sales_order_lines (sales_order_id, line_number, sku, description, ordered_quantity, ordered_unit_of_measure, base_unit_of_measure,
                                  quantity_ordered, quantity_open, quantity_allocated, quantity_backordered, quantity_shipped, unit_price,
                                  line_amount, tax_amount, price, allocation_explanation)
   select ${orderId}, n, ${sku}, 'PVC elbow 90 degrees, schedule 40, number ' || i, 4, 'EA', 'EA', 4, 0, 0, 0, 4, 12.5, 50, 3.5,
          jsonb_build_object('source', 'list', 'explanation', 'The list price 12.5 per EA (LIST-' || i % ${SKUS} || '-1, since 2025-01-01).',
            'contractPrice', '12.5000', 'priceAgreementId', 'LIST-' || i % ${SKUS} || '-1'),
          'All 4 EA from B01, the customer''s home branch.'
     from generate_series($1::bigint, $2::bigint) i, generate_series(1, ${LINES}) n`,
  `insert into allocations (sales_order_id, line_number, branch, sku, quantity, fulfillment_order_id)
   select ${orderId}, n, 'B' || to_char(1 + i % ${BRANCHES}, 'FM00'), ${sku}, 0, 'ful_0' || to_char(i, 'FM0000000000000000000000000')
     from generate_series($1::bigint, $2::bigint) i, generate_series(1, ${LINES}) n`,
];

/** So many past orders, set-wise. */
export async function fillPast(database: Database, orders: number): Promise<void> {
  for (let from = 1; from <= orders; from += CHUNK) {
    const to = Math.min(orders, from + CHUNK - 1);
    await database.transaction(async (tx) => {
      await tx.query("set local synchronous_commit = off");
      for (const statement of statements) await tx.query(statement, [from, to]);
    });
  }
  await database.query("vacuum (analyze) sales_orders, sales_order_lines, allocations");
}

export async function bytesOfPast(database: Database): Promise<number> {
  const [row] = await database.query<{ bytes: string }>(
    `select sum(pg_total_relation_size(name::regclass)) as bytes
       from unnest(array['sales_orders', 'sales_order_lines', 'allocations']) name`,
  );
  return Number(row?.bytes);
}
