import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { migrate, openDatabase, startEmbeddedPostgres } from "#platform";
import type { TestProject } from "vitest/node";

const migrations = fileURLToPath(new URL("../../migrations", import.meta.url));

/** Tests may lose everything with the machine, so they do not wait for the disk. What must be durable is tested by the chaos suite on a cluster of its own. */
const forgetful = { fsync: "off", synchronous_commit: "off", full_page_writes: "off", shared_buffers: "128MB" };

declare module "vitest" {
  interface ProvidedContext {
    serverUrl: string;
    /** Whether the server is still there after the run, and with it what failed tests leave to be looked at. */
    isServerKept: boolean;
  }
}

const stopAndDelete =
  'cat > /dev/null; kill -INT "$0" 2> /dev/null; while kill -0 "$0" 2> /dev/null; do sleep 0.1; done; rm -rf "$1"';

/**
 * Ends the server of a run that ends without its teardown (killed, timed out, crashed): the pipe to this shell closes with the run, however it
 * ends. Answers how to call it off.
 */
function endWithUs(pid: number, folder: string): () => void {
  const shell = spawn("/bin/sh", ["-c", stopAndDelete, String(pid), folder], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  shell.unref();
  return () => void shell.kill("SIGKILL");
}

/** One cluster a run; a template database with every migration applied, from which each test file's own is cloned. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), "crossdock-test-"));
  chmodSync(folder, 0o711);
  const given = process.env["TEST_DATABASE_URL"];
  const server = given ? null : await startEmbeddedPostgres({ dataDir: join(folder, "postgres"), settings: forgetful });
  const callOff = server ? endWithUs(server.pid, folder) : () => {};
  const serverUrl = given ?? server?.url ?? "";
  const database = openDatabase({ url: serverUrl, maxConnections: 1 });
  await database.query("drop database if exists crossdock_template");
  await database.query("create database crossdock_template");
  await database.close();
  const template = openDatabase({ url: withDatabase(serverUrl, "crossdock_template"), maxConnections: 1 });
  await migrate(template, migrations);
  await template.close();
  project.provide("serverUrl", serverUrl);
  project.provide("isServerKept", server === null);
  return async () => {
    await server?.stop();
    callOff();
    rmSync(folder, { recursive: true, force: true });
  };
}

export function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}
