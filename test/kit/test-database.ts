import { randomBytes } from "node:crypto";
import { afterAll, afterEach, expect, inject, vi } from "vitest";
import { openDatabase, type Database } from "#platform";
import { withDatabase } from "./global-setup.ts";

export interface TestDatabase extends Database {
  readonly url: string;
}

/**
 * A database of the test file's own, cloned from the migrated template and dropped at the end; on a server that stays (TEST_DATABASE_URL), that of
 * a failed file is kept to be looked at. Fails when somebody still holds a connection at the end: a leaked pool is a bug of the code under test.
 */
export async function testDatabase(options: { readonly maxConnections?: number } = {}): Promise<TestDatabase> {
  const serverUrl = inject("serverUrl");
  const name = `test_${randomBytes(6).toString("hex")}`;
  const server = openDatabase({ url: serverUrl, maxConnections: 1 });
  await createFromTemplate(server, name);
  const url = withDatabase(serverUrl, name);
  const database = openDatabase({ url, maxConnections: options.maxConnections ?? 8, applicationName: name });
  let hasFailed = false;
  afterEach(({ task }) => {
    hasFailed ||= task.result?.state === "fail";
  });
  afterAll(async () => {
    await database.close();
    const leaked = await leakedConnections(server, name);
    if (hasFailed && inject("isServerKept"))
      process.stderr.write(`A test failed; its database ${name} is kept to be looked at.\n`);
    else await server.query(`drop database if exists ${name} with (force)`);
    await server.close();
    if (leaked.length > 0) throw new Error(`Connections were left open: ${leaked.join(", ")}`);
  });
  return { ...database, url };
}

/** Until one statement of this database waits for another's lock. */
export const untilOneWaits = (database: Database): Promise<void> =>
  vi.waitFor(async () => {
    const waiting = await database.query(
      "select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()",
    );
    expect(waiting).toHaveLength(1);
  });

/** Since the database was made. */
export async function deadlocksMet(database: Database): Promise<number | undefined> {
  const [row] = await database.query<{ deadlocks: number }>(
    "select deadlocks::int as deadlocks from pg_stat_database where datname = current_database()",
  );
  return row?.deadlocks;
}

/** Cloning needs the template to itself, and test files start at the same time. */
async function createFromTemplate(server: Database, name: string): Promise<void> {
  await server.query("select pg_advisory_lock(73019)");
  try {
    await server.query(`create database ${name} template crossdock_template`);
  } finally {
    await server.query("select pg_advisory_unlock(73019)");
  }
}

async function leakedConnections(server: Database, name: string): Promise<readonly string[]> {
  for (let attempt = 0; ; attempt += 1) {
    const rows = await server.query<{ application_name: string; query: string }>(
      "select application_name, left(query, 60) as query from pg_stat_activity where datname = $1",
      [name],
    );
    // A connection that was just closed is seen for a moment longer.
    if (rows.length === 0 || attempt === 40) return rows.map((row) => `${row.application_name} (${row.query})`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
