import type { InventoryPosition } from "#contracts";
import type { Queryable } from "#platform";
import { textArraySql } from "../built-documents.ts";
import { availableSql } from "./read-stock.ts";
import { betweenBlocks, milliseconds, readByBlocks, sharedTimes } from "../read-by-blocks.ts";

type Row = readonly [
  sku: string,
  branch: string,
  onHand: string,
  allocated: string,
  reserved: string,
  safetyStock: string,
  availableToPromise: string,
  inbound: InventoryPosition["inbound"],
  asOfMs: number,
  source: string,
];

/** Bare rows as one JSON: there may be a million of them (see read-agreements.ts). */
const selectPositions = (from: string) => `
  select coalesce(json_agg(json_build_array(
           p.sku, p.branch, trim_scale(p.on_hand)::text, trim_scale(p.allocated)::text, trim_scale(p.reserved)::text,
           trim_scale(p.safety_stock)::text, trim_scale(${availableSql})::text, p.inbound, ${milliseconds("p.as_of")}, p.source)
         order by p.sku, p.branch), '[]') as rows
    from ${from} p`;

async function readPositions(
  database: Queryable,
  from: string,
  parameters: readonly unknown[],
): Promise<readonly InventoryPosition[]> {
  const [read] = await database.query<{ rows: readonly Row[] }>(selectPositions(from), parameters);
  const { instant } = sharedTimes();
  return (read?.rows ?? []).map(
    ([sku, branch, onHand, allocated, reserved, safetyStock, availableToPromise, inbound, asOfMs, source]) => ({
      sku,
      branch,
      onHand,
      allocated,
      reserved,
      safetyStock,
      availableToPromise,
      inbound,
      asOf: instant(asOfMs),
      source,
    }),
  );
}

/** Every branch's position of the items, by SKU. Each says by `asOf` how old its owner's statement is. */
export async function findPositions(
  database: Queryable,
  skus: readonly string[],
): Promise<ReadonlyMap<string, readonly InventoryPosition[]>> {
  const positions = await readPositions(
    database,
    `(select * from inventory_positions where sku = any(${textArraySql("$1::jsonb")}))`,
    [JSON.stringify(skus)],
  );
  return Map.groupBy(positions, ({ sku }) => sku);
}

/** Single positions. One that is not there is left out. */
export const findPositionsAt = (
  database: Queryable,
  keys: readonly { readonly sku: string; readonly branch: string }[],
): Promise<readonly InventoryPosition[]> =>
  readPositions(
    database,
    `(select p.* from jsonb_to_recordset($1::jsonb) as k(sku text, branch text)
        join inventory_positions p on p.sku = k.sku and p.branch = k.branch)`,
    [JSON.stringify(keys)],
  );

/** All positions there are, part by part. */
export const readAllPositions = (
  database: Queryable,
  take: (positions: readonly InventoryPosition[]) => void,
): Promise<void> =>
  readByBlocks(database, "inventory_positions", async (places) =>
    take(await readPositions(database, betweenBlocks("inventory_positions"), places)),
  );
