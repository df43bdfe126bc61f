import { createReadStream, createWriteStream } from "node:fs";
import { rename } from "node:fs/promises";
import { join, parse } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { CrossdockError, type Fault } from "#contracts";
import type { Clock, Log } from "#platform";
import { stockFileNames } from "./stock-file-name.ts";
import { createWatchedFolder, nameIn, putAway, sightOf, type Sight } from "./watched-folder.ts";

/** What a file states, as far as its name and the folder say. */
export interface DroppedSnapshot {
  readonly file: string;
  readonly source: string;
  readonly sequence: string;
  readonly asOf: Date;
  /** Null: all of the source's. */
  readonly branches: readonly string[] | null;
  readonly missingPositions: "zero" | "left-alone";
  readonly bytesTotal: number;
}

/** What became of it. */
export interface SnapshotOutcome {
  readonly snapshotId: string;
  readonly status: string;
  readonly received: number;
  readonly changed: number;
  readonly dropped: number;
  readonly rejected: number;
  readonly missing: number;
  readonly zeroed: number;
  readonly missingKeptBecause: string | null;
}

export interface StockFolderOptions {
  readonly folder: string;
  readonly source: string;
  /** See `stockFileNames`. */
  readonly names: string;
  readonly missingPositions: "zero" | "left-alone";
  /** Throws a CrossdockError for what cannot be taken. */
  readonly take: (dropped: DroppedSnapshot, bytes: AsyncIterable<Uint8Array>) => Promise<SnapshotOutcome>;
  /** The first so many lines that were not taken. */
  readonly rejects: (snapshotId: string, limit: number) => Promise<readonly RejectedInReport[]>;
  /** All of them, as a file in the format they came in. */
  readonly rejectedLines: (snapshotId: string) => AsyncIterable<string>;
  readonly clock: Clock;
  readonly log: Log;
  /** The hub stops: what is being read is left where it is. */
  readonly signal: AbortSignal;
}

interface RejectedInReport {
  readonly line: number;
  readonly reason: string;
  readonly content: string;
}

/** Written beside the file as `<name>.report.json`. */
export interface StockFileReport extends Partial<SnapshotOutcome> {
  readonly file: string;
  readonly readAt: string;
  readonly source: string;
  readonly sequence?: string;
  readonly asOf?: string;
  readonly branches?: readonly string[] | null;
  /** Why nothing of the file was taken. */
  readonly explanation?: string;
  readonly faults: readonly Fault[];
  /** The first of them. */
  readonly rejects: readonly RejectedInReport[];
  /** All of them, beside the file: correct it, and send it with `crossdock stock mend`. */
  readonly rejectsFile?: string;
}

const REJECTS_TOLD = 100;
const MARK_CHARACTERS = 8;

const isStockFile = (name: string) => /\.(csv|txt|ndjson|jsonl)$/i.test(name) && !/^[.~]/.test(name);

/** A folder that a source's snapshots of stock are dropped into. One that was taken already is a repeat by its sequence: the file is moved last. */
export function createStockFolder(options: StockFolderOptions) {
  const read = stockFileNames(options.names);
  return createWatchedFolder<StockFileReport>({
    folder: options.folder,
    what: "stock file",
    isWanted: isStockFile,
    take: (file, sight) => takeFile(file, sight, read, options),
    log: options.log,
  });
}

async function takeFile(
  file: string,
  sight: Sight,
  read: ReturnType<typeof stockFileNames>,
  options: StockFolderOptions,
): Promise<StockFileReport> {
  const { source, names, missingPositions, clock } = options;
  const about = { file, source, readAt: clock.now().toISOString() };
  const named = read(parse(file).name);
  if (!named) {
    const fault = { path: "the file's name", expected: `a name like ${names}`, found: parse(file).name };
    return refused({ ...about, explanation: "Its name does not say which snapshot it is.", faults: [fault] }, options);
  }
  const writtenAt = new Date(sight.modifiedMs);
  const dropped: DroppedSnapshot = {
    file,
    source,
    sequence: named.sequence ?? String(Math.floor(sight.modifiedMs)),
    asOf: named.asOf ?? writtenAt,
    branches: named.branch === null ? null : [named.branch],
    missingPositions,
    bytesTotal: sight.size,
  };
  const { sequence, branches } = dropped;
  const stated = { ...about, sequence, branches, asOf: dropped.asOf.toISOString() };
  try {
    const outcome = await options.take(dropped, bytesOf(join(options.folder, file), sight, options.signal));
    return await taken({ ...stated, ...outcomeIn(outcome), faults: [] }, outcome, options);
  } catch (error) {
    if (!isOfTheFile(error)) throw error;
    return refused({ ...stated, explanation: error.message, faults: error.faults }, options);
  }
}

/** Only what the report is to tell, whatever else is known of it. */
const outcomeIn = ({ snapshotId, status, ...of }: SnapshotOutcome): SnapshotOutcome => ({
  snapshotId,
  status,
  received: of.received,
  changed: of.changed,
  dropped: of.dropped,
  rejected: of.rejected,
  missing: of.missing,
  zeroed: of.zeroed,
  missingKeptBecause: of.missingKeptBecause,
});

/** What reading it again would not mend. */
const isOfTheFile = (error: unknown): error is CrossdockError =>
  error instanceof CrossdockError && (error.code === "malformed-body" || error.code === "invalid-document");

/** The file, as long as it stays what it was when it was found: of one that somebody still writes to, nothing is taken. */
async function* bytesOf(path: string, sight: Sight, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  for await (const chunk of createReadStream(path)) {
    if (signal.aborted)
      throw new CrossdockError("overloaded", "The hub is stopping; the file is read when it is back.");
    yield chunk;
  }
  const now = await sightOf(path);
  if (now.size !== sight.size || now.modifiedMs !== sight.modifiedMs)
    throw new CrossdockError("body-not-completed", "The file was still being written; it is read again.");
}

async function refused(
  report: Omit<StockFileReport, "rejects">,
  { folder }: StockFolderOptions,
): Promise<StockFileReport> {
  const mark = report.readAt.replaceAll(/\D/g, "");
  const whole = { ...report, rejects: [] };
  await putAway(folder, "with-faults", report.file, await nameIn(folder, "with-faults", report.file, mark), whole);
  return whole;
}

async function taken(
  report: Omit<StockFileReport, "rejects">,
  { snapshotId, rejected }: SnapshotOutcome,
  { folder, rejects, rejectedLines }: StockFolderOptions,
): Promise<StockFileReport> {
  const { file } = report;
  const place = rejected > 0 ? "with-faults" : "taken";
  const name = await nameIn(folder, place, file, snapshotId.slice(-MARK_CHARACTERS));
  const rejectsFile = `${name}.rejects${parse(file).ext}`;
  if (rejected > 0) await writeLines(join(folder, place, rejectsFile), rejectedLines(snapshotId));
  const told = rejected > 0 ? { rejects: await rejects(snapshotId, REJECTS_TOLD), rejectsFile } : { rejects: [] };
  const whole = { ...report, ...told };
  await putAway(folder, place, file, name, whole);
  return whole;
}

async function writeLines(path: string, lines: AsyncIterable<string>): Promise<void> {
  await pipeline(Readable.from(lines), createWriteStream(`${path}.tmp`));
  await rename(`${path}.tmp`, path);
}
