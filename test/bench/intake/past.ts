import { statfsSync } from "node:fs";
import pg from "pg";
import { describeSchema, type Database, type Queryable, type Session } from "#platform";
import { startBenchCluster, type BenchCluster, type BenchDatabase } from "../cluster.ts";
import { openCopy } from "./copy-stream.ts";
import { HEADER, NUMBER, pastRows, TRAILER, type PastRows, type PastTable } from "./past-rows.ts";
import { openContender } from "./scenario.ts";
import { seedTrade } from "./trade.ts";

const MODELS = 4_000;
/** The last of them come in small pieces, as the product's own vacuum has it (0012_orders_as_seen.sql). */
const LAST = 10_000;
const LAST_CHUNK = 2_000;
const CANCELLED_EVERY = 50;
/** A disk that is full stops everybody on the machine. */
const FREE_BYTES_MIN = 6e9;
const TOLD_EVERY_MS = 15_000;

const NAME = "past";
const UNFINISHED = "past_unfinished";

/** Nothing is logged of a table that was emptied in the same transaction; it is on disk when that ends. */
const fillingSettings = { wal_level: "minimal", max_wal_senders: "0", autovacuum: "off" };

const orderId = `'so_0${NUMBER.padStart(25, "0")}'`;
const day = "timestamptz '2026-01-01'";
const isCancelled = `(place % ${CANCELLED_EVERY} = 0)`;
const unlessCancelled = (value: string, otherwise = "null") =>
  `case when ${isCancelled} then ${otherwise} else ${value} end`;
/** Past orders are told from those that are taken beside them by their ids: these begin with the time, and no hub was running in 1970. */
const isLater = "sales_order_id >= 'so_01'";

/** The first that PostgreSQL gives to anybody: before all that are to come. */
const PAST_TRANSACTION = 3;

const ofModel = "m.sales_order_id = p.sales_order_id";

const tables: readonly PastTable[] = [
  {
    table: "sales_orders",
    ofModel,
    own: {
      sales_order_id: orderId,
      sales_order_number: `'SO-${NUMBER}'`,
      correlation_id: orderId,
      channel_order_number: `'PAST-${NUMBER}'`,
      idempotency_key: `'api:web-shop:PAST-${NUMBER}'`,
      customer_purchase_order: `'PO-PAST-${NUMBER}'`,
      erp_order_number: `'G${NUMBER}'`,
      tax_amount: "17.50",
      tax_source: "'engine'",
      exposure_amount: "0",
      accepted_at: day,
      stage: unlessCancelled("'closed'", "'cancelled'"),
      closed_at: `${day} + interval '5 days'`,
    },
    times: ["accepted_at", "closed_at"],
    orderBy: "place",
  },
  {
    table: "sales_order_lines",
    ofModel,
    own: {
      sales_order_id: orderId,
      quantity_allocated: "0",
      quantity_backordered: "0",
      quantity_shipped: unlessCancelled("m.quantity_ordered", "0"),
      quantity_cancelled: unlessCancelled("0", "m.quantity_ordered"),
      tax_amount: "3.5",
    },
    times: [],
    orderBy: "place, line_number",
  },
  {
    table: "allocations",
    ofModel,
    own: {
      sales_order_id: orderId,
      quantity: "0",
      fulfillment_order_id: unlessCancelled(`'ful_0${NUMBER.padStart(25, "0")}'`),
    },
    times: [],
    // The short ones spread among the long ones: see openPast.
    orderBy: `place + case when ${isCancelled} then ${CANCELLED_EVERY} * (row_number() over (partition by place order by line_number) - 0.5)
                                                    / count(*) over (partition by place) else 0 end, line_number`,
  },
  {
    // What the intake itself told of it. The twenty events of its later life are left out, for the sake of the disk.
    table: "events",
    ofModel: "m.correlation_id = p.sales_order_id and m.type in ('sales-order.accepted.v1', 'sales-order.held.v1')",
    own: {
      tx: `'${PAST_TRANSACTION}'`,
      id: `'evt_0${NUMBER.padStart(25, "0")}'`,
      subject: orderId,
      correlation_id: orderId,
      time: day,
      data: `replace(m.data::text, p.sales_order_id, ${orderId})`,
    },
    times: ["time"],
    orderBy: "place",
  },
];
const GROWING = tables.map(({ table }) => table);
const BOOKS = ["sales_orders", "sales_order_lines", "allocations"];

/** A hub that has taken orders for years. */
export interface Past {
  readonly cluster: BenchCluster;
  readonly ground: BenchDatabase;
  /** The books of what came after the past: to add up ten million closed orders would take minutes, and they bind nothing. */
  readonly books: Queryable;
  close(): Promise<void>;
}

