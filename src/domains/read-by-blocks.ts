import type { Queryable } from "#platform";

const BLOCKS_AT_ONCE = 128;
const READERS = 2;

/** The part of a table that lies between two places on disk, for `from ${betweenBlocks(table)}` with the two places as $1 and $2. */
export const betweenBlocks = (table: string): string =>
  `(select * from ${table} where ctid >= $1::tid and ctid < $2::tid)`;

/**
 * A whole table, part by part, in the order in which it lies on disk: no index is walked, and while one part is taken in the next is being
 * read. A row that moves meanwhile may be missed or come twice; who reads the changes since before he began learns of it.
 */
export async function readByBlocks(
  database: Queryable,
  table: string,
  readPart: (places: readonly [from: string, to: string]) => Promise<void>,
): Promise<void> {
  const [size] = await database.query<{ blocks: number }>(
    "select (pg_relation_size($1::text::regclass) / current_setting('block_size')::int)::int as blocks",
    [table],
  );
  const blocks = size?.blocks ?? 0;
  let next = 0;
  async function readOn(): Promise<void> {
    while (next < blocks) {
      const from = next;
      next += BLOCKS_AT_ONCE;
      await readPart([`(${from},0)`, `(${next},0)`]);
    }
  }
  await Promise.all(Array.from({ length: READERS }, readOn));
}

/** Instants as a reader of many rows takes them, in milliseconds: what came together was written together, and shares one object. */
export interface SharedTimes {
  date(ms: number): Date;
  instant(ms: number): string;
}

export function sharedTimes(): SharedTimes {
  const known = new Map<number, { readonly date: Date; readonly instant: string }>();
  const timeOf = (ms: number) => {
    const time = known.get(ms);
    if (time) return time;
    const date = new Date(Math.round(ms));
    const made = { date, instant: date.toISOString() };
    known.set(ms, made);
    return made;
  };
  return { date: (ms) => timeOf(ms).date, instant: (ms) => timeOf(ms).instant };
}

/** An instant for `sharedTimes`. */
export const milliseconds = (column: string): string => `date_part('epoch', ${column}) * 1000`;
