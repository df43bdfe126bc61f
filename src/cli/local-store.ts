import type { Database } from "#platform";
import { openStore } from "#main";
import { readHubConfiguration } from "./hub-configuration.ts";

/** The hub's database, whether a hub runs or not. */
export async function withStore<Result>(work: (database: Database) => Promise<Result>): Promise<Result> {
  const store = await openStore(await readHubConfiguration(), process.env, {
    applicationName: "crossdock-cli",
    maxConnections: 2,
  });
  try {
    return await work(store.database);
  } finally {
    await store.close();
  }
}
