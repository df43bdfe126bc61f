import { createHash, randomBytes } from "node:crypto";
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { reachable, unprivileged } from "./binaries.ts";

/** Everything of one embedded server: its cluster, password, last port, log. */
export interface DataFolder {
  readonly path: string;
  readonly cluster: string;
  readonly lockFile: string;
  readonly logFile: string;
  readonly password: string;
  rememberedPort(): number;
  rememberPort(port: number): void;
}

const MARKER = "crossdock-postgres.json";
/** Where root keeps a cluster whose own folder `nobody` cannot reach. Durable, unlike a temporary folder. */
const SYSTEM_FOLDER = "/var/lib/crossdock";

const siblingOf = (path: string) =>
  join(SYSTEM_FOLDER, `${basename(dirname(path))}-${createHash("sha256").update(path).digest("hex").slice(0, 12)}`);

/** The folder as asked for, or its stand-in under /var/lib when postgres, as `nobody`, could not walk there. */
function standsAt(asked: string): string {
  const path = resolve(asked);
  mkdirSync(path, { recursive: true });
  if (!unprivileged() || reachable(dirname(path))) return path;
  const elsewhere = siblingOf(path);
  mkdirSync(elsewhere, { recursive: true, mode: 0o711 });
  writeFileSync(
    join(path, "MOVED.txt"),
    `The database runs without root's rights and cannot reach this folder, so it is kept in ${elsewhere}.\n`,
  );
  return elsewhere;
}

const LOCK = "start.lock";
const isOurs = (name: string): boolean => name === "MOVED.txt" || name.startsWith(LOCK);

function refuseForeign(path: string): void {
  const strangers = readdirSync(path).filter((name) => !isOurs(name));
  if (existsSync(join(path, MARKER)) || strangers.length === 0) return;
  throw new Error(
    `${path} holds something that is not Crossdock's (${strangers.slice(0, 3).join(", ")}). Name another dataFolder in crossdock.config.ts, empty this one, or set DATABASE_URL.`,
  );
}

function passwordIn(path: string): string {
  const file = join(path, "password");
  const known = existsSync(file) ? readFileSync(file, "utf8") : "";
  if (known) return known;
  const password = randomBytes(24).toString("base64url");
  writeFileSync(file, password, { mode: 0o600 });
  return password;
}

/** Where the data of the folder asked for stands; refuses one that is somebody else's, and leaves it as it is. */
export function locateData(asked: string): { readonly path: string; readonly lockFile: string } {
  const path = standsAt(asked);
  refuseForeign(path);
  return { path, lockFile: join(path, LOCK) };
}

/** Takes possession of the folder. Under the start lock: two who make the password at once would make two. */
export function openDataFolder(path: string): DataFolder {
  writeFileSync(join(path, MARKER), `${JSON.stringify({ is: "the embedded PostgreSQL of a Crossdock hub" })}\n`);
  const password = passwordIn(path);
  const identity = unprivileged();
  chmodSync(path, 0o711);
  if (identity) chownSync(path, identity.uid, identity.gid);
  const portFile = join(path, "port");
  return {
    path,
    cluster: join(path, "cluster"),
    lockFile: join(path, LOCK),
    logFile: join(path, "postgres.log"),
    password,
    rememberedPort: () => (existsSync(portFile) ? Number(readFileSync(portFile, "utf8")) : 0),
    rememberPort: (port) => writeFileSync(portFile, String(port)),
  };
}
