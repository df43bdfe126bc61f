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
  await migrate(database, migrationsFolder);
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
