import {
  beginSnapshot,
  endSnapshot,
  fillBackorders,
  isSnapshotKnown,
  keepRejects,
  openSnapshotStaging,
  STAGING_PARTS,
  writeLevels,
  type Difference,
  type Position,
  type SnapshotCounts,
  type SnapshotStaging,
  type StagedPosition,
  type StockReject,
  type StockSnapshot,
} from "#domains";
import type { EventLog } from "#events";
import type { Clock, Database, Ids, Session } from "#platform";

/** What becomes of a position that a snapshot does not name: nothing is there, or the snapshot says nothing of it. */
export type MissingPositions = "zero" | "left-alone";

/** A position as stated, or a line that could not be read as one; with its key, where that could be read. */
export type StockLine =
  | (StagedPosition & { readonly onHand: string })
  | (StockReject & { readonly key: { readonly sku: string; readonly branch: string } | null });

export interface SnapshotResult extends SnapshotCounts {
  readonly snapshotId: string;
  readonly outcome: "applied" | "repeated";
  /** Why missing positions were left alone although the policy is to zero them. */
  readonly missingKeptBecause: string | null;
}

interface SnapshotOptions {
  readonly database: Database;
  readonly eventLog: EventLog;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly missingPositions: MissingPositions;
}

/** How many positions are locked at once: orders for them wait for as long as these take to write, some ten milliseconds. */
const LOCKED_AT_ONCE = 500;
const NOTHING: SnapshotCounts = { received: 0, changed: 0, dropped: 0, rejected: 0, missing: 0, zeroed: 0 };

/**
 * Takes what a source states of its whole stock. Only what differs is written and told; a snapshot that breaks off while it is read changes
 * nothing, one that breaks off later is simply sent again. Throws what reading throws.
 */
export async function takeStockSnapshot(
  options: SnapshotOptions,
  snapshot: StockSnapshot,
  lines: AsyncIterable<readonly StockLine[]>,
): Promise<SnapshotResult> {
  const sessions: Session[] = [];
  try {
    while (sessions.length < STAGING_PARTS) sessions.push(await options.database.session());
    return await takeOver(sessions, options, snapshot, lines);
  } finally {
    await Promise.all(sessions.map((session) => session.close()));
  }
}

async function takeOver(
  sessions: readonly Session[],
  options: SnapshotOptions,
  snapshot: StockSnapshot,
  lines: AsyncIterable<readonly StockLine[]>,
): Promise<SnapshotResult> {
  const { database, clock, ids } = options;
  const snapshotId = ids.next("snap");
  const staging = await openSnapshotStaging(sessions, snapshot);
  await beginSnapshot(database, snapshotId, snapshot, clock.now());
  const isKnown = await isSnapshotKnown(database, snapshot);
  const staged = isKnown ? NOTHING_STAGED : await stageAll(database, staging, snapshotId, snapshot, lines);
  const doesZero = options.missingPositions === "zero" && staged.unreadable === 0;
  const applied = isKnown ? NOTHING : await applyDifferences(options, staging, snapshotId, snapshot, doesZero);
  const counts = { ...applied, received: staged.received, rejected: staged.rejected + applied.rejected };
  const outcome = isKnown ? "repeated" : "applied";
  await database.transaction((tx) => endSnapshot(tx, snapshotId, snapshot, counts, outcome, clock.now()));
  const missingKeptBecause =
    options.missingPositions === "zero" && !doesZero
      ? `${staged.unreadable} lines do not tell which position they are of: none can be said to be missing.`
      : null;
  return { snapshotId, outcome, ...counts, missingKeptBecause };
}

interface Staged {
  readonly received: number;
  readonly rejected: number;
  /** Rejected lines whose position could not be read either. */
  readonly unreadable: number;
}
const NOTHING_STAGED: Staged = { received: 0, rejected: 0, unreadable: 0 };

async function stageAll(
  database: Database,
  staging: SnapshotStaging,
  snapshotId: string,
  { branches }: StockSnapshot,
  lines: AsyncIterable<readonly StockLine[]>,
): Promise<Staged> {
  let counted = NOTHING_STAGED;
  let before: Promise<void> = Promise.resolve();
  try {
    for await (const block of lines) {
      const { positions, rejects, unreadable } = sort(block, branches);
      // PostgreSQL takes one block while the next is read and written out.
      const staged = staging.stage(positions);
      staged.catch(() => {});
      await before;
      before = staged;
      await keepRejects(database, snapshotId, rejects);
      counted = {
        received: counted.received + block.length,
        rejected: counted.rejected + rejects.length,
        unreadable: counted.unreadable + unreadable,
      };
    }
  } finally {
    await before;
  }
  return counted;
}

