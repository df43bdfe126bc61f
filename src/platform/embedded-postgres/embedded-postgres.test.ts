import { execFileSync, spawn, spawnSync, type ChildProcess } from "node:child_process";
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import pg from "pg";
import { afterAll, describe, expect, it, vi } from "vitest";
import { packagedFolder, preparedBinaries, reachable, unprivileged } from "./binaries.ts";
import { startEmbeddedPostgres, type EmbeddedPostgres } from "./index.ts";
import { isAlive } from "./processes.ts";

vi.setConfig({ testTimeout: 20_000, hookTimeout: 20_000 });

/** Small, so that many fit on the machine of whoever runs the tests. As durable as the real one where nothing else is said. */
const small = { shared_buffers: "16MB", max_connections: "20" };
const forgetful = { ...small, fsync: "off", full_page_writes: "off" };

const root = mkdtempSync(join(tmpdir(), "crossdock-embedded-"));
chmodSync(root, 0o711);
const folderFor = (name: string) => join(root, name, "postgres");

const started = new Set<number>();
const hubs = new Set<ChildProcess>();
afterAll(async () => {
  for (const hub of hubs) hub.kill("SIGKILL");
  for (const pid of started) if (isAlive(pid)) process.kill(pid, "SIGKILL");
  await vi.waitFor(() => expect([...started].filter(isAlive)).toEqual([]), 5000);
  rmSync(root, { recursive: true, force: true });
});

async function start(
  dataDir: string,
  settings: Readonly<Record<string, string>> = forgetful,
): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataDir, settings });
  started.add(server.pid);
  return server;
}

async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {});
  await client.connect();
  return client;
}

async function ask(url: string, sql: string): Promise<readonly unknown[]> {
  const client = await connected(url);
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

interface Hub {
  readonly process: ChildProcess;
  readonly server: Pick<EmbeddedPostgres, "url" | "pid" | "joined">;
}

const hubScript = (dataDir: string): string => `
  import { startEmbeddedPostgres } from ${JSON.stringify(pathToFileURL(join(import.meta.dirname, "index.ts")).href)};
  const server = await startEmbeddedPostgres(${JSON.stringify({ dataDir, settings: forgetful })});
  console.log(JSON.stringify(server));
  setInterval(() => {}, 1000);`;

/** Another process that starts the server of a folder and goes on living. */
async function startHub(dataDir: string): Promise<Hub> {
  const child = spawn(process.execPath, ["--input-type=module", "-e", hubScript(dataDir)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  hubs.add(child);
  for await (const line of createInterface({ input: child.stdout })) {
    const server = JSON.parse(line) as Hub["server"];
    started.add(server.pid);
    return { process: child, server };
  }
  throw new Error("The hub ended without starting.");
}

async function killed(process: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => process.once("exit", resolve));
  process.kill("SIGKILL");
  await ended;
}

async function kill9(pid: number): Promise<void> {
  process.kill(pid, "SIGKILL");
  await vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 2000, interval: 1 });
}

