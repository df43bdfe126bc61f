import { mkdir, readdir, rename, stat, writeFile } from "node:fs/promises";
import { join, parse } from "node:path";
import type { Log } from "#platform";

/** A file as it was seen; while it looks the same nobody writes to it. */
export interface Sight {
  readonly size: number;
  readonly modifiedMs: number;
}

/** Where a file goes that was taken whole, and one of which something was not. */
export type Place = "taken" | "with-faults";
const places: readonly Place[] = ["taken", "with-faults"];

interface WatchedFolderOptions<Report> {
  readonly folder: string;
  /** What its files are, for the log: "order file". */
  readonly what: string;
  readonly isWanted: (name: string) => boolean;
  /** Takes a file that came to rest and puts it away; null: it stays, and is tried again. So does one of which it throws. */
  readonly take: (name: string, sight: Sight) => Promise<Report | null>;
  readonly log: Log;
}

export async function sightOf(path: string): Promise<Sight> {
  const { size, mtimeMs } = await stat(path);
  return { size, modifiedMs: mtimeMs };
}

/**
 * A folder that files are dropped into. It is looked through again and again rather than watched, since network shares tell nobody of changes. A
 * file is taken once it has not changed between two looks (write under another name and rename, and it is whole at once).
 */
export function createWatchedFolder<Report>(options: WatchedFolderOptions<Report>) {
  const { folder, what, isWanted, take, log } = options;
  let seen = new Map<string, Sight>();

  async function steadyFiles(): Promise<readonly { name: string; sight: Sight }[]> {
    const entries = await readdir(folder, { withFileTypes: true });
    const names = entries.filter((entry) => entry.isFile() && isWanted(entry.name));
    const sights = new Map<string, Sight>();
    for (const { name } of names) sights.set(name, await sightOf(join(folder, name)));
    const steady = [...sights].filter(([name, sight]) => {
      const before = seen.get(name);
      return before?.size === sight.size && before.modifiedMs === sight.modifiedMs;
    });
    seen = sights;
    return steady.map(([name, sight]) => ({ name, sight }));
  }

  /** One look: takes what has come to rest since the last one. Answers the reports of what was taken. */
  async function sweep(): Promise<readonly Report[]> {
    for (const place of places) await mkdir(join(folder, place), { recursive: true });
    const reports: Report[] = [];
    for (const { name, sight } of await steadyFiles()) {
      try {
        const report = await take(name, sight);
        if (report) reports.push(report);
      } catch (error) {
        log.warn({ err: error, file: name, folder }, `This ${what} could not be taken; it stays and is tried again.`);
      }
    }
    return reports;
  }

  return { sweep };
}

const exists = async (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** The name a file gets in its place: its own, or one with a mark where another has that. */
export async function nameIn(folder: string, place: Place, file: string, mark: string): Promise<string> {
  const { name, ext } = parse(file);
  return (await exists(join(folder, place, file))) ? `${name}.${mark}${ext}` : file;
}

/** The report first, the file after it: killed in between, the file is read once more, and what is in it is a repeat. */
export async function putAway(
  folder: string,
  place: Place,
  file: string,
  newName: string,
  report: object,
): Promise<void> {
  const target = join(folder, place, newName);
  const reportPath = `${target}.report.json`;
  await writeFile(`${reportPath}.tmp`, `${JSON.stringify(report, null, 2)}\n`);
  await rename(`${reportPath}.tmp`, reportPath);
  await rename(join(folder, file), target);
}
