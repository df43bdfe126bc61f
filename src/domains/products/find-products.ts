import type { Product } from "#contracts";
import type { Queryable } from "#platform";
import { instantSql, textArraySql } from "../built-documents.ts";
import { rowsOf } from "../sql.ts";

/** An item as we know it, and how old that knowledge is. */
export interface KnownProduct {
  readonly product: Product;
  readonly syncedAt: Date;
}

const selectProducts = `
  select jsonb_strip_nulls(jsonb_build_object(
           'sku', p.sku, 'description', p.description, 'status', p.status, 'supersededBy', p.superseded_by,
           'baseUnitOfMeasure', p.base_unit_of_measure, 'unitConversions', p.unit_conversions, 'weightLb', p.weight_lb::text,
           'lengthIn', p.length_in::text, 'widthIn', p.width_in::text, 'heightIn', p.height_in::text,
           'freightClass', p.freight_class, 'hazardous', p.hazardous, 'taxCode', p.tax_code,
           'minimumOrderQuantity', p.minimum_order_quantity::text, 'orderMultiple', p.order_multiple::text,
           'kitComponents', p.kit_components, 'substitutes', p.substitutes, 'updatedAt', ${instantSql("p.updated_at")})) as product,
         p.synced_at as "syncedAt"
    from products p`;

/** Those of the items that are known, by SKU. */
export async function findProducts(
  database: Queryable,
  skus: readonly string[],
): Promise<ReadonlyMap<string, KnownProduct>> {
  const rows = await rowsOf<KnownProduct>(
    database,
    `${selectProducts} where p.sku = any(${textArraySql("$1::jsonb")})`,
    skus,
  );
  return new Map(rows.map((row) => [row.product.sku, row]));
}

/** All items there are, page by page, in the order of their numbers. */
export async function readProductPage(
  database: Queryable,
  after: string,
  limit: number,
): Promise<readonly KnownProduct[]> {
  return database.query(`${selectProducts} where p.sku > $1 order by p.sku limit $2`, [after, limit]);
}
