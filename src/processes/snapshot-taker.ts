import { CrossdockError } from "#contracts";
import {
  readSnapshot,
  tellProgress,
  type MissingPositions,
  type SnapshotOrigin,
  type SnapshotProgress,
  type SnapshotRecord,
  type StagedPosition,
} from "#domains";
import type { EventLog } from "#events";
import type { Clock, Database, Ids } from "#platform";
import { takeStockSnapshot, type ForeseenDifference, type SnapshotWork, type StockLine } from "./stock-snapshot.ts";

/** Lines of stock as they come, whose format is known. */
interface OpenedLines {
  readonly header: string | null;
  readonly lines: AsyncIterable<readonly StockLine[]>;
  readonly write: (position: StagedPosition) => string;
}

/** How lines are sent, whatever they state. */
export interface SnapshotSending extends Pick<SnapshotOrigin, "door" | "sentBy" | "bytesTotal"> {
  /** Says what would change and how many of the first to name, and changes nothing. */
  readonly dryRun?: { readonly differencesMax: number };
  /** How many there are, without a header, as the sender says: where others come, nothing is taken. */
  readonly linesTotal?: number;
}

export interface SnapshotOrder extends SnapshotSending {
  readonly source: string;
  readonly sequence: string;
  readonly asOf: Date;
  /** Null: all of the source's. */
  readonly branches: readonly string[] | null;
  readonly missingPositions: MissingPositions;
}

export interface TakenSnapshot {
  readonly record: SnapshotRecord;
  /** Of a dry run. */
  readonly differences: readonly ForeseenDifference[];
}

/**
 * The one way in for snapshots of stock, whatever door they come by. Bytes are read as fast as they can be staged and no faster. Both throw what
 * reading throws, "overloaded" where too many are under way, and then say in the message under which id the record tells of it.
 */
export interface SnapshotTaker {
  take(order: SnapshotOrder, bytes: AsyncIterable<Uint8Array>): Promise<TakenSnapshot>;
  /** States anew what of an applied snapshot could not be taken. Throws "not-found", or "not-possible-now" with the reason. */
  mend(snapshotId: string, sending: SnapshotSending, bytes: AsyncIterable<Uint8Array>): Promise<TakenSnapshot>;
}

interface TakerOptions {
  readonly database: Database;
  readonly eventLog: EventLog;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly open: (bytes: AsyncIterable<Uint8Array>) => Promise<OpenedLines>;
}

/** Each has a session and a sort memory of its own, and PostgreSQL has two hands for them. */
const AT_ONCE = 4;
const TELL_EVERY_MS = 1000;

export function createSnapshotTaker(options: TakerOptions): SnapshotTaker {
  const { database, clock } = options;
  let underWay = 0;

  async function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    if (underWay >= AT_ONCE)
      throw new CrossdockError("overloaded", `${AT_ONCE} snapshots of stock are under way on this node already.`);
    underWay += 1;
    try {
      return await work();
    } finally {
      underWay -= 1;
    }
  }

  async function mend(snapshotId: string, sending: SnapshotSending, bytes: AsyncIterable<Uint8Array>) {
    const mended = await readSnapshot(database, snapshotId, clock.now());
    if (!mended) throw new CrossdockError("not-found", `There is no snapshot ${snapshotId}.`);
    if (mended.mends !== null)
      throw new CrossdockError("not-possible-now", `${snapshotId} mends ${mended.mends}: mend that one.`);
    if (mended.status !== "applied")
      throw new CrossdockError(
        "not-possible-now",
        `${snapshotId} is ${mended.status}; what was applied can be mended.`,
      );
    const { source, sequence, asOf, branches } = mended;
    const order = { ...sending, source, sequence, asOf, branches, missingPositions: "left-alone" } as const;
    return take(options, order, bytes, snapshotId);
  }

  return {
    take: (order, bytes) => inTurn(() => take(options, order, bytes)),
    mend: (snapshotId, sending, bytes) => inTurn(() => mend(snapshotId, sending, bytes)),
  };
}

async function take(
  options: TakerOptions,
  order: SnapshotOrder,
  bytes: AsyncIterable<Uint8Array>,
  mends?: string,
): Promise<TakenSnapshot> {
  const { database, clock } = options;
  const { dryRun, door, sentBy, bytesTotal, missingPositions, source, branches, sequence, asOf } = order;
  let bytesRead = 0;
  const incoming = counted(bytes, (length) => (bytesRead += length));
  const teller = beginTelling(options);
  try {
    const { header, lines, write } = await options.open(incoming);
    const work: SnapshotWork = {
      origin: { door, sentBy, header: header?.replaceAll("\0", "\uFFFD") ?? null, bytesTotal },
      write,
      bytesRead: () => bytesRead,
      onProgress: teller.hear,
      ...(dryRun ? { dryRun } : {}),
      ...(mends === undefined ? {} : { mends }),
    };
    const snapshot = { source, branches, sequence, asOf };
    const asAnnounced = checkedLength(lines, order.linesTotal);
    const taken = await takeStockSnapshot({ ...options, missingPositions }, snapshot, asAnnounced, work);
    const record = await readSnapshot(database, taken.snapshotId, clock.now());
    if (!record) throw new CrossdockError("internal", `The record of ${taken.snapshotId} is gone.`);
    return { record, differences: taken.differences };
  } catch (error) {
    throw namingIt(error, teller.snapshotId());
  } finally {
    // Of a repeat nothing more than the first line was read.
    await incoming.return(undefined);
    await teller.end();
  }
}

async function* counted(bytes: AsyncIterable<Uint8Array>, add: (length: number) => void): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    add(chunk.length);
    yield chunk;
  }
}

/** A list that was cut off where nobody noticed is told by its length. */
async function* checkedLength(
  lines: AsyncIterable<readonly StockLine[]>,
  linesTotal: number | undefined,
): AsyncGenerator<readonly StockLine[]> {
  let came = 0;
  for await (const block of lines) {
    came += block.length;
    yield block;
  }
  if (linesTotal === undefined || came === linesTotal) return;
  const fault = { path: "query lines", expected: `${linesTotal} lines of stock`, found: `${came}` };
  throw new CrossdockError(
    "invalid-document",
    `${came} lines came and ${linesTotal} were announced: nothing was taken.`,
    {
      faults: [fault],
    },
  );
}

/** Writes down every second how far it is. */
function beginTelling({ database, clock }: TakerOptions) {
  const over = new AbortController();
  const heard: { latest?: { readonly snapshotId: string; readonly progress: SnapshotProgress } } = {};
  async function tell(): Promise<void> {
    const { latest } = heard;
    // Where it cannot be written now, it is in a second.
    if (latest) await tellProgress(database, latest.snapshotId, latest.progress, clock.now()).catch(() => {});
  }
  const telling = (async () => {
    while (!over.signal.aborted) {
      await clock.sleep(TELL_EVERY_MS, over.signal);
      if (!over.signal.aborted) await tell();
    }
  })();
  return {
    hear: (snapshotId: string, progress: SnapshotProgress) => void (heard.latest = { snapshotId, progress }),
    snapshotId: () => heard.latest?.snapshotId ?? null,
    async end() {
      over.abort();
      await telling;
    },
  };
}

function namingIt(error: unknown, snapshotId: string | null): unknown {
  if (!(error instanceof CrossdockError) || snapshotId === null) return error;
  const { code, message, faults } = error;
  return new CrossdockError(code, `${message} It is recorded as ${snapshotId}.`, { faults, cause: error });
}
