import type { Queryable } from "#platform";

/** Stands in a text for the number of its order: eight digits. */
export const NUMBER = "########";
const ZERO = 48;
const MICROSECONDS = 1_000_000;
const HALF = 2 ** 32;

interface Column {
  readonly name: string;
  readonly type: string;
  /** What writes the type in PostgreSQL's binary form. */
  readonly send: string;
}

/** How the rows of past orders are made of those of the models. */
export interface PastTable {
  readonly table: string;
  /** Which of its rows `m` are those of a model order `p`. */
  readonly ofModel: string;
  /** Columns a past order has of its own, as SQL over its model row `m` and its order's `place` among the models; all others are as in the model. */
  readonly own: Readonly<Record<string, string>>;
  /** Points of time among them, which are a second later with each order. */
  readonly times: readonly string[];
  /** In which order they are written. */
  readonly orderBy: string;
}

export interface PastRows {
  readonly table: string;
  readonly copyStatement: string;
  /** The rows of as many orders as there are models, numbered from `first` on. In the same memory every time. */
  numberedFrom(first: number): Buffer;
}

async function columnsOf(database: Queryable, table: string): Promise<readonly Column[]> {
  return database.query<Column>(
    `select attname as name, format_type(atttypid, atttypmod) as type, typsend::text as send
       from pg_attribute join pg_type t on t.oid = atttypid
      where attrelid = $1::regclass and attnum > 0 and not attisdropped and attidentity = '' order by attnum`,
    [table],
  );
}

type ModelRow = { readonly place: number } & Readonly<Record<string, Buffer | number | null>>;

const int16 = (value: number): Buffer => {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
};
const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};

// https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format": signature, no flags, no extension; minus one field ends it.
export const HEADER = Buffer.concat([Buffer.from("PGCOPY\n\xff\r\n\0", "latin1"), int32(0), int32(0)]);
export const TRAILER = int16(-1);

/** Where something of an order stands in the rows, and which order's it is. */
interface Spot {
  readonly at: number;
  readonly place: number;
}

function writeNumber(bytes: Buffer, at: number, number: number): void {
  let rest = number;
  for (let digit = at + NUMBER.length - 1; digit >= at; digit -= 1) {
    bytes[digit] = ZERO + (rest % 10);
    rest = Math.floor(rest / 10);
  }
}

function writeTime(bytes: Buffer, at: number, microseconds: number): void {
  bytes.writeInt32BE(Math.floor(microseconds / HALF), at);
  bytes.writeUInt32BE(microseconds % HALF, at + 4);
}

const timeAt = (bytes: Buffer, at: number): number => bytes.readInt32BE(at) * HALF + bytes.readUInt32BE(at + 4);

/**
 * The rows of the first so many models, put together once. For each next so many orders only the digits of their numbers and their times are written
 * over in them, so that filling costs what PostgreSQL takes to put rows on their pages, and little else.
 */
export async function pastRows(
  database: Queryable,
  { table, ofModel, own, times, orderBy }: PastTable,
  models: number,
): Promise<PastRows> {
  const columns = await columnsOf(database, table);
  const sent = columns.map(({ name, type, send }) => `${send}((${own[name] ?? `m.${name}`})::${type}) as ${name}`);
  const rows = await database.query<ModelRow>(
    `select place, ${sent.join(", ")} from past_models p join ${table} m on ${ofModel} where place < $1 order by ${orderBy}`,
    [models],
  );
  const pieces: Buffer[] = [];
  let length = 0;
  const add = (piece: Buffer): void => {
    pieces.push(piece);
    length += piece.length;
  };
  const numbers: Spot[] = [];
  const moving: Spot[] = [];
  for (const row of rows) {
    const { place } = row;
    add(int16(columns.length));
    for (const { name } of columns) {
      const value = row[name];
      if (!Buffer.isBuffer(value)) {
        add(int32(-1));
        continue;
      }
      add(int32(value.length));
      if (times.includes(name)) moving.push({ at: length, place });
      for (let at = value.indexOf(NUMBER); at >= 0; at = value.indexOf(NUMBER, at + NUMBER.length))
        numbers.push({ at: length + at, place });
      add(value);
    }
  }
  const bytes = Buffer.concat(pieces);
  const begun = moving.map(({ at, place }) => ({ at, microseconds: timeAt(bytes, at) + place * MICROSECONDS }));
  return {
    table,
    copyStatement: `copy ${table} (${columns.map(({ name }) => name).join(", ")}) from stdin `,
    numberedFrom(first) {
      for (const { at, place } of numbers) writeNumber(bytes, at, first + place);
      for (const { at, microseconds } of begun) writeTime(bytes, at, microseconds + first * MICROSECONDS);
      return bytes;
    },
  };
}
