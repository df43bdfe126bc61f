import { mkdtempSync, rmSync, chmodSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { asyncApi, documentSchemas, errorsPage, eventSchemas } from "#contracts";
import { openApi, routes } from "#experiences";
import { describeSchema, migrate, openDatabase, startEmbeddedPostgres } from "#platform";
import { drawnProcesses, processesPage } from "#processes";
import { orderFilesPage } from "#systems";

/** The version of the published interfaces. A change that takes something away is another version beside this one. */
const VERSION = "1.0.0";

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

const migrations = fileURLToPath(new URL("../../migrations", import.meta.url));

/** What the migrations add up to, on a cluster that lives for this moment. */
async function schemaDump(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "crossdock-schema-"));
  chmodSync(folder, 0o711);
  const server = await startEmbeddedPostgres({ dataDir: join(folder, "postgres"), settings: { fsync: "off" } });
  const database = openDatabase({ url: server.url, maxConnections: 1 });
  try {
    await migrate(database, migrations);
    return await describeSchema(database);
  } finally {
    await database.close();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Every generated file with its text, by path from the root. Reviewers read interface and schema changes in them. */
export async function generatedFiles(): Promise<ReadonlyMap<string, string>> {
  return new Map([
    ...[...documentSchemas()].map(([name, schema]) => [`contracts/schemas/${name}.json`, json(schema)] as const),
    ...[...eventSchemas()].map(([type, schema]) => [`contracts/schemas/events/${type}.json`, json(schema)] as const),
    ["contracts/openapi/crossdock.v1.json", json(openApi(routes, VERSION))] as const,
    ["contracts/asyncapi.json", json(asyncApi(VERSION))] as const,
    ["contracts/errors.md", errorsPage()] as const,
    ["docs/processes.md", processesPage(drawnProcesses())] as const,
    ["docs/guides/order-files.md", orderFilesPage()] as const,
    ["migrations/schema.sql", await schemaDump()] as const,
  ]);
}
