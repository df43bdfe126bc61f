import { ProductChanged, type Product } from "#contracts";
import type { Transaction } from "#platform";
import { newestOf, updatedLater, type Applied, type NewsContext } from "../applied.ts";
import { rowsOf } from "../sql.ts";

/** Takes what the system of record says about items. Older news than what is known is dropped; equal content makes no news. */
export async function applyProducts(
  tx: Transaction,
  documents: readonly Product[],
  { source, now }: NewsContext,
): Promise<Applied> {
  if (documents.length === 0) return { received: 0, changed: 0, dropped: 0, events: [] };
  const products = newestOf(documents, ({ sku }) => sku, updatedLater);
  const rows = await rowsOf<{ sku: string; status: string; isChanged: boolean }>(tx, upsertProducts, {
    products,
    source,
    now,
  });
  const events = rows
    .filter(({ isChanged }) => isChanged)
    .map(({ sku, status }) => ProductChanged({ sku, system: source, status }, { correlationId: `product:${sku}` }));
  return { received: documents.length, changed: events.length, dropped: documents.length - rows.length, events };
}

const upsertProducts = `
  with news as (
    select p.* from jsonb_to_recordset($1::jsonb -> 'products')
        as p(sku text, description text, status text, "supersededBy" text, "baseUnitOfMeasure" text, "unitConversions" jsonb,
             "weightLb" numeric, "lengthIn" numeric, "widthIn" numeric, "heightIn" numeric, "freightClass" text, hazardous boolean,
             "taxCode" text, "minimumOrderQuantity" numeric, "orderMultiple" numeric, "kitComponents" jsonb,
             substitutes jsonb, "updatedAt" timestamptz)
  ), known as (
    select p.sku,
           (k.description, k.status, k.superseded_by, k.base_unit_of_measure, k.unit_conversions, k.weight_lb, k.length_in, k.width_in,
            k.height_in, k.freight_class, k.hazardous, k.tax_code, k.minimum_order_quantity, k.order_multiple,
            k.kit_components, k.substitutes)
             is not distinct from
           (p.description, p.status, p."supersededBy", p."baseUnitOfMeasure", p."unitConversions", p."weightLb", p."lengthIn", p."widthIn",
            p."heightIn", p."freightClass", p.hazardous, p."taxCode", p."minimumOrderQuantity", p."orderMultiple",
            p."kitComponents", p.substitutes) as is_same
      from news p join products k on k.sku = p.sku
  ), written as (
    insert into products (sku, description, status, superseded_by, base_unit_of_measure, unit_conversions, weight_lb, length_in, width_in,
                          height_in, freight_class, hazardous, tax_code, minimum_order_quantity, order_multiple, kit_components, substitutes,
                          updated_at, source, synced_at)
    select p.sku, p.description, p.status, p."supersededBy", p."baseUnitOfMeasure", p."unitConversions", p."weightLb", p."lengthIn",
           p."widthIn", p."heightIn", p."freightClass", p.hazardous, p."taxCode", p."minimumOrderQuantity", p."orderMultiple",
           p."kitComponents", p.substitutes, p."updatedAt", $1::jsonb ->> 'source', ($1::jsonb ->> 'now')::timestamptz
      from news p order by p.sku
    on conflict (sku) do update
      set description = excluded.description, status = excluded.status, superseded_by = excluded.superseded_by,
          base_unit_of_measure = excluded.base_unit_of_measure, unit_conversions = excluded.unit_conversions,
          weight_lb = excluded.weight_lb, length_in = excluded.length_in, width_in = excluded.width_in, height_in = excluded.height_in,
          freight_class = excluded.freight_class, hazardous = excluded.hazardous, tax_code = excluded.tax_code,
          minimum_order_quantity = excluded.minimum_order_quantity, order_multiple = excluded.order_multiple,
          kit_components = excluded.kit_components, substitutes = excluded.substitutes,
          updated_at = excluded.updated_at, source = excluded.source, synced_at = excluded.synced_at
      where products.updated_at <= excluded.updated_at
    returning sku, status
  )
  select w.sku, w.status, not coalesce(k.is_same, false) as "isChanged"
    from written w left join known k on k.sku = w.sku
   order by w.sku`;
