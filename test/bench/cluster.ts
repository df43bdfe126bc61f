import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { migrate, openDatabase, startEmbeddedPostgres, type Database } from "../../src/platform/index.ts";

const migrations = fileURLToPath(new URL("../../migrations", import.meta.url));

export interface BenchDatabase {
  readonly url: string;
  readonly database: Database;
}

/** A Postgres of the benchmark's own, durable as the product's, gone when it is done. */
export interface BenchCluster {
  readonly pid: number;
  /** A fresh migrated database for each contender, or a copy of one: nobody vacuums or bloats another's tables. */
  freshDatabase(name: string, template?: string): Promise<BenchDatabase>;
  drop(name: string): Promise<void>;
  stop(): Promise<void>;
}

export async function startBenchCluster(settings: Readonly<Record<string, string>> = {}): Promise<BenchCluster> {
  const folder = mkdtempSync(join(tmpdir(), "crossdock-bench-"));
  chmodSync(folder, 0o711);
  const server = await startEmbeddedPostgres({ dataDir: join(folder, "postgres"), settings });
  async function asServer(statement: string): Promise<void> {
    const database = openDatabase({ url: server.url, maxConnections: 1 });
    await database.query(statement);
    await database.close();
  }
  return {
    pid: server.pid,
    async freshDatabase(name, template) {
      await asServer(`create database ${name}${template ? ` template ${template} strategy file_copy` : ""}`);
      const url = new URL(server.url);
      url.pathname = `/${name}`;
      const database = openDatabase({ url: url.href, maxConnections: 2 });
      if (!template) await migrate(database, migrations);
      return { url: url.href, database };
    },
    drop: (name) => asServer(`drop database ${name} with (force)`),
    async stop() {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
