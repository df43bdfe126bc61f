import type { Database } from "#platform";

const CHUNK = 100_000;
/** The last of them come in small pieces, as the product's own vacuum has it (0012_orders_as_seen.sql). */
const LAST = 10_000;
const LAST_CHUNK = 2_000;
const MODELS = 4_000;
const CANCELLED_EVERY = 50;
const GROWING = ["sales_orders", "sales_order_lines", "allocations"];

const orderId = "'so_0' || to_char(i, 'FM0000000000000000000000000')";
const day = "timestamptz '2026-01-01' + i * interval '1 second'";
const isCancelled = `(i % ${CANCELLED_EVERY} = 0)`;
const unlessCancelled = (value: string, otherwise = "null") =>
  `case when ${isCancelled} then ${otherwise} else ${value} end`;

/** What a past order has of its own; everything else is as in its model. `i` is its number. */
const ownColumns: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  sales_orders: {
    sales_order_id: orderId,
    sales_order_number: "'SO-P' || i",
    correlation_id: orderId,
    channel_order_number: "'PAST-' || i",
    idempotency_key: "'api:web-shop:PAST-' || i",
    fingerprint: "md5(i::text) || md5((i + 1)::text)",
    customer_purchase_order: "'PO-PAST-' || i",
    erp_order_number: "'G' || i",
    tax_amount: "17.50",
    tax_source: "'engine'",
    exposure_amount: "0",
    accepted_at: day,
    stage: unlessCancelled("'closed'", "'cancelled'"),
    closed_at: `${day} + interval '5 days'`,
  },
  sales_order_lines: {
    sales_order_id: orderId,
    quantity_allocated: "0",
    quantity_backordered: "0",
    quantity_shipped: unlessCancelled("m.quantity_ordered", "0"),
    quantity_cancelled: unlessCancelled("0", "m.quantity_ordered"),
    tax_amount: "3.5",
  },
  allocations: {
    sales_order_id: orderId,
    quantity: "0",
    fulfillment_order_id: unlessCancelled("'ful_0' || to_char(i, 'FM0000000000000000000000000')"),
  },
};

async function columnsOf(database: Database, table: string): Promise<readonly string[]> {
  const rows = await database.query<{ name: string }>(
    `select column_name as name from information_schema.columns
      where table_schema = 'public' and table_name = $1 and is_identity = 'NO' order by ordinal_position`,
    [table],
  );
  return rows.map(({ name }) => name);
}

async function copyStatement(database: Database, table: string, models: number, which: string): Promise<string> {
  const columns = await columnsOf(database, table);
  const values = columns.map((name) => ownColumns[table]?.[name] ?? `m.${name}`);
  return `insert into ${table} (${columns.join(", ")}) select ${values.join(", ")}
            from generate_series($1::bigint, $2::bigint) i
            join past_models p on p.place = i % ${models} join ${table} m on m.sales_order_id = p.sales_order_id
           where ${which} order by i`;
}

async function chooseModels(database: Database): Promise<number> {
  await database.query("drop table if exists past_models");
  await database.query(
    `create table past_models as
     select row_number() over () - 1 as place, sales_order_id from (select sales_order_id from sales_orders limit ${MODELS}) o`,
  );
  const [row] = await database.query<{ count: number }>("select count(*)::int as count from past_models");
  if (!row?.count) throw new Error("No order was taken that the past could be made like.");
  return row.count;
}

/**
 * So many past orders, shipped, invoiced and closed, or cancelled before they were sourced, each like one of the latest that the intake wrote: rows of the
 * same lengths leave the same gaps on their pages. As in real life the tables are vacuumed on the way, so that gaps are filled by those who come next, and
 * not by those who are measured. That takes those who were cancelled: an allocation is longer by the number of its fulfillment than it was when it
 * was written, a page full of long ones has a gap that is right for a short one, and were there no short ones in all the past, the intake that is measured
 * would go through it page by page, an old page read and logged whole for each new row.
 */
export async function fillPast(database: Database, orders: number): Promise<void> {
  const models = await chooseModels(database);
  const statementsFor = (tables: readonly string[], which: string) =>
    Promise.all(tables.map((table) => copyStatement(database, table, models, which)));
  const long = [
    ...(await statementsFor(["sales_orders", "sales_order_lines"], "true")),
    ...(await statementsFor(["allocations"], `not ${isCancelled}`)),
  ];
  const short = await statementsFor(["allocations"], isCancelled);
  for (let from = 1; from <= orders;) {
    const to = Math.min(orders, from + (from > orders - LAST ? LAST_CHUNK : CHUNK) - 1);
    for (const statements of [long, short]) {
      await database.transaction(async (tx) => {
        await tx.query("set local synchronous_commit = off");
        for (const statement of statements) await tx.query(statement, [from, to]);
      });
      await database.query(`vacuum (analyze) ${GROWING.join(", ")}`);
    }
    from = to + 1;
  }
}

export interface StoredPart {
  readonly table: string;
  /** Null: the table itself, with what is kept beside it for long values. */
  readonly index: string | null;
  readonly bytes: number;
}

/** What the orders take, by table and by index, the largest first. */
export async function storedParts(database: Database): Promise<readonly StoredPart[]> {
  const rows = await database.query<{ table: string; index: string | null; bytes: string }>(
    `select name as table, null as index, pg_table_size(name::regclass) as bytes from unnest($1::text[]) name
      union all
     select indrelid::regclass::text, indexrelid::regclass::text, pg_relation_size(indexrelid) from pg_index
      where indrelid = any($1::text[]::regclass[])
      order by bytes desc`,
    [GROWING],
  );
  return rows.map(({ bytes, ...part }) => ({ ...part, bytes: Number(bytes) }));
}
