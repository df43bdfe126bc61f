import { CrossdockError } from "#contracts";
import {
  beginSnapshot,
  breakOffSnapshot,
  endSnapshot,
  fillBackorders,
  isSnapshotKnown,
  keepRejects,
  leaveGaps,
  openSnapshotStaging,
  STAGING_PARTS,
  previewLevels,
  writeLevels,
  type Difference,
  type MissingPositions,
  type Position,
  type PreviewedLevel,
  type SnapshotCounts,
  type SnapshotOrigin,
  type SnapshotProgress,
  type SnapshotReading,
  type SnapshotStaging,
  type StagedPosition,
  type StockReject,
  type StockSnapshot,
} from "#domains";
import type { EventLog } from "#events";
import type { Clock, Database, Ids, Session } from "#platform";

/** A position as stated, or a line that could not be read as one; with its key, where that could be read. */
export type StockLine =
  | (StagedPosition & { readonly onHand: string })
  | (StockReject & { readonly key: { readonly sku: string; readonly branch: string } | null });

export interface SnapshotResult extends SnapshotCounts {
  readonly snapshotId: string;
  readonly outcome: "applied" | "repeated" | "compared";
  /** Of a dry run, the first positions that would be different. */
  readonly differences: readonly ForeseenDifference[];
  /** Why missing positions were left alone although the policy is to zero them. */
  readonly missingKeptBecause: string | null;
}

export interface ForeseenDifference extends PreviewedLevel {
  /** Null: the snapshot does not name it. */
  readonly line: number | null;
}

