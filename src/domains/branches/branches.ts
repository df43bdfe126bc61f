import type { Address } from "#contracts";
import type { Queryable, Transaction } from "#platform";
import { rowsOf } from "../sql.ts";

/** A branch of ours, from the configuration: where goods lie, who runs its warehouse, how gladly we ship from it (lower first). */
export interface Branch {
  readonly branch: string;
  readonly name: string;
  readonly warehouse: string;
  readonly address: Address;
  readonly sourcingRank: number;
}

/** Takes the configured branches. One that is no longer configured stays: orders name it. */
export async function applyBranches(tx: Transaction, branches: readonly Branch[]): Promise<void> {
  await rowsOf(
    tx,
    `insert into branches (branch, name, warehouse, address, sourcing_rank)
     select b.branch, b.name, b.warehouse, b.address, b."sourcingRank"
       from jsonb_to_recordset($1::jsonb) as b(branch text, name text, warehouse text, address jsonb, "sourcingRank" integer)
      order by b.branch
     on conflict (branch) do update
       set name = excluded.name, warehouse = excluded.warehouse, address = excluded.address, sourcing_rank = excluded.sourcing_rank`,
    branches,
  );
}

/** The branch we would rather ship from comes first. */
export async function readBranches(database: Queryable): Promise<readonly Branch[]> {
  return database.query<Branch>(
    `select branch, name, warehouse, address, sourcing_rank as "sourcingRank" from branches order by sourcing_rank, branch`,
  );
}
