import type { Database } from "#platform";

const TEXT_LENGTH = 70;

export async function countStatements(database: Database): Promise<void> {
  await database.query("create extension if not exists pg_stat_statements");
  await database.query("select pg_stat_statements_reset()");
}

/** What each statement came to in PostgreSQL for an order, the dearest first: warm-up and the judge's own questions included. */
export async function printStatements(database: Database): Promise<void> {
  const rows = await database.query<{
    text: string;
    calls: string;
    plans: string;
    rows: string;
    us: number;
    wal: number;
    images: number;
  }>(
    `select plans, left(regexp_replace(query, '\\s+', ' ', 'g'), ${TEXT_LENGTH}) as text, calls, rows, 1000 * total_exec_time / orders as us, (wal_bytes / orders)::float8 as wal,
            (wal_fpi * 8192.0 / orders)::float8 as images
       from pg_stat_statements, (select greatest(count(*), 1) as orders from sales_orders) o
      where dbid = (select oid from pg_database where datname = current_database())
      order by total_exec_time desc limit 25`,
  );
  console.log("\n  us an order   WAL bytes  of it images    calls    plans      rows");
  for (const { text, calls, plans, rows: count, us, wal, images } of rows) {
    const cells = [
      us.toFixed(1).padStart(13),
      wal.toFixed(0).padStart(12),
      images.toFixed(0).padStart(14),
      calls.padStart(9),
      plans.padStart(9),
      count.padStart(10),
    ];
    console.log(`${cells.join("")}  ${text}`);
  }
}