/** What else is asked of a snapshot. */
export interface SnapshotWork {
  readonly origin?: Omit<SnapshotOrigin, "missingPositions" | "isDryRun" | "mends">;
  /** Says what would change and how many of the first to name, and changes nothing. */
  readonly dryRun?: { readonly differencesMax: number };
  /** The applied snapshot, of the same sequence, of which it states anew what could not be taken. Says nothing of what it does not name. */
  readonly mends?: string;
  /** A position as its sender would write it: what is kept where it cannot be taken. */
  readonly write?: (position: StagedPosition) => string;
  readonly bytesRead?: () => number;
  /** Called whenever it is further, and once before all. */
  readonly onProgress?: (snapshotId: string, progress: SnapshotProgress) => void;
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
 * nothing, one that breaks off later is simply sent again. Throws what reading throws; the record says why it broke off.
 */
export async function takeStockSnapshot(
  options: SnapshotOptions,
  snapshot: StockSnapshot,
  lines: AsyncIterable<readonly StockLine[]>,
  work: SnapshotWork = {},
): Promise<SnapshotResult> {
  const sessions: Session[] = [];
  try {
    const parts = work.dryRun ? 1 : STAGING_PARTS;
    while (sessions.length < parts) sessions.push(await options.database.session());
    return await begin(sessions, options, snapshot, lines, work);
  } finally {
    await Promise.all(sessions.map((session) => session.close()));
  }
}

/** A snapshot under way. */
interface Run extends SnapshotOptions {
  readonly work: SnapshotWork;
  readonly snapshot: StockSnapshot;
  readonly snapshotId: string;
  readonly tell: (phase: SnapshotProgress["phase"], counts: SnapshotCounts) => void;
}

async function begin(
  sessions: readonly Session[],
  options: SnapshotOptions,
  snapshot: StockSnapshot,
  lines: AsyncIterable<readonly StockLine[]>,
  work: SnapshotWork,
): Promise<SnapshotResult> {
  const { database, clock, missingPositions } = options;
  const snapshotId = options.ids.next("snap");
  let progress: SnapshotProgress = { phase: "waiting", bytesRead: 0, counts: NOTHING };
  const tell: Run["tell"] = (phase, counts) => {
    progress = { phase, bytesRead: work.bytesRead?.() ?? 0, counts };
    work.onProgress?.(snapshotId, progress);
  };
  const asked = { missingPositions, isDryRun: work.dryRun !== undefined, mends: work.mends ?? null };
  await beginSnapshot(database, snapshotId, snapshot, { ...work.origin, ...asked }, clock.now());
  try {
    tell("waiting", NOTHING);
    return await takeOver(sessions, { ...options, work, snapshot, snapshotId, tell }, lines);
  } catch (error) {
    const why =
      error instanceof CrossdockError ? error.message : "Something broke that should not; it is in the hub's log.";
    // Where not even this can be written the record tells by its silence.
    await breakOffSnapshot(database, snapshotId, progress, why, clock.now()).catch(() => {});
    throw error;
  }
}

async function takeOver(
  sessions: readonly Session[],
  run: Run,
  lines: AsyncIterable<readonly StockLine[]>,
): Promise<SnapshotResult> {
  const { database, clock, snapshot, snapshotId, work, tell } = run;
  const staging = await openSnapshotStaging(sessions, snapshot, { takesDesk: work.dryRun === undefined });
  const isKnown = work.mends === undefined && (await isSnapshotKnown(database, snapshot));
  const staged = isKnown ? NOTHING_STAGED : await stageAll(run, staging, lines);
  const missingKeptBecause = run.missingPositions === "zero" && !isKnown ? whyMissingAreKept(staged, work) : null;
  const doesZero = run.missingPositions === "zero" && missingKeptBecause === null;
  // What mends a snapshot leaves its floor as it is.
  const setsFloor = work.dryRun === undefined && work.mends === undefined;
  const judgement = { doesZero, setsFloor, differences: [] };
  const read = { ...NOTHING, received: staged.received, rejected: staged.rejected };
  tell("applying", read);
  const counts = isKnown ? NOTHING : await applyDifferences(run, staging, judgement, read);
  const outcome = isKnown ? "repeated" : work.dryRun ? "compared" : "applied";
  const ending = { outcome, missingKeptBecause, bytesRead: work.bytesRead?.() ?? 0 } as const;
  await staging.transaction((tx) => endSnapshot(tx, snapshotId, snapshot, counts, ending, clock.now()));
  tell("applying", counts);
  return { snapshotId, outcome, ...counts, missingKeptBecause, differences: judgement.differences };
}

/** Null: nothing speaks against it that a position not named has no stock. */
function whyMissingAreKept({ received, unreadable }: Staged, { mends }: SnapshotWork): string | null {
  if (mends !== undefined) return "What mends a snapshot says nothing of the positions it does not name.";
  if (received === 0)
    return "The snapshot names no position at all: that is taken for a mistake, not for an empty house.";
  if (unreadable === 0) return null;
  return `${unreadable} lines do not tell which position they are of: none can be said to be missing.`;
}

interface Staged {
  readonly received: number;
  readonly rejected: number;
  /** Rejected lines whose position could not be read either. */
  readonly unreadable: number;
}
const NOTHING_STAGED: Staged = { received: 0, rejected: 0, unreadable: 0 };

async function stageAll(
  run: Run,
  staging: SnapshotStaging,
  lines: AsyncIterable<readonly StockLine[]>,
): Promise<Staged> {
  const { database, snapshotId, snapshot, work, tell } = run;
  let counted = NOTHING_STAGED;
  let before: Promise<void> = Promise.resolve();
  try {
    for await (const block of lines) {
      const { positions, rejects, unreadable } = sort(block, snapshot.branches, work);
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
      tell("reading", { ...NOTHING, received: counted.received, rejected: counted.rejected });
    }
  } finally {
    await before;
  }
  return counted;
}

/** Good lines, bad ones, and of the bad ones that name a position a row that says it was named. */
function sort(block: readonly StockLine[], branches: readonly string[] | null, { write = plainly }: SnapshotWork) {
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
      rejects.push({ line: line.line, reason, content: write(line) });
    } else positions.push(line);
  }
  return { positions, rejects, unreadable };
}

const plainly: NonNullable<SnapshotWork["write"]> = ({ sku, branch, onHand }) => `${sku} ${branch} ${onHand}`;

interface Judgement extends SnapshotReading {
  /** Filled by a dry run. */
  readonly differences: ForeseenDifference[];
}

