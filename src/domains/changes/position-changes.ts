import type { Queryable } from "#platform";
import { readChanges, type ChangeStream } from "./read-changes.ts";

export interface PositionKey {
  readonly sku: string;
  readonly branch: string;
}

export interface PositionChanges {
  /** Each once, however often it changed. What it is now, is looked up. */
  readonly positions: readonly PositionKey[];
  /** Items of which something else waits than before, each once. */
  readonly waiting: readonly string[];
  /** When the oldest of these changes was written; null: there is none. */
  readonly since: Date | null;
  readonly cursor: string;
  readonly isFull: boolean;
  readonly hasGap: boolean;
}

const stream: ChangeStream = {
  name: "positions",
  table: "position_changes",
  columns: `to_json(c.skus) as skus, to_json(c.branches) as branches`,
};

/** How backorders tell that what waits for an item is different (`tell_waiting_lines`). */
const AT_NO_BRANCH = "";

/** A row is a statement, and a statement of a feed touches some thousand positions. */
const ROWS_AT_ONCE = 500;

/** The positions any writer touched since the cursor (`endOfChanges` gives the first). */
export async function readPositionChanges(
  database: Queryable,
  after: string,
  limit: number = ROWS_AT_ONCE,
): Promise<PositionChanges> {
  const { rows, ...rest } = await readChanges<{ skus: string[]; branches: string[] }>(database, stream, {
    after,
    limit,
  });
  const positions = new Map<string, PositionKey>();
  const waiting = new Set<string>();
  for (const { skus, branches } of rows) {
    for (const [index, sku] of skus.entries()) {
      const branch = branches[index] ?? "";
      if (branch === AT_NO_BRANCH) waiting.add(sku);
      else positions.set(`${sku}@${branch}`, { sku, branch });
    }
  }
  const sinceMs = Math.min(...rows.map(({ changedAt }) => changedAt.getTime()));
  return {
    ...rest,
    positions: [...positions.values()],
    waiting: [...waiting],
    since: rows.length > 0 ? new Date(sinceMs) : null,
  };
}
