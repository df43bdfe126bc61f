import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { migrate, openDatabase, startEmbeddedPostgres, type Database, type Log } from "#platform";
import type { HubConfiguration } from "./configuration.ts";

/** The hub's Postgres: yours by DATABASE_URL, or the embedded one, joined where it runs and started where it does not. */
export interface Store {
  readonly database: Database;
  readonly url: string;
  /** For people: which Postgres this is. */
  readonly description: string;
  /** Lets go of it. The embedded server stops with the last one who needs it. */
  close(): Promise<void>;
}

const migrationsFolder = fileURLToPath(new URL("../migrations", import.meta.url));

interface StoreOptions {
  readonly applicationName: string;
  readonly log?: Log;
  readonly maxConnections?: number;
}

/** PostgreSQL 14 is the oldest that has all we ask of it. */
const OLDEST_SERVER = 140_000;

/** Says in one sentence what is wrong with a database of one's own. The address is told without its password. */
async function checkServer(database: Database, url: string): Promise<void> {
  const address = URL.canParse(url) ? ` (${Object.assign(new URL(url), { password: "" }).href})` : "";
  const [server] = await database
    .query<{ version: string; number: number }>(
      "select current_setting('server_version') as version, current_setting('server_version_num')::int as number",
    )
    .catch((cause: unknown) => {
      const said = cause instanceof Error ? cause.message : String(cause);
      const message = `The database that DATABASE_URL names${address} cannot be used: ${said}. Expected postgres://user:password@host:port/database of a PostgreSQL that runs; without DATABASE_URL the hub brings its own.`;
      throw new Error(message, { cause });
    });
  if (!server || server.number < OLDEST_SERVER)
    throw new Error(`DATABASE_URL names a PostgreSQL ${server?.version ?? "of no version"}; 14 or newer is needed.`);
}

export async function openStore(
  configuration: Pick<HubConfiguration, "dataFolder">,
  environment: Readonly<Record<string, string | undefined>>,
  { applicationName, log, maxConnections = 12 }: StoreOptions,
): Promise<Store> {
  const own = environment["DATABASE_URL"];
  const server = own
    ? null
    : await startEmbeddedPostgres({ dataDir: join(configuration.dataFolder, "postgres"), ...(log ? { log } : {}) });
  const url = own ?? server?.url ?? "";
  const database = openDatabase({ url, maxConnections, applicationName, ...(log ? { log } : {}) });
  try {
    if (own !== undefined) await checkServer(database, own);
    await migrate(database, migrationsFolder);
  } catch (error) {
    await database.close();
    await server?.stop();
    throw error;
  }
  return {
    database,
    url,
    description: server
      ? `PostgreSQL, embedded in ${configuration.dataFolder}${server.joined ? " (joined)" : ""}`
      : "PostgreSQL at DATABASE_URL",
    async close() {
      await database.close();
      await server?.stop();
    },
  };
}