describe("the embedded PostgreSQL", () => {
  const dataDir = folderFor("life");

  it("starts from nothing, is joined by whoever comes second, and is stopped by the last one who lets go", async () => {
    const first = await start(dataDir, small);
    expect(first.joined).toBe(false);
    await ask(first.url, "create table crates (id int); insert into crates values (1)");
    const second = await start(dataDir);
    expect(second).toMatchObject({ joined: true, pid: first.pid, url: first.url });
    const connection = await connected(second.url);
    await first.stop();
    expect((await connection.query("select id from crates")).rows).toEqual([{ id: 1 }]);
    await connection.end();
    await second.stop();
    expect(isAlive(first.pid)).toBe(false);
    await second.stop();
  });

  it("finds its data, and its address, when it is started again", async () => {
    const before = await start(dataDir, small);
    await before.stop();
    const server = await start(dataDir, small);
    expect(server).toMatchObject({ joined: false, url: before.url });
    expect(await ask(server.url, "select id from crates")).toEqual([{ id: 1 }]);
    await server.stop();
  });

  it("takes another port when somebody else has its own by now", async () => {
    const port = Number(readFileSync(join(dataDir, "port"), "utf8"));
    const squatter = createServer();
    await new Promise<void>((resolve) => squatter.listen(port, "127.0.0.1", resolve));
    const server = await start(dataDir, small);
    expect(new URL(server.url).port).not.toBe(String(port));
    await server.stop();
    await new Promise((resolve) => squatter.close(resolve));
  });

  it("is talked to by its socket, and takes away what a killed one left of it, also where that names a living stranger", async () => {
    const server = await start(dataDir, small);
    expect(new URL(server.url).searchParams.get("host")).toBe(dataDir);
    expect(await ask(server.url, "select inet_client_addr() as address")).toEqual([{ address: null }]);
    await kill9(server.pid);
    const { port } = new URL(server.url);
    const stranger = spawn("sleep", ["60"], { stdio: "ignore", cwd: "/", ...unprivileged() });
    writeFileSync(join(dataDir, `.s.PGSQL.${port}.lock`), `${stranger.pid}\n${dataDir}\n0\n${port}\n`);
    const again = await start(dataDir, small);
    stranger.kill();
    expect(await ask(again.url, "select inet_client_addr() as address")).toEqual([{ address: null }]);
    await again.stop();
  });

  it("is talked to by TCP where its path is too long for a socket", async () => {
    const server = await start(folderFor("a-long-way-down-".repeat(6)));
    expect(new URL(server.url).search).toBe("");
    expect(await ask(server.url, "select inet_client_addr()::text as address")).toEqual([{ address: "127.0.0.1/32" }]);
    await server.stop();
  });

  it("recovers when its postmaster was killed in the middle of work: what was committed is there", async () => {
    const server = await start(dataDir, small);
    const busy = await connected(server.url);
    await busy.query("insert into crates values (2)");
    await busy.query("begin");
    await busy.query("insert into crates values (3)");
    const cutShort = busy.query("select pg_sleep(30)").catch((error: unknown) => error);
    await kill9(server.pid);
    const again = await start(dataDir, small);
    expect(again.joined).toBe(false);
    expect(await ask(again.url, "select id from crates order by id")).toEqual([{ id: 1 }, { id: 2 }]);
    expect(await cutShort).toBeInstanceOf(Error);
    await again.stop();
  });

  it("waits for what a killed postmaster left computing, and is not fooled by one that dies as it is joined", async () => {
    const server = await start(dataDir, small);
    const busy = await connected(server.url);
    const until = "clock_timestamp() + interval '2 seconds'";
    const cutShort = busy
      .query(`do $$ declare till timestamptz := ${until}; begin while clock_timestamp() < till loop end loop; end $$`)
      .catch((error: unknown) => error);
    await vi.waitFor(async () =>
      expect(await ask(server.url, "select 1 from pg_stat_activity where query like 'do $$%'")).toHaveLength(1),
    );
    process.kill(server.pid, "SIGKILL");
    const again = await start(dataDir, small);
    expect(again.joined).toBe(false);
    expect(await ask(again.url, "select 1 as one")).toEqual([{ one: 1 }]);
    await cutShort;
    await again.stop();
  });

  it("is not fooled by a lock file that names somebody else's process, or nobody's", async () => {
    const gone = await start(dataDir, small);
    const pidFile = join(dataDir, "cluster", "postmaster.pid");
    const lines = readFileSync(pidFile, "utf8");
    await gone.stop();
    const identity = unprivileged();
    const bystander = spawn("sleep", ["60"], { ...identity, argv0: "postgres" });
    for (const pid of [bystander.pid, gone.pid]) {
      writeFileSync(pidFile, lines.replace(/^\d+/, String(pid)), { mode: 0o600 });
      if (identity) chownSync(pidFile, identity.uid, identity.gid);
      const server = await start(dataDir, small);
      expect(server.joined).toBe(false);
      expect(await ask(server.url, "select 1 as one")).toEqual([{ one: 1 }]);
      await server.stop();
    }
    await killed(bystander);
  });

  it("says in a sentence what to do when the cluster is of another PostgreSQL", async () => {
    const versionFile = join(dataDir, "cluster", "PG_VERSION");
    const version = readFileSync(versionFile, "utf8");
    writeFileSync(versionFile, "12\n");
    await expect(start(dataDir)).rejects.toThrow(
      /was made by PostgreSQL 12 and this Crossdock brings \d+\. Export .* or set DATABASE_URL/,
    );
    writeFileSync(versionFile, version);
  });

  it("says so at once when the password is not the one the cluster was made with, and leaves nothing running", async () => {
    const passwordFile = join(dataDir, "password");
    const password = readFileSync(passwordFile, "utf8");
    writeFileSync(passwordFile, "another");
    await expect(start(dataDir, small)).rejects.toThrow(
      `${passwordFile} is not the password the cluster was made with`,
    );
    expect(existsSync(join(dataDir, "cluster", "postmaster.pid"))).toBe(false);
    writeFileSync(passwordFile, password);
  });

  it("says where its last words are when it does not come up", async () => {
    await expect(start(dataDir, { ...small, shared_bufers: "16MB" })).rejects.toThrow(
      `Its last words are in ${join(dataDir, "postgres.log")}`,
    );
    expect(readFileSync(join(dataDir, "postgres.log"), "utf8")).toContain("shared_bufers");
    expect(readdirSync(dataDir)).not.toContain("start.lock");
  });

  it("refuses a folder that is somebody else's, and leaves it as it was", async () => {
    const foreign = folderFor("foreign");
    mkdirSync(foreign, { recursive: true });
    chmodSync(foreign, 0o755);
    writeFileSync(join(foreign, "thesis.txt"), "Years of work.");
    const mode = lstatSync(foreign).mode;
    await expect(start(foreign)).rejects.toThrow(
      `${foreign} holds something that is not Crossdock's (thesis.txt). Name another dataFolder in crossdock.config.ts, empty this one, or set DATABASE_URL.`,
    );
    expect(readdirSync(foreign)).toEqual(["thesis.txt"]);
    expect(lstatSync(foreign).mode).toBe(mode);
  });
});

