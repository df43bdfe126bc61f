import type { Queryable } from "#platform";
import { textArraySql } from "../built-documents.ts";

/** How much of each item is ordered, accepted and waited for, over all branches, in base units. Items nobody waits for are left out. */
export type Waiting = ReadonlyMap<string, string>;

interface Row {
  readonly sku: string;
  readonly waiting: string;
}

const selectWaiting = (and: string) =>
  `select sku, trim_scale(sum(quantity_backordered))::text as waiting
     from sales_order_lines where quantity_backordered > 0 ${and} group by sku`;

const toWaiting = (rows: readonly Row[]): Waiting => new Map(rows.map(({ sku, waiting }) => [sku, waiting]));

export async function readAllWaiting(database: Queryable): Promise<Waiting> {
  return toWaiting(await database.query<Row>(selectWaiting("")));
}

export async function findWaiting(database: Queryable, skus: readonly string[]): Promise<Waiting> {
  const text = selectWaiting(`and sku = any(${textArraySql("$1::jsonb")})`);
  return toWaiting(await database.query<Row>({ name: "find-waiting", text }, [JSON.stringify(skus)]));
}
