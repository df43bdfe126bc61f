import type { Queryable } from "#platform";

/** Every statement of the domains takes one jsonb parameter and unpacks it: the cheapest way for Node, one plan for any number of rows. */
export async function rowsOf<Row extends object>(
  database: Queryable,
  statement: string,
  input: unknown,
): Promise<readonly Row[]> {
  return database.query<Row>(statement, [JSON.stringify(input)]);
}
