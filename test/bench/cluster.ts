import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { migrate, openDatabase, startEmbeddedPostgres, type Database } from "../../src/platform/index.ts";

const migrations = fileURLToPath(new URL("../../migrations", import.meta.url));

export interface BenchDatabase {
  readonly url: string;
  readonly database: Database;
}

type Settings = Readonly<Record<string, string>>;

/** A Postgres of the benchmark's own, durable as the product's, gone when it is done. */
export interface BenchCluster {
  /** Another one after a restart. */
  readonly pid: number;
  /** As a cluster that has run for a day: its log has files to write over. A young one makes each anew, and all who commit wait for it. */
  growOld(): Promise<void>;
  readonly folder: string;
  /** A fresh migrated database for each contender, or a copy of one: nobody vacuums or bloats another's tables. */
  freshDatabase(name: string, template?: string): Promise<BenchDatabase>;
  has(name: string): Promise<boolean>;
  /** One that is there, under today's schema. */
  open(name: string): Promise<BenchDatabase>;
  rename(name: string, to: string): Promise<void>;
  drop(name: string): Promise<void>;
  /** With these settings on top of its own, until the next restart. Whoever had it open has closed it before. */
  restart(more?: Settings): Promise<void>;
  stop(): Promise<void>;
}

/** Of 16 MB each: what the product's settings keep. */
const LOG_FILES = 64;

/** In a temporary folder; or in one that is kept when it stops, with the databases that were left in it. */
export async function startBenchCluster(settings: Settings = {}, keptIn?: string): Promise<BenchCluster> {
  const folder = keptIn ?? mkdtempSync(join(tmpdir(), "crossdock-bench-"));
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o711);
  const start = (more: Settings) =>
    startEmbeddedPostgres({ dataDir: join(folder, "postgres"), settings: { ...settings, ...more } });
  let server = await start({});
  async function asServer<Row extends object>(statement: string): Promise<readonly Row[]> {
    const database = openDatabase({ url: server.url, maxConnections: 1 });
    const rows = await database.query<Row>(statement);
    await database.close();
    return rows;
  }
  const drop = async (name: string): Promise<void> => {
    await asServer(`drop database if exists ${name} with (force)`);
  };
  async function open(name: string): Promise<BenchDatabase> {
    const url = new URL(server.url);
    url.pathname = `/${name}`;
    const database = openDatabase({ url: url.href, maxConnections: 2 });
    await migrate(database, migrations);
    return { url: url.href, database };
  }
  return {
    get pid() {
      return server.pid;
    },
    folder,
    async growOld() {
      const database = openDatabase({ url: server.url, maxConnections: 1 });
      for (let file = 0; file < LOG_FILES; file += 1) await database.query("select txid_current(), pg_switch_wal()");
      await database.query("checkpoint");
      await database.close();
    },
    async freshDatabase(name, template) {
      await drop(name);
      await asServer(`create database ${name}${template ? ` template ${template} strategy file_copy` : ""}`);
      return open(name);
    },
    has: async (name) => (await asServer(`select from pg_database where datname = '${name}'`)).length > 0,
    open,
    async rename(name, to) {
      await asServer(`alter database ${name} rename to ${to}`);
    },
    drop,
    async restart(more = {}) {
      do {
        await server.stop();
        server = await start(more);
        // It goes on running while the backend of somebody who has just left is still there.
      } while (server.joined);
    },
    async stop() {
      await server.stop();
      if (!keptIn) rmSync(folder, { recursive: true, force: true });
    },
  };
}