interface PastOptions {
  readonly orders: number;
  readonly settings: Readonly<Record<string, string>>;
  /** A folder that keeps the past for the next time. The one that is in it is used, whatever its length. */
  readonly keptIn?: string | undefined;
}

/**
 * So many past orders, shipped, invoiced and closed, or cancelled before they were sourced, each like one of those that the intake wrote just before, and
 * these after them: rows of the same lengths leave the same gaps on their pages, under keys that grow with time.
 *
 * As in real life the gaps are filled, so that those who are measured do not fill them: an allocation is longer by the number of its fulfillment than it
 * was when it was written, a page full of long ones has a gap that is right for a short one, and were there no short ones in all the past, the intake that
 * is measured would go through it page by page, an old page read and logged whole for each new row. In life the short rows of orders that were cancelled
 * are put in by those who come after a vacuum; here each page gets its short one as it is written, which comes to the same pages. What lines leave, whose
 * lengths differ, is on offer only behind the last few thousand orders.
 *
 * Each page is written once, as it stays: rows are sent in PostgreSQL's binary form, one session a table, into tables that were emptied in the same
 * transaction, under settings by which nothing of that is logged, and frozen, so that no vacuum comes back for them. Keys, indexes and checks stand all the
 * while, and grow as they do in life, at their right edge. The last orders come as the intake's do, with a vacuum behind each piece.
 */
