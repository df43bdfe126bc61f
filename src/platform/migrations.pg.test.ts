import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { testDatabase } from "#testing";
import { openDatabase } from "./database.ts";
import { migrate } from "./migrations.ts";

const database = await testDatabase();
let folder = "";

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "crossdock-migrations-"));
  // The clone of the template is migrated already; these tests begin with nothing.
  await database.query("drop schema public cascade");
  await database.query("create schema public");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, sql: string) => writeFileSync(join(folder, name), sql);
const threeMigrations = () => {
  write("0001_crates.sql", "create table crates (id int primary key); insert into crates values (1);");
  write("0002_lids.sql", "create table lids (crate int references crates); -- a lid each\n");
  write("0003_more_crates.sql", "insert into crates select 1 + max(id) from crates;");
};
const tables = async () =>
  (
    await database.query<{ name: string }>(
      "select tablename as name from pg_tables where schemaname = 'public' order by 1",
    )
  ).map(({ name }) => name);

describe("migrating", () => {
  it("applies what is missing, in order, and nothing twice", async () => {
    threeMigrations();
    expect(await migrate(database, folder)).toEqual(["0001_crates.sql", "0002_lids.sql", "0003_more_crates.sql"]);
    expect(await migrate(database, folder)).toEqual([]);
    write("0004_crates_again.sql", "insert into crates select 1 + max(id) from crates;");
    expect(await migrate(database, folder)).toEqual(["0004_crates_again.sql"]);
    expect(await database.query("select id from crates order by id")).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }]);
  });

  it("lets nodes start at once: one migrates, the others wait and find it done", async () => {
    threeMigrations();
    write("0004_slow.sql", "select pg_sleep(0.2); create table slow (id int);");
    const nodes = Array.from({ length: 4 }, () => openDatabase({ url: database.url, maxConnections: 1 }));
    const applied = await Promise.all(nodes.map((node) => migrate(node, folder)));
    await Promise.all(nodes.map((node) => node.close()));
    expect(applied.filter(({ length }) => length > 0)).toEqual([applied.flat()]);
    expect(applied.flat()).toHaveLength(4);
    expect(await database.query("select count(*)::int as count from crates")).toEqual([{ count: 2 }]);
  });

  it("is all or nothing, and names the migration that failed", async () => {
    threeMigrations();
    write("0003_more_crates.sql", "create table pallets (id int); insert into crates values (1);");
    await expect(migrate(database, folder)).rejects.toThrow(/^Migration 0003_more_crates\.sql failed.*duplicate key/s);
    expect(await tables()).toEqual([]);
  });

  it("refuses an edited migration by name, and touches nothing", async () => {
    threeMigrations();
    await migrate(database, folder);
    write("0002_lids.sql", "create table lids (crate int);");
    write("0004_new.sql", "create table new_things (id int);");
    await expect(migrate(database, folder)).rejects.toThrow(/0002_lids\.sql is not what was applied/);
    expect(await tables()).not.toContain("new_things");
  });

  it("refuses a database that a newer version migrated, and says what to do", async () => {
    threeMigrations();
    write("0004_future.sql", "create table future (id int);");
    await migrate(database, folder);
    rmSync(join(folder, "0004_future.sql"));
    await expect(migrate(database, folder)).rejects.toThrow(
      /newer Crossdock \(0004_future\.sql\)\. Start that version/,
    );
  });

  it("refuses a gap in the numbers, and a number given twice", async () => {
    threeMigrations();
    write("0005_after_a_gap.sql", "select 1;");
    await expect(migrate(database, folder)).rejects.toThrow(/0005_after_a_gap\.sql should have number 0004/);
    rmSync(join(folder, "0005_after_a_gap.sql"));
    write("0003_another.sql", "select 1;");
    await expect(migrate(database, folder)).rejects.toThrow(/should have number 0004/);
    expect(await tables()).toEqual([]);
  });

  it("refuses a misnamed migration rather than passing it over", async () => {
    threeMigrations();
    write("4_lost.sql", "create table lost (id int);");
    await expect(migrate(database, folder)).rejects.toThrow(/4_lost\.sql/);
    rmSync(join(folder, "4_lost.sql"));
    write("schema.sql", "-- Written by us, for reading.");
    write("README.md", "About migrations.");
    expect(await migrate(database, folder)).toHaveLength(3);
  });
});
