import type { InventoryPosition } from "#contracts";
import type { Queryable } from "#platform";
import { instantSql, textArraySql } from "../built-documents.ts";
import { rowsOf } from "../sql.ts";

/** Every branch's position of the items, by SKU. Each says by `asOf` how old its owner's statement is. */
export async function findPositions(
  database: Queryable,
  skus: readonly string[],
): Promise<ReadonlyMap<string, readonly InventoryPosition[]>> {
  const rows = await rowsOf<{ readonly position: InventoryPosition }>(
    database,
    `select jsonb_build_object(
              'sku', p.sku, 'branch', p.branch, 'onHand', trim_scale(p.on_hand)::text, 'allocated', trim_scale(p.allocated)::text,
              'reserved', trim_scale(p.reserved)::text, 'safetyStock', trim_scale(p.safety_stock)::text,
              'availableToPromise', trim_scale(greatest(p.on_hand - p.allocated - p.reserved - p.safety_stock, 0))::text, 'inbound', p.inbound,
              'asOf', ${instantSql("p.as_of")}, 'source', p.source) as position
       from inventory_positions p where p.sku = any(${textArraySql("$1::jsonb")})
      order by p.sku, p.branch`,
    skus,
  );
  return Map.groupBy(
    rows.map(({ position }) => position),
    ({ sku }) => sku,
  );
}
