import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chownSync,
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import pg from "pg";
import { freePort } from "../free-port.ts";
import { unprivileged } from "./binaries.ts";
import type { DataFolder } from "./data-folder.ts";
import { disownStranger } from "./postmaster-file.ts";
import { isAlive } from "./processes.ts";
import { hasSocket, removeSockets, socketFolder } from "./socket.ts";

const HOST = "127.0.0.1";
const USER = "crossdock";
const DATABASE = "crossdock";
const START_WAIT_MS = 30_000;

/** A small machine's settings. Commits are on disk before they are acknowledged (law 1); everything else may be cheap. */
export const durableSettings: Settings = {
  listen_addresses: HOST,
  max_connections: "120",
  shared_buffers: "256MB",
  work_mem: "16MB",
  maintenance_work_mem: "128MB",
  synchronous_commit: "on",
  // So much of the log is written over again, also after a quiet night: for a new file, full of zeros first, all who commit wait 20 to 45 ms.
  min_wal_size: "1GB",
  max_wal_size: "2GB",
  checkpoint_timeout: "15min",
  jit: "off",
  random_page_cost: "1.1",
  autovacuum_naptime: "10s",
  autovacuum_vacuum_cost_limit: "2000",
  idle_in_transaction_session_timeout: "60s",
  tcp_keepalives_idle: "30",
  tcp_keepalives_interval: "5",
  tcp_keepalives_count: "3",
  log_min_messages: "warning",
};

/** By its socket where it has one. */
export function urlFor(folder: DataFolder, port: number, database = DATABASE): string {
  const url = `postgres://${USER}:${encodeURIComponent(folder.password)}@${HOST}:${port}/${database}`;
  return hasSocket(folder, port) ? `${url}?host=${encodeURIComponent(folder.path)}` : url;
}

const run = promisify(execFile);

export type Settings = Readonly<Record<string, string>>;

/** A cluster that nobody acknowledges anything from before it is on disk must be there itself; one file system at once is the fast way. */
function syncOption(settings: Settings): readonly string[] {
  if (settings["fsync"] === "off") return ["--no-sync"];
  return process.platform === "linux" ? ["--sync-method=syncfs"] : [];
}

/** What a program that failed said last: of what it says, that is the reason. */
const lastLine = (failure: unknown): string => {
  const said = failure instanceof Error && "stderr" in failure ? String(failure.stderr) : "";
  return said.trim().split("\n").at(-1) || String(failure);
};

/** Made under another name and renamed when whole, so that an initdb cut short is simply done again. */
export async function initialise(folder: DataFolder, native: string, settings: Settings): Promise<void> {
  const unfinished = `${folder.cluster}.unfinished`;
  const passwordFile = join(folder.path, "initdb-password");
  const identity = unprivileged();
  rmSync(unfinished, { recursive: true, force: true });
  writeFileSync(passwordFile, folder.password, { mode: 0o600 });
  if (identity) chownSync(passwordFile, identity.uid, identity.gid);
  const args = [
    "-D",
    unfinished,
    "-U",
    USER,
    `--pwfile=${passwordFile}`,
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--locale=C.UTF-8",
    ...syncOption(settings),
  ];
  try {
    await run(join(native, "bin", "initdb"), args, { ...identity, cwd: folder.path, env: {} });
    renameSync(unfinished, folder.cluster);
  } catch (cause) {
    throw new Error(
      `PostgreSQL could not make its files in ${folder.cluster} (${lastLine(cause)}). Mend that, or set DATABASE_URL to a PostgreSQL of your own.`,
      { cause },
    );
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

/** The cluster's major version must be the binaries': newer files cannot be read, older ones need an upgrade. */
export async function refuseOtherVersion(folder: DataFolder, native: string): Promise<void> {
  const { stdout } = await run(join(native, "bin", "postgres"), ["--version"], {
    ...unprivileged(),
    env: {},
    cwd: "/",
  });
  const ours = /(\d+)\.\d+/.exec(stdout)?.[1] ?? "";
  const theirs = readFileSync(join(folder.cluster, "PG_VERSION"), "utf8").trim();
  if (ours !== theirs) {
    throw new Error(
      `${folder.cluster} was made by PostgreSQL ${theirs} and this Crossdock brings ${ours}. Export with the version that made it, or set DATABASE_URL.`,
    );
  }
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, HOST, () => server.close(() => resolve(true)));
  });

