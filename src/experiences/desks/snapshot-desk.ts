import type { Fault } from "#contracts";
import { listSnapshots, readRejects, readSnapshot, type SnapshotRecord } from "#domains";
import type { Clock, Queryable } from "#platform";
import type { SnapshotOrder, SnapshotTaker } from "#processes";
import type { SnapshotDesk } from "../hub.ts";
import { refuse, strangerFault } from "./known-names.ts";

interface SnapshotDeskOptions {
  readonly database: Queryable;
  readonly clock: Clock;
  readonly taker: SnapshotTaker;
  /** Whose statements are taken: each has sequences of its own, and a misspelt one would take every position over. */
  readonly sources: readonly string[];
  readonly branches: readonly string[];
}

/** A sender's clock may be so far ahead. */
const AHEAD_MS = 5 * 60_000;
const REJECTS_AT_ONCE = 1000;

/** Snapshots of stock as the API serves them. */
export function createSnapshotDesk({ database, clock, taker, sources, branches }: SnapshotDeskOptions): SnapshotDesk {
  function check({ source, branches: spokenOf, asOf, door }: SnapshotOrder): void {
    const where = door === "folder" ? "the file's" : "query";
    const unknown = (spokenOf ?? []).flatMap((branch) =>
      strangerFault(`${where} branches`, "branches of ours", branch, branches),
    );
    refuse("The snapshot cannot be taken as it is asked for.", [
      ...strangerFault(`${where} source`, "a source of stock", source, sources),
      ...unknown,
      ...futureFault(`${where} asOf`, asOf),
    ]);
  }

  function futureFault(path: string, asOf: Date): readonly Fault[] {
    const isInstant = !Number.isNaN(asOf.getTime());
    if (isInstant && asOf.getTime() <= clock.now().getTime() + AHEAD_MS) return [];
    const found = isInstant ? asOf.toISOString() : "no day of the calendar";
    return [{ path, expected: "when the stock was so, which is past", found }];
  }

  return {
    async take(order, bytes) {
      check(order);
      return taker.take(order, bytes);
    },
    mend: (snapshotId, sending, bytes) => taker.mend(snapshotId, sending, bytes),
    list: (query) => listSnapshots(database, query, clock.now()),
    read: (snapshotId) => readSnapshot(database, snapshotId, clock.now()),
    rejects: (snapshotId, page) => readRejects(database, snapshotId, page),
    rejectedLines: (record) => rejectedLines(database, record),
  };
}

async function* rejectedLines(database: Queryable, { snapshotId, header }: SnapshotRecord): AsyncGenerator<string> {
  if (header !== null) yield `${header}\n`;
  for (let after = -1; ;) {
    const rejects = await readRejects(database, snapshotId, { after, limit: REJECTS_AT_ONCE });
    const last = rejects.at(-1);
    if (!last) return;
    yield rejects.map(({ content }) => `${content}\n`).join("");
    after = last.line;
  }
}