/** Good lines, bad ones, and of the bad ones that name a position a row that says it was named. */
function sort(block: readonly StockLine[], branches: readonly string[] | null) {
  const positions: StagedPosition[] = [];
  const rejects: StockReject[] = [];
  let unreadable = 0;
  const asked = branches === null ? null : new Set(branches);
  for (const line of block) {
    if ("reason" in line) {
      rejects.push({ line: line.line, reason: line.reason, content: line.content });
      if (line.key === null) unreadable += 1;
      else positions.push({ line: line.line, ...line.key, onHand: null, safetyStock: null, inbound: null });
    } else if (asked && !asked.has(line.branch)) {
      const reason = `The snapshot is of ${[...asked].join(", ")}; the line is of ${line.branch}.`;
      rejects.push({ line: line.line, reason, content: `${line.sku} ${line.branch} ${line.onHand}` });
    } else positions.push(line);
  }
  return { positions, rejects, unreadable };
}

async function applyDifferences(
  options: SnapshotOptions,
  staging: SnapshotStaging,
  snapshotId: string,
  snapshot: StockSnapshot,
  doesZero: boolean,
): Promise<SnapshotCounts> {
  await staging.compare();
  let counts = NOTHING;
  // Two parts at once: they have no position in common, and lock what else they need in the order everybody does.
  let before: Promise<SnapshotCounts> = Promise.resolve(NOTHING);
  try {
    for (;;) {
      const differences = await staging.next(LOCKED_AT_ONCE);
      const applied = differences.length === 0 ? null : applyPart(options, differences, snapshotId, snapshot, doesZero);
      applied?.catch(() => {});
      counts = together(counts, await before);
      if (!applied) return counts;
      before = applied;
    }
  } finally {
    // What is under way ends before the desk is given up.
    await before.catch(() => NOTHING);
  }
}

async function applyPart(
  options: SnapshotOptions,
  differences: readonly Difference[],
  snapshotId: string,
  snapshot: StockSnapshot,
  doesZero: boolean,
): Promise<SnapshotCounts> {
  const { taken, contradicted, late, missing } = judge(differences, doesZero);
  await keepRejects(options.database, snapshotId, contradicted);
  const { changed, dropped } = await write(options, snapshot, taken);
  const zeroed = taken.filter(({ isMissing }) => isMissing).length;
  return { received: 0, changed, dropped: late + dropped, rejected: contradicted.length, missing, zeroed };
}

const together = (a: SnapshotCounts, b: SnapshotCounts): SnapshotCounts => ({
  received: a.received + b.received,
  changed: a.changed + b.changed,
  dropped: a.dropped + b.dropped,
  rejected: a.rejected + b.rejected,
  missing: a.missing + b.missing,
  zeroed: a.zeroed + b.zeroed,
});

function judge(differences: readonly Difference[], doesZero: boolean) {
  const contradicted = differences.filter(({ isContradicted }) => isContradicted);
  const certain = differences.filter(({ isContradicted }) => !isContradicted);
  // What became known after the snapshot was taken cannot be missing from it.
  const inTime = certain.filter(({ isLate }) => !isLate);
  return {
    contradicted: contradicted.map(({ level, line }) => ({
      line: line ?? 0,
      reason: "The position is stated more than once, with different quantities.",
      content: `${level.sku} ${level.branch} ${level.onHand}`,
    })),
    late: certain.filter(({ isLate, isMissing }) => isLate && !isMissing).length,
    missing: inTime.filter(({ isMissing }) => isMissing).length,
    taken: inTime.filter(({ isMissing }) => doesZero || !isMissing),
  };
}

async function write(options: SnapshotOptions, { source }: StockSnapshot, taken: readonly Difference[]) {
  const { database, eventLog, clock } = options;
  if (taken.length === 0) return { changed: 0, dropped: 0 };
  const levels = taken.map(({ level }) => level);
  const applied = await database.transaction(
    async (tx) => {
      const written = await writeLevels(tx, levels, { source, now: clock.now() });
      await eventLog.append(tx, written.events);
      return written;
    },
    { retries: 5 },
  );
  if (applied.risen.length > 0) await fill(options, applied.risen);
  return applied;
}

/** In a transaction of its own, as after every page of a feed. Who is passed by when the node dies here is served by the feeds' next turn. */
async function fill({ database, eventLog }: SnapshotOptions, positions: readonly Position[]): Promise<void> {
  await database.transaction(async (tx) => eventLog.append(tx, await fillBackorders(tx, positions, {})), {
    retries: 5,
  });
}