async function applyDifferences(
  run: Run,
  staging: SnapshotStaging,
  judgement: Judgement,
  read: SnapshotCounts,
): Promise<SnapshotCounts> {
  await staging.compare(judgement);
  let counts = read;
  // Two parts at once: they have no position in common, and lock what else they need in the order everybody does.
  let before: Promise<SnapshotCounts> = Promise.resolve(NOTHING);
  try {
    for (;;) {
      const differences = await staging.next(LOCKED_AT_ONCE);
      const applied = differences.length === 0 ? null : applyPart(run, differences, judgement);
      applied?.catch(() => {});
      counts = together(counts, await before);
      if (!applied) return counts;
      run.tell("applying", counts);
      // A dry run names differences in their order, and so takes one batch after the other.
      before = run.work.dryRun ? Promise.resolve(await applied) : applied;
    }
  } finally {
    // What is under way ends before the desk is given up.
    await before.catch(() => NOTHING);
  }
}

async function applyPart(run: Run, differences: readonly Difference[], judgement: Judgement): Promise<SnapshotCounts> {
  const { taken, contradicted, unsaid, late, missing } = judge(differences, judgement.doesZero, run.work);
  await keepRejects(run.database, run.snapshotId, contradicted);
  if (judgement.setsFloor && unsaid.length > 0)
    await run.database.transaction((tx) => leaveGaps(tx, run.snapshot, unsaid), { retries: 5 });
  const { changed, dropped } = await (run.work.dryRun ? foresee(run, taken, judgement) : write(run, taken));
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

function judge(
  differences: readonly Difference[],
  doesZero: boolean,
  { mends, write: writeLine = plainly }: SnapshotWork,
) {
  const contradicted = differences.filter(({ isContradicted }) => isContradicted);
  const certain = differences.filter(({ isContradicted, isUnsaid }) => !isContradicted && !isUnsaid);
  // What became known after the snapshot was taken cannot be missing from it. What mends one is of the same sequence: writing tells what is late.
  const inTime = mends === undefined ? certain.filter(({ isLate }) => !isLate) : certain;
  return {
    contradicted: contradicted.map(({ level, line }) => ({
      line: line ?? 0,
      reason: "The position is stated more than once, with different quantities.",
      content: writeLine({ ...level, line: line ?? 0, inbound: JSON.stringify(level.inbound) }),
    })),
    late: mends === undefined ? certain.filter(({ isLate, isMissing }) => isLate && !isMissing).length : 0,
    unsaid: differences
      .filter(({ isContradicted, isUnsaid }) => isContradicted || isUnsaid)
      .map(({ level: { sku, branch } }) => ({ sku, branch })),
    missing: mends === undefined ? differences.filter(({ isLate, isMissing }) => isMissing && !isLate).length : 0,
    taken: inTime.filter(({ isMissing }) => doesZero || !isMissing),
  };
}

async function write(run: Run, taken: readonly Difference[]) {
  const { database, eventLog, clock, snapshot, work } = run;
  if (taken.length === 0) return { changed: 0, dropped: 0 };
  const levels = taken.map(({ level }) => level);
  const context = { source: snapshot.source, isCorrection: work.mends !== undefined };
  const applied = await database.transaction(
    async (tx) => {
      const written = await writeLevels(tx, levels, { ...context, now: clock.now() });
      await eventLog.append(tx, written.events);
      return written;
    },
    { retries: 5 },
  );
  if (applied.risen.length > 0) await fill(run, applied.risen);
  return applied;
}

/** What writing would have come to. */
async function foresee({ database, snapshot, work }: Run, taken: readonly Difference[], { differences }: Judgement) {
  const levels = taken.map(({ level }) => level);
  const foreseen = await previewLevels(database, levels, {
    source: snapshot.source,
    isCorrection: work.mends !== undefined,
  });
  const changed = foreseen.filter(({ isChanged }) => isChanged);
  const lineOf = new Map(taken.map(({ level, line }) => [`${level.sku}@${level.branch}`, line]));
  const left = (work.dryRun?.differencesMax ?? 0) - differences.length;
  for (const level of changed.slice(0, Math.max(0, left)))
    differences.push({ ...level, line: lineOf.get(`${level.sku}@${level.branch}`) ?? null });
  return { changed: changed.length, dropped: levels.length - foreseen.length };
}

/** In a transaction of its own, as after every page of a feed. Who is passed by when the node dies here is served by the feeds' next turn. */
async function fill({ database, eventLog }: SnapshotOptions, positions: readonly Position[]): Promise<void> {
  await database.transaction(async (tx) => eventLog.append(tx, await fillBackorders(tx, positions, {})), {
    retries: 5,
  });
}