/** The same port as last time where it is free, so that a noted-down URL stays true. */
export async function choosePort(folder: DataFolder): Promise<number> {
  const remembered = folder.rememberedPort();
  const port = remembered > 0 && (await isFree(remembered)) ? remembered : await freePort(HOST);
  folder.rememberPort(port);
  return port;
}

/** In a process group of its own, so that the terminal's Ctrl-C reaches the hub first and the hub can drain. */
export async function launch(folder: DataFolder, native: string, port: number, settings: Settings): Promise<number> {
  disownStranger(folder);
  removeSockets(folder);
  const identity = unprivileged();
  const output = openSync(folder.logFile, "a", 0o644);
  if (identity) chownSync(folder.logFile, identity.uid, identity.gid);
  const all = { unix_socket_directories: socketFolder(folder, port), ...settings };
  const options = Object.entries(all).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const child = spawn(join(native, "bin", "postgres"), ["-D", folder.cluster, "-p", String(port), ...options], {
    ...identity,
    cwd: folder.path,
    env: {},
    detached: true,
    stdio: ["ignore", output, output],
  });
  closeSync(output);
  await once(child, "spawn");
  child.unref();
  return child.pid ?? 0;
}

/** From now on; answers what it said since. */
export function listenToLog(folder: DataFolder): () => string {
  const from = existsSync(folder.logFile) ? statSync(folder.logFile).size : 0;
  return () => readFileSync(folder.logFile).subarray(from).toString("utf8");
}

async function ask(url: string, sql: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  client.on("error", () => {});
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

const isRefusal = (error: unknown) => error instanceof pg.DatabaseError && error.code === "28P01";

/** Waits for the first answer; also through the recovery that follows a kill -9. */
export async function untilAnswering(folder: DataFolder, pid: number, port: number): Promise<void> {
  const until = performance.now() + START_WAIT_MS;
  for (;;) {
    try {
      await ask(urlFor(folder, port, "postgres"), "select 1");
      return;
    } catch (cause) {
      if (!isAlive(pid))
        throw new Error(`PostgreSQL ended while starting. Its last words are in ${folder.logFile}.`, { cause });
      if (isRefusal(cause))
        throw new Error(
          `${folder.path}/password is not the password the cluster was made with. Put that one back, or set DATABASE_URL.`,
          { cause },
        );
      if (performance.now() > until)
        throw new Error(`PostgreSQL does not answer on port ${port}. Its log is ${folder.logFile}.`, { cause });
      await pause(15);
    }
  }
}

export async function ensureDatabase(folder: DataFolder, port: number): Promise<void> {
  const url = urlFor(folder, port, "postgres");
  const found = await ask(url, `select 1 from pg_database where datname = '${DATABASE}'`);
  if (found.length === 0) await ask(url, `create database ${DATABASE}`);
}

/** Others who are connected: another hub on the same folder, a command line. */
export async function othersConnected(folder: DataFolder, port: number): Promise<boolean> {
  const rows = await ask(
    urlFor(folder, port, "postgres"),
    "select 1 from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()",
  );
  return rows.length > 0;
}

const STOP_WAIT_MS = 15_000;

/** Fast shutdown (SIGINT): open transactions roll back, nothing committed is lost. Harder only when that does not end. */
export async function shutDown(pid: number): Promise<void> {
  for (const signal of ["SIGINT", "SIGQUIT", "SIGKILL"] as const) {
    if (!isAlive(pid)) return;
    process.kill(pid, signal);
    const until = performance.now() + STOP_WAIT_MS;
    while (isAlive(pid) && performance.now() < until) await pause(10);
    if (!isAlive(pid)) return;
  }
}
