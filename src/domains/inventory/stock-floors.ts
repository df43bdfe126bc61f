import type { Transaction } from "#platform";
import type { PositionKey } from "../changes/position-changes.ts";
import { rowsOf } from "../sql.ts";
import type { StockSnapshot } from "./snapshot-staging.ts";

/** Where a floor finds of which position of whom it is asked: SQL expressions. */
interface FloorSql {
  readonly source: string;
  readonly sku: string;
  readonly branch: string;
}

/** The sequence of the newest snapshot that speaks of the branch, whatever it said of the position. Null: there was none. */
export const branchFloorSql = ({ source, branch }: Pick<FloorSql, "source" | "branch">): string =>
  `(select max(f.sequence) from stock_floors f where f.source = ${source} and f.branch in (${branch}, '*'))`;

/** Up to which sequence nothing that the source says of a position is news: a snapshot told already how it was then. */
export const floorSql = ({ source, sku, branch }: FloorSql): string => `
  coalesce((select o.own_floor from inventory_positions o where o.sku = ${sku} and o.branch = ${branch} and o.source = ${source}),
           ${branchFloorSql({ source, branch })}, '-Infinity')`;

/**
 * A snapshot that is about to become the floor says nothing of these positions of its source: what was told of them stays the floor of each. Said before
 * that floor is set, it changes nothing. Of a position nobody stated yet there is nothing that anything older could be added to.
 */
export async function leaveGaps(
  tx: Transaction,
  { source, sequence }: StockSnapshot,
  positions: readonly PositionKey[],
): Promise<void> {
  await rowsOf(
    tx,
    `with silent as (
       select p.sku, p.branch, greatest(p.source_sequence, ${branchFloorSql({ source: "p.source", branch: "p.branch" })}) as floor
         from inventory_positions p
        where (p.sku, p.branch) in (select k.sku, k.branch from jsonb_to_recordset($1::jsonb -> 'positions') as k(sku text, branch text))
          and p.source = $1::jsonb ->> 'source' and p.own_floor is null
        order by p.sku, p.branch
          for update
     )
     update inventory_positions p set own_floor = s.floor
       from silent s
      where p.sku = s.sku and p.branch = s.branch and s.floor < ($1::jsonb ->> 'sequence')::numeric`,
    { source, sequence, positions },
  );
}
