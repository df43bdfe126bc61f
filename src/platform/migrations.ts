import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Database, Transaction } from "./database.ts";

interface Migration {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

interface Applied {
  readonly number: number;
  readonly name: string;
  readonly checksum: string;
}

/** Any number will do, as long as it is ours alone: it keeps two nodes that start at once from migrating at once. */
const MIGRATION_LOCK = 7_301_900_001;

/** Written for reading; it lies among the migrations. */
const DESCRIPTION = "schema.sql";

function readMigrations(folder: string): readonly Migration[] {
  const migrations = readdirSync(folder)
    .filter((name) => name.endsWith(".sql") && name !== DESCRIPTION)
    .sort()
    .map((name) => {
      if (!/^\d{4}_./.test(name)) throw new Error(`${name} is no name for a migration: 0001_what_it_does.sql is.`);
      const sql = readFileSync(join(folder, name), "utf8");
      return { number: Number(name.slice(0, 4)), name, sql, checksum: createHash("sha256").update(sql).digest("hex") };
    });
  migrations.forEach(({ number, name }, index) => {
    if (number !== index + 1)
      throw new Error(
        `Migration ${name} should have number ${String(index + 1).padStart(4, "0")}: numbers go up by one, each once.`,
      );
  });
  return migrations;
}

/** What is wrong between the folder and the database, in a sentence, or nothing. */
export function disagreement(migrations: readonly Migration[], applied: readonly Applied[]): string | null {
  const newest = applied.at(-1);
  if (newest && newest.number > migrations.length) {
    return `This database was migrated by a newer Crossdock (${newest.name}). Start that version, or restore a backup taken before it.`;
  }
  const changed = applied.find(({ number, checksum }) => migrations[number - 1]?.checksum !== checksum);
  return changed
    ? `Migration ${changed.name} is not what was applied to this database: migrations are never edited; undo the edit and write a new one.`
    : null;
}

async function applyMissing(tx: Transaction, migrations: readonly Migration[]): Promise<readonly string[]> {
  await tx.query("select pg_advisory_xact_lock($1)", [MIGRATION_LOCK]);
  await tx.query(
    "create table if not exists schema_migrations (number integer primary key, name text not null, checksum text not null, applied_at timestamptz not null default now())",
  );
  const applied = await tx.query<Applied>("select number, name, checksum from schema_migrations order by number");
  const wrong = disagreement(migrations, applied);
  if (wrong) throw new Error(wrong);
  const missing = migrations.slice(applied.length);
  for (const { number, name, sql, checksum } of missing) {
    await tx.query(sql).catch((cause: unknown) => {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`Migration ${name} failed and nothing was changed: ${why}.`, { cause });
    });
    await tx.query("insert into schema_migrations (number, name, checksum) values ($1, $2, $3)", [
      number,
      name,
      checksum,
    ]);
  }
  return missing.map(({ name }) => name);
}

/** Brings the database up to the folder's last migration, all or nothing; answers the names of those it applied. */
export async function migrate(database: Database, folder: string): Promise<readonly string[]> {
  const migrations = readMigrations(folder);
  return database.transaction((tx) => applyMissing(tx, migrations));
}
