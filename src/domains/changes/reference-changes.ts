import type { Queryable } from "#platform";
import { readChanges, type ChangeStream } from "./read-changes.ts";

/** What orders are judged and read by. A feed's change is that of its reading: its age. */
export type ReferenceEntity = "product" | "price" | "customer" | "branch" | "feed";

export interface ReferenceChanges {
  /** By entity, each key once: SKU, price agreement id, customer number, branch, the feed's entity. */
  readonly keys: ReadonlyMap<ReferenceEntity, ReadonlySet<string>>;
  readonly cursor: string;
  readonly isFull: boolean;
  readonly hasGap: boolean;
}

const stream: ChangeStream = {
  name: "reference",
  table: "reference_changes",
  columns: "c.entity, to_json(c.keys) as keys",
};
const ROWS_AT_ONCE = 100;

/** What any writer touched since the cursor (`endOfChanges` gives the first). */
export async function readReferenceChanges(database: Queryable, after: string): Promise<ReferenceChanges> {
  const { rows, ...rest } = await readChanges<{ entity: ReferenceEntity; keys: string[] }>(database, stream, {
    after,
    limit: ROWS_AT_ONCE,
  });
  const keys = new Map<ReferenceEntity, Set<string>>();
  for (const row of rows) {
    const known = keys.get(row.entity) ?? new Set();
    for (const key of row.keys) known.add(key);
    keys.set(row.entity, known);
  }
  return { ...rest, keys };
}