export async function openPast({ orders, settings, keptIn }: PastOptions): Promise<Past> {
  const cluster = await startBenchCluster(settings, keptIn);
  try {
    if (await cluster.has(NAME)) await forgetLater(cluster);
    else await makePast(cluster, orders);
    const ground = await cluster.open(NAME);
    const books = await booksSince(ground.database);
    return {
      cluster,
      ground,
      books,
      async close() {
        await books.close();
        await ground.database.close();
        await cluster.stop();
      },
    };
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

async function makePast(cluster: BenchCluster, orders: number): Promise<void> {
  const trade = await cluster.freshDatabase("trade");
  await seedTrade(trade.database);
  await trade.database.close();
  const young = await cluster.freshDatabase(UNFINISHED, "trade");
  const models = await openContender("crossdock", { connections: 64 }, { cluster, ground: young });
  await models.turn({ warmUpSeconds: 1, seconds: 3 });
  await models.judge();
  await young.database.close();
  await cluster.restart(fillingSettings);
  const begun = performance.now();
  const unfinished = await cluster.open(UNFINISHED);
  try {
    const filled = await fill(unfinished, orders, () => freeBytesIn(cluster.folder));
    console.log(`${filled} past orders, written in ${((performance.now() - begun) / 60_000).toFixed(1)} minutes.`);
  } finally {
    await unfinished.database.close();
  }
  await cluster.restart();
  await cluster.rename(UNFINISHED, NAME);
}

const freeBytesIn = (folder: string): number => {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
};

/** A whole number of fiftieths, so that each fiftieth order of all is a cancelled one. */
async function chooseModels(database: Database): Promise<number> {
  await database.query(
    `create table past_models as select (row_number() over (order by sales_order_id) - 1)::int as place, sales_order_id from sales_orders limit ${MODELS}`,
  );
  const [row] = await database.query<{ count: number }>("select count(*)::int as count from past_models");
  const models = Math.floor((row?.count ?? 0) / CANCELLED_EVERY) * CANCELLED_EVERY;
  if (models === 0) throw new Error("Too few orders were taken that the past could be made like.");
  return models;
}

/** Answers how many there are: fewer than asked for where the disk would have been full. */
async function fill({ database, url }: BenchDatabase, orders: number, freeBytes: () => number): Promise<number> {
  const schema = await describeSchema(database);
  const models = await chooseModels(database);
  const lastModels = Math.min(LAST_CHUNK, models);
  const rowsOf = (count: number) => Promise.all(tables.map((table) => pastRows(database, table, count)));
  const [many, last] = [await rowsOf(models), await rowsOf(lastModels)];
  for (const table of GROWING) await database.query(`create table lived_${table} as table ${table}`);
  const fillings = await Promise.all(many.map((rows) => beginFilling(url, rows)));
  let filled = await writeMany(fillings, { models, orders: orders - LAST, freeBytes });
  for (const until = filled + LAST; filled < until; filled += lastModels) await writePiece(database, last, filled + 1);
  for (const table of GROWING) {
    await database.query(`insert into ${table} overriding system value table lived_${table}`);
    await database.query(`drop table lived_${table}`);
  }
  await database.query("drop table past_models");
  await database.query(`vacuum (analyze) ${GROWING.join(", ")}`);
  await database.query("checkpoint");
  if ((await describeSchema(database)) !== schema) throw new Error("Filling changed the schema.");
  return filled;
}

/** One table, which is filled in a session and a transaction of its own. */
interface Filling {
  write(first: number): Promise<void>;
  finish(): Promise<void>;
  /** Also without having finished: then nothing was written. */
  close(): Promise<void>;
}

async function beginFilling(url: string, rows: PastRows): Promise<Filling> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { table } = rows;
  await client.query("begin");
  const triggers = await client.query<{ name: string; definition: string }>(
    `select tgname as name, pg_get_triggerdef(oid) as definition from pg_trigger where tgrelid = $1::regclass and tgnewtable is not null`,
    [table],
  );
  // Whoever is told of whole statements would be told of all orders at once: he comes back before anybody looks.
  for (const { name } of triggers.rows) await client.query(`drop trigger ${name} on ${table}`);
  await client.query(`truncate ${table} cascade`);
  const copy = await openCopy(client, `${rows.copyStatement} (format binary, freeze)`);
  await copy.write(HEADER);
  return {
    write: (first) => copy.write(rows.numberedFrom(first)),
    async finish() {
      await copy.write(TRAILER);
      await copy.end();
      for (const { definition } of triggers.rows) await client.query(definition);
      await client.query("commit");
    },
    close: () => client.end(),
  };
}

interface Amount {
  readonly models: number;
  readonly orders: number;
  readonly freeBytes: () => number;
}

async function writeMany(fillings: readonly Filling[], { models, orders, freeBytes }: Amount): Promise<number> {
  const begun = performance.now();
  let told = begun;
  let filled = 0;
  try {
    for (; filled < orders && freeBytes() > FREE_BYTES_MIN; filled += models) {
      await Promise.all(fillings.map((filling) => filling.write(filled + 1)));
      if (performance.now() - told < TOLD_EVERY_MS) continue;
      told = performance.now();
      const perSecond = (1_000 * (filled + models)) / (told - begun);
      const minutesLeft = (orders - filled) / perSecond / 60;
      console.log(
        `${filled + models} past orders, ${perSecond.toFixed(0)} a second, ${minutesLeft.toFixed(1)} minutes to go; ${(freeBytes() / 1e9).toFixed(1)} GB free.`,
      );
    }
    await Promise.all(fillings.map((filling) => filling.finish()));
  } finally {
    await Promise.all(fillings.map((filling) => filling.close()));
  }
  if (filled < orders) console.log(`No more than ${filled} fit: ${FREE_BYTES_MIN / 1e9} GB of the disk stay free.`);
  return filled;
}

/** As the intake and the product's vacuum write them. */
async function writePiece(database: Database, pieces: readonly PastRows[], first: number): Promise<void> {
  const session = await database.session();
  for (const rows of pieces) {
    const bytes = Buffer.concat([HEADER, rows.numberedFrom(first), TRAILER]);
    await session.copyIn(`${rows.copyStatement} (format binary)`, bytes);
  }
  await session.close();
  await database.query(`vacuum ${GROWING.join(", ")}`);
}

/**
 * What was measured here before is taken back: nobody fulfils those orders, and those of the next time would stand in line behind them. They lie at the
 * ends of their tables, so vacuum cuts them off.
 */
async function forgetLater(cluster: BenchCluster): Promise<void> {
  // A vacuum that another one waits for cuts off nothing.
  await cluster.restart(fillingSettings);
  const { database } = await cluster.open(NAME);
  for (const table of [...BOOKS, "sales_order_holds"]) await database.query(`delete from ${table} where ${isLater}`);
  await database.query(`delete from events where tx > '${PAST_TRANSACTION}'`);
  await database.query("update inventory_positions set allocated = 0 where allocated <> 0");
  await database.query("update customer_credits set hub_exposure = 0 where hub_exposure <> 0");
  await database.query("truncate process_facts, position_changes");
  await database.query("vacuum full inventory_positions, customer_credits, sales_order_holds");
  // Few among so many, which it would leave to the next vacuum.
  await database.query(`vacuum (index_cleanup on) ${GROWING.join(", ")}`);
  await database.query("checkpoint");
  await database.close();
  await cluster.restart();
}

/** Under the names of the tables, what of them is no past. */
async function booksSince(database: Database): Promise<Session> {
  const books = await database.session();
  for (const table of BOOKS)
    await books.query(`create temp view ${table} as select * from public.${table} where ${isLater}`);
  return books;
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
