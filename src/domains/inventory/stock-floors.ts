import type { Queryable, Transaction } from "#platform";
import type { PositionKey } from "../changes/position-changes.ts";
import { rowsOf } from "../sql.ts";
import type { StockSnapshot } from "./snapshot-staging.ts";

/** Where a floor finds of which position it is asked: SQL expressions. */
interface FloorSql {
  readonly source: string;
  readonly sku: string;
  readonly branch: string;
}

/** The highest sequence of a snapshot that speaks of the branch, whatever it said of the position. Null: there was none. */
export const branchFloorSql = ({ source, branch }: Omit<FloorSql, "sku">, sequence = "f.sequence"): string =>
  `(select max(${sequence}) from stock_floors f where f.source = ${source} and f.branch in (${branch}, '*'))`;

/**
 * Up to which sequence nothing that the source says of a position is news: a snapshot told already how it was then. One that left alone what it did not
 * name said nothing of positions nobody knows.
 */
export const floorSql = ({ source, sku, branch }: FloorSql): string => {
  const isKnown = `exists (select from inventory_positions k where k.sku = ${sku} and k.branch = ${branch})`;
  return `coalesce(
    (select g.sequence from stock_floor_gaps g where g.source = ${source} and g.sku = ${sku} and g.branch = ${branch}),
    ${branchFloorSql({ source, branch }, `case when ${isKnown} then f.sequence else f.unnamed_sequence end`)},
    '-Infinity')`;
};

/** Whether all that this snapshot speaks of was stated at this sequence or a later one already. */
export async function isSnapshotKnown(
  database: Queryable,
  { source, branches, sequence }: StockSnapshot,
): Promise<boolean> {
  const [known] = await rowsOf<{ isKnown: boolean }>(
    database,
    `select not exists (
       select 1 from jsonb_array_elements_text($1::jsonb -> 'branches') as b(branch)
        where ${branchFloorSql({ source: `$1::jsonb ->> 'source'`, branch: "b.branch" })} >= ($1::jsonb ->> 'sequence')::numeric
           is not true) as "isKnown"`,
    { source, sequence, branches: branches ?? ["*"] },
  );
  return known?.isKnown ?? false;
}

/** The snapshot says nothing of these known positions: what is the floor of each now stays it. Said before the floor is raised, it changes nothing. */
export async function leaveGaps(
  database: Queryable,
  { source, sequence }: StockSnapshot,
  positions: readonly PositionKey[],
): Promise<void> {
  if (positions.length === 0) return;
  const keys = positions.map(({ sku, branch }) => ({ sku, branch }));
  await rowsOf(
    database,
    `insert into stock_floor_gaps (source, sku, branch, sequence)
     select n.source, n.sku, n.branch, n.floor
       from (select $1::jsonb ->> 'source' as source, k.sku, k.branch,
                    ${floorSql({ source: `$1::jsonb ->> 'source'`, sku: "k.sku", branch: "k.branch" })} as floor
               from jsonb_to_recordset($1::jsonb -> 'keys') as k(sku text, branch text)) n
      where n.floor < ($1::jsonb ->> 'sequence')::numeric
      order by n.sku, n.branch
     on conflict do nothing`,
    { source, sequence, keys },
  );
}

/** From here on nothing older is news of these branches; also not of positions nobody knows, where the snapshot zeroed what it did not name. */
export async function raiseFloors(
  tx: Transaction,
  { source, branches, sequence, asOf }: StockSnapshot,
  { doesZero }: { readonly doesZero: boolean },
): Promise<void> {
  await tx.query(
    `insert into stock_floors as f (source, branch, sequence, as_of, unnamed_sequence)
     select $1, branch, $3, $4, case when $5::boolean then $3::numeric end from unnest($2::text[]) as b(branch)
     on conflict (source, branch) do update
       set sequence = excluded.sequence, as_of = excluded.as_of,
           unnamed_sequence = coalesce(excluded.unnamed_sequence, f.unnamed_sequence)
      where f.sequence < excluded.sequence`,
    [source, branches ?? ["*"], sequence, asOf, doesZero],
  );
}
