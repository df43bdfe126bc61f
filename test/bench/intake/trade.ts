import type { Database } from "#platform";

/** The size of the trade everybody is measured over: issue 3 asks for 20,000 SKUs in 10 branches. */
export const SKUS = 20_000;
export const BRANCHES = 10;
export const CUSTOMERS = 2_000;
export const CONTRACTS_EACH = 50;

export const skuOf = (index: number): string => `SKU-${String(index).padStart(5, "0")}`;
export const customerOf = (index: number): string => `C-${String(index).padStart(5, "0")}`;
/** What a customer has a price of his own for: so many items each, some of them twice. */
export const contractSku = (customer: number, contract: number): string =>
  skuOf(1 + ((customer * 97 + contract * contract * 7) % SKUS));
/** What everybody wants on the day of the promotion: there is plenty of it, and everybody locks it. */
export const HOT_SKU = skuOf(1);

const address = `jsonb_build_object('name', 'Receiving', 'company', 'Piedmont Plumbing ' || i, 'street1', i || ' Peachtree St NW', 'city', 'Atlanta',
  'region', 'GA', 'postalCode', '30303', 'country', 'US')`;

/** Set-wise, so that it takes seconds: two in three customers have a limit, one in fifty a tight one; 160,000 prices; every tenth position is empty. */
const statements = [
  `insert into branches (branch, name, warehouse, address, sourcing_rank)
   select 'B' || to_char(i, 'FM00'), 'Branch ' || i, 'wms', ${address}, i from generate_series(1, ${BRANCHES}) i`,
  `insert into customers (customer_number, name, status, customer_group, currency, payment_terms, home_branch, bill_to, ship_tos,
                          tax_exemptions, source, updated_at, synced_at)
   select 'C-' || to_char(i, 'FM00000'), 'Piedmont Plumbing ' || i, 'active', 'G' || i % 5, 'USD', 'NET30',
          'B' || to_char(1 + i % ${BRANCHES}, 'FM00'), ${address}, jsonb_build_array(jsonb_build_object('code', 'MAIN', 'address', ${address})),
          '[]', 'erp', now(), now()
     from generate_series(1, ${CUSTOMERS}) i`,
  `insert into customer_credits (customer_number, credit_limit, erp_balance, synced_at)
   select 'C-' || to_char(i, 'FM00000'), case when i % 3 = 0 then null when i % 50 = 7 then 25000 else 100000000 end, i * 3.25, now()
     from generate_series(1, ${CUSTOMERS}) i`,
  `insert into products (sku, description, status, base_unit_of_measure, unit_conversions, weight_lb, hazardous, source, updated_at, synced_at)
   select 'SKU-' || to_char(i, 'FM00000'), 'PVC elbow 90 degrees, schedule 40, number ' || i, 'active', 'EA',
          '[{"unitOfMeasure": "CS", "baseQuantity": "24"}]', 0.25, false, 'erp', now(), now()
     from generate_series(1, ${SKUS}) i`,
  `insert into price_agreements (price_agreement_id, sku, scope, customer_number, customer_group, currency, unit_of_measure,
                                 minimum_quantity, unit_price, valid_from, source, updated_at, synced_at)
   select 'LIST-' || i || '-' || b, 'SKU-' || to_char(i, 'FM00000'), 'list', null, null, 'USD', 'EA', b,
          round(1 + (i % 500) / 4.0 * case b when 1 then 1 else 0.9 end, 4), date '2025-01-01', 'erp', now(), now()
     from generate_series(1, ${SKUS}) i, unnest(array[1, 100]) b
   union all
   select 'GROUP-' || i || '-' || g, 'SKU-' || to_char(i, 'FM00000'), 'customer-group', null, 'G' || g, 'USD', 'EA', 1,
          round(1 + (i % 500) / 4.0 * 0.85, 4), date '2025-01-01', 'erp', now(), now()
     from generate_series(1, ${SKUS}, 5) i, generate_series(0, 4) g
   union all
   select 'CONTRACT-' || c || '-' || n, 'SKU-' || to_char(1 + (c * 97 + n * n * 7) % ${SKUS}, 'FM00000'), 'customer', 'C-' || to_char(c, 'FM00000'),
          null, 'USD', 'EA', 1, round(1 + n / 4.0, 4), date '2025-01-01', 'erp', now(), now()
     from generate_series(1, ${CUSTOMERS}) c, generate_series(1, ${CONTRACTS_EACH}) n`,
  `insert into inventory_positions (sku, branch, on_hand, stated_on_hand, safety_stock, inbound, source, source_sequence, as_of)
   select 'SKU-' || to_char(i, 'FM00000'), 'B' || to_char(b, 'FM00'), stock.on_hand, stock.on_hand, 5,
          case when i % 97 = 0 then jsonb_build_array(jsonb_build_object('expectedOn', (current_date + 14)::text, 'quantity', '500')) else '[]' end,
          'erp', 1, now()
     from generate_series(1, ${SKUS}) i, generate_series(1, ${BRANCHES}) b,
          lateral (select case when i = 1 then 100000000 when i % 97 = 0 or (i * 7 + b * 13) % 10 = 0 then 0 else 2000 + (i * 31 + b * 17) % 20000 end as on_hand) stock`,
];

export async function seedTrade(database: Database): Promise<void> {
  for (const statement of statements) await database.query(statement);
  await database.query("vacuum analyze");
}