describe("a user of the system without a name", () => {
  it("is told why no cluster can be made, and what to do", ({ skip }) => {
    const isRoot = unprivileged() !== null;
    skip(!isRoot || !reachable(process.execPath) || !reachable(import.meta.dirname), "only root can become one");
    const home = join(root, "nameless");
    const identity = { uid: 61_234, gid: 61_234 };
    mkdirSync(home);
    chownSync(home, identity.uid, identity.gid);
    const { stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", hubScript(join(home, "postgres"))], {
      ...identity,
      cwd: "/",
    });
    expect(stderr.toString()).toMatch(
      /PostgreSQL could not make its files in \S+ \(.*user does not exist\)\. .* set DATABASE_URL/,
    );
  });
});

describe("several hubs on one folder", () => {
  const dataDir = folderFor("shared");

  it("may start at the same instant: one makes the cluster, the other joins it", async () => {
    const both = await Promise.all([startHub(dataDir), startHub(dataDir), start(dataDir)]);
    const servers = both.map((one) => ("server" in one ? one.server : one));
    expect(new Set(servers.map(({ pid }) => pid)).size).toBe(1);
    expect(servers.filter(({ joined }) => !joined)).toHaveLength(1);
    for (const { url } of servers) expect(await ask(url, "select 1 as one")).toEqual([{ one: 1 }]);
  });

  it("may be killed: the next one joins what they left running, and stops it", async () => {
    await Promise.all([...hubs].map(killed));
    const server = await start(dataDir);
    expect(server.joined).toBe(true);
    const stoppedAt = performance.now();
    await server.stop();
    expect(isAlive(server.pid)).toBe(false);
    expect(performance.now() - stoppedAt).toBeLessThan(3000);
  });

  it("may be killed while starting: their lock holds nobody up, not even when its number was given out again", async () => {
    const dead = spawn("true");
    await new Promise((resolve) => dead.once("exit", resolve));
    const lockFile = join(dataDir, "start.lock");
    const startedAt = performance.now();
    // In a container every hub has the same pid; what is written beside it tells two lives apart.
    for (const left of [`${dead.pid} 1`, `${process.pid} 1`]) {
      writeFileSync(lockFile, left);
      const server = await start(dataDir);
      await server.stop();
    }
    expect(performance.now() - startedAt).toBeLessThan(5000);
    expect(existsSync(lockFile)).toBe(false);
  });
});

