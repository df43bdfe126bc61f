import type { PriceAgreement } from "#contracts";
import type { Queryable } from "#platform";
import { instantSql, textArraySql, withoutNulls } from "../built-documents.ts";
import { rowsOf } from "../sql.ts";

/** Whose prices for what. List prices are always among them. */
export interface PriceQuestion {
  readonly skus: readonly string[];
  readonly customerNumbers: readonly string[];
  readonly customerGroups: readonly string[];
}

export interface KnownPrice {
  readonly agreement: PriceAgreement;
  readonly syncedAt: Date;
}

/** The agreements that may concern these customers and items, whenever in force, by SKU. */
export async function findPrices(
  database: Queryable,
  question: PriceQuestion,
): Promise<ReadonlyMap<string, readonly KnownPrice[]>> {
  const rows = await rowsOf<KnownPrice>(
    database,
    `select jsonb_build_object(
              'priceAgreementId', p.price_agreement_id, 'sku', p.sku, 'scope', p.scope, 'customerNumber', p.customer_number,
              'customerGroup', p.customer_group, 'currency', p.currency, 'unitOfMeasure', p.unit_of_measure,
              'minimumQuantity', p.minimum_quantity::text, 'unitPrice', p.unit_price::text, 'validFrom', p.valid_from,
              'validTo', p.valid_to,
              'updatedAt', ${instantSql("p.updated_at")}) as agreement,
            p.synced_at as "syncedAt"
       from price_agreements p
      where p.sku = any(${textArraySql("$1::jsonb -> 'skus'")})
        and (p.scope = 'list'
         or (p.scope = 'customer' and $1::jsonb -> 'customerNumbers' ? p.customer_number)
         or (p.scope = 'customer-group' and $1::jsonb -> 'customerGroups' ? p.customer_group))`,
    question,
  );
  const known = rows.map(({ agreement, syncedAt }) => ({ agreement: withoutNulls(agreement), syncedAt }));
  return Map.groupBy(known, ({ agreement }) => agreement.sku);
}
