import { PriceAgreementChanged, type PriceAgreement } from "#contracts";
import type { Transaction } from "#platform";
import { newestOf, updatedLater, type Applied, type NewsContext } from "../applied.ts";
import { rowsOf } from "../sql.ts";

/** Takes what the system of record says about prices. Older news than what is known is dropped; equal content makes no news. */
export async function applyPrices(
  tx: Transaction,
  documents: readonly PriceAgreement[],
  { source, now }: NewsContext,
): Promise<Applied> {
  if (documents.length === 0) return { received: 0, changed: 0, dropped: 0, events: [] };
  const prices = newestOf(documents, ({ priceAgreementId }) => priceAgreementId, updatedLater);
  const rows = await rowsOf<{ priceAgreementId: string; sku: string; isChanged: boolean }>(tx, upsertPrices, {
    prices,
    source,
    now,
  });
  const events = rows
    .filter(({ isChanged }) => isChanged)
    .map(({ priceAgreementId, sku }) =>
      PriceAgreementChanged({ priceAgreementId, sku, system: source }, { correlationId: `product:${sku}` }),
    );
  return { received: documents.length, changed: events.length, dropped: documents.length - rows.length, events };
}

const upsertPrices = `
  with news as (
    select p.* from jsonb_to_recordset($1::jsonb -> 'prices')
        as p("priceAgreementId" text, sku text, scope text, "customerNumber" text, "customerGroup" text, currency text,
             "unitOfMeasure" text, "minimumQuantity" numeric, "unitPrice" numeric, "validFrom" date, "validTo" date,
             "updatedAt" timestamptz)
  ), known as (
    select p."priceAgreementId",
           (k.sku, k.scope, k.customer_number, k.customer_group, k.currency, k.unit_of_measure, k.minimum_quantity, k.unit_price,
            k.valid_from, k.valid_to)
             is not distinct from
           (p.sku, p.scope, p."customerNumber", p."customerGroup", p.currency, p."unitOfMeasure", p."minimumQuantity", p."unitPrice",
            p."validFrom", p."validTo") as is_same
      from news p join price_agreements k on k.price_agreement_id = p."priceAgreementId"
  ), written as (
    insert into price_agreements (price_agreement_id, sku, scope, customer_number, customer_group, currency, unit_of_measure,
                                  minimum_quantity, unit_price, valid_from, valid_to, updated_at, source, synced_at)
    select p."priceAgreementId", p.sku, p.scope, p."customerNumber", p."customerGroup", p.currency, p."unitOfMeasure",
           p."minimumQuantity", p."unitPrice", p."validFrom", p."validTo", p."updatedAt", $1::jsonb ->> 'source',
           ($1::jsonb ->> 'now')::timestamptz
      from news p order by p."priceAgreementId"
    on conflict (price_agreement_id) do update
      set sku = excluded.sku, scope = excluded.scope, customer_number = excluded.customer_number,
          customer_group = excluded.customer_group, currency = excluded.currency, unit_of_measure = excluded.unit_of_measure,
          minimum_quantity = excluded.minimum_quantity, unit_price = excluded.unit_price, valid_from = excluded.valid_from,
          valid_to = excluded.valid_to, updated_at = excluded.updated_at, source = excluded.source, synced_at = excluded.synced_at
      where price_agreements.updated_at <= excluded.updated_at
    returning price_agreement_id, sku
  )
  select w.price_agreement_id as "priceAgreementId", w.sku, not coalesce(k.is_same, false) as "isChanged"
    from written w left join known k on k."priceAgreementId" = w.price_agreement_id
   order by w.price_agreement_id`;