describe("where postgres cannot go by itself", () => {
  it("as root, keeps the data of a folder below a private one where postgres can reach it, and says so there", async ({
    skip,
  }) => {
    skip(unprivileged() === null, "only root has folders that postgres, running as nobody, cannot reach");
    const home = join(root, "home");
    mkdirSync(home, { mode: 0o700 });
    const dataDir = join(home, "hub", "postgres");
    const server = await start(dataDir);
    const note = readFileSync(join(dataDir, "MOVED.txt"), "utf8");
    const elsewhere = /kept in (\S+)\.\n$/.exec(note)?.[1] ?? "";
    try {
      expect(await ask(server.url, "select 1 as one")).toEqual([{ one: 1 }]);
      expect(await start(dataDir)).toMatchObject({ joined: true, pid: server.pid });
      expect(readdirSync(elsewhere)).toContain("cluster");
      await server.stop();
    } finally {
      expect(elsewhere).toMatch(/^\/var\/lib\/crossdock\/./);
      rmSync(elsewhere, { recursive: true, force: true });
    }
  });

  const versionSaidBy = (native: string) =>
    execFileSync(join(native, "bin", "postgres"), ["--version"], {
      ...unprivileged(),
      cwd: "/",
      env: {},
      stdio: "pipe",
    }).toString();
  const copyWithoutLinks = (to: string, mode: number) => {
    cpSync(packagedFolder(), to, {
      recursive: true,
      filter: (source) => !lstatSync(source).isSymbolicLink() && !/\.a$|\/share$|\/(initdb|pg_ctl)$/.test(source),
    });
    chmodSync(dirname(to), mode);
    return to;
  };

  it("makes the library links that npm packages cannot carry", () => {
    const native = copyWithoutLinks(join(root, "package", "native"), 0o755);
    expect(() => versionSaidBy(native)).toThrow(/Command failed/);
    expect(preparedBinaries(join(root, "spare"), native)).toBe(native);
    expect(versionSaidBy(native)).toMatch(/^postgres \(PostgreSQL\) \d+/);
    expect(existsSync(join(root, "spare"))).toBe(false);
  });

  it("as root, copies binaries that postgres cannot reach to where it can, and takes new ones when they come", ({
    skip,
  }) => {
    skip(unprivileged() === null, "only root has folders that postgres, running as nobody, cannot reach");
    const packaged = join(root, "private");
    const native = copyWithoutLinks(join(packaged, "native"), 0o700);
    execFileSync("chmod", ["-R", "go-rwx", native]);
    writeFileSync(join(packaged, "package.json"), '{ "version": "18.1.0" }');
    const spare = join(root, "reachable");
    const copy = preparedBinaries(spare, native);
    expect(copy).not.toBe(native);
    expect(versionSaidBy(copy)).toMatch(/^postgres \(PostgreSQL\) \d+/);
    expect(preparedBinaries(spare, native)).toBe(copy);
    writeFileSync(join(packaged, "package.json"), '{ "version": "18.2.0" }');
    const newer = preparedBinaries(spare, native);
    expect(newer).not.toBe(copy);
    expect(versionSaidBy(newer)).toMatch(/^postgres \(PostgreSQL\) \d+/);
    expect(existsSync(copy)).toBe(false);
  });
});
