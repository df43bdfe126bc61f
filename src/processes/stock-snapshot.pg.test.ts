import { randomBytes } from "node:crypto";
import {
  applyMovements,
  applyStock,
  checkBooks,
  listSnapshots,
  readRejects,
  readSnapshot,
  type MissingPositions,
} from "#domains";
import { createEventLog } from "#events";
import { createIds, systemClock, type Database } from "#platform";
import { readStockLines } from "#systems";
import { sampleLevel, testDatabase } from "#testing";
import { beforeEach, expect, it, vi } from "vitest";
import { takeStockSnapshot, type SnapshotWork, type StockLine } from "./stock-snapshot.ts";

const database = await testDatabase();
const ids = createIds(systemClock, randomBytes);
const eventLog = createEventLog({ ids, clock: systemClock, source: "test", routes: [] });

/** In pieces that end in the middle of lines, as a network delivers them. */
async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < text.length; at += 7) yield Buffer.from(text.slice(at, at + 7));
}

interface More {
  readonly branches?: readonly string[];
  readonly missingPositions?: MissingPositions;
  readonly work?: SnapshotWork;
  readonly database?: Database;
}
const snapshot = (
  sequence: number,
  text: string,
  { branches, missingPositions = "left-alone", work, database: by = database }: More = {},
) =>
  takeStockSnapshot(
    { database: by, eventLog, clock: systemClock, ids, missingPositions },
    { source: "erp", branches: branches ?? null, sequence: String(sequence), asOf: new Date("2026-01-05T00:00:00Z") },
    readStockLines(bytesOf(text)),
    work,
  );
const csv = (...lines: readonly string[]) => ["sku,branch,onHand,safetyStock", ...lines].join("\n");

const move = (sequence: number, onHand: string) => {
  const level = sampleLevel({ sku: "A", onHand, sequence: String(sequence) });
  return database.transaction((tx) =>
    applyStock(tx, [level], { source: "erp", now: new Date("2026-01-05T00:00:00Z") }),
  );
};

const tellMoved = (sequence: number, sku: string, quantity: string) => {
  const moved = { movementId: `m${sequence}`, sequence: String(sequence), sku, branch: "ATL", quantity };
  const told = { ...moved, kind: "adjustment", occurredAt: "2026-01-05T00:00:00Z" } as const;
  return database.transaction((tx) => applyMovements(tx, [told], { source: "erp", now: new Date() }));
};

async function onHand(): Promise<Readonly<Record<string, string>>> {
  const rows = await database.query<{ key: string; quantity: string }>(
    `select sku || '@' || branch as key, trim_scale(on_hand)::text as quantity from inventory_positions order by 1`,
  );
  return Object.fromEntries(rows.map(({ key, quantity }) => [key, quantity]));
}
const eventsTold = async () =>
  (await database.query<{ subject: string }>("select subject from events order by subject")).map(
    ({ subject }) => subject,
  );

beforeEach(async () => {
  await database.query(
    "truncate inventory_positions, stock_movements, stock_issues, events, stock_floors, stock_snapshots, stock_rejects cascade",
  );
});

it("writes and tells only what a snapshot changes, and a repeated snapshot changes nothing", async () => {
  expect(await snapshot(1, csv("A,ATL,5,1", "B,ATL,7.50,0", "A,DAL,0,0"))).toMatchObject({ received: 3, changed: 3 });
  await database.query("truncate events cascade");
  const second = csv("A,DAL,0,0", '"A",ATL,5.0,1', "B,ATL,8,");
  expect(await snapshot(2, second)).toMatchObject({ outcome: "applied", received: 3, changed: 1, dropped: 0 });
  expect(await onHand()).toEqual({ "A@ATL": "5", "B@ATL": "8", "A@DAL": "0" });
  expect(await eventsTold()).toEqual(["B@ATL"]);
  expect(await snapshot(2, csv("A,ATL,99,1"))).toMatchObject({ outcome: "repeated", changed: 0 });
  expect(await snapshot(1, csv("A,ATL,99,1"))).toMatchObject({ outcome: "repeated", changed: 0 });
  expect(await onHand()).toMatchObject({ "A@ATL": "5" });
});

it("compares a position with its own line, whatever characters its key ends with", async () => {
  const skus = Array.from({ length: 0x7f - 0x21 }, (_, index) => `S${String.fromCodePoint(0x21 + index)}`);
  const stated = skus.flatMap((sku) => ["B1", "B2", "B-"].map((branch) => ({ sku, branch, onHand: "5" })));
  const ndjson = (lines: readonly object[]) => lines.map((line) => JSON.stringify(line)).join("\n");
  expect(await snapshot(1, ndjson(stated))).toMatchObject({ received: stated.length, changed: stated.length });
  await database.query("truncate events cascade");
  const again = stated
    .filter(({ sku, branch }) => !(sku === "Sa" && branch === "B1") && !(sku === "Sb" && branch === "B1"))
    .map((line) => (line.sku === "S~" ? { ...line, onHand: "6" } : line));
  const twice = [{ sku: "S1", branch: "B2", onHand: "7" }, ...again];
  expect(await snapshot(2, ndjson(twice), { missingPositions: "zero" })).toMatchObject({
    changed: 5,
    missing: 2,
    zeroed: 2,
    rejected: 1,
  });
  expect(await eventsTold()).toEqual(["S~@B-", "S~@B1", "S~@B2", "Sa@B1", "Sb@B1"].toSorted());
});

it("settles what left us and what moved since, where the figures alone look the same", async () => {
  await snapshot(1, csv("A,ATL,5,0", "B,ATL,5,0", "C,ATL,5,0"));
  await database.query("truncate events cascade");
  await database.query(
    `insert into stock_issues (fulfillment_order_id, reason, sku, branch, quantity, reference, issued_at, stated_sequence, posted_sequence)
     values ('ful_1', 'shipped', 'A', 'ATL', 2, 'shp_1', now(), 1, 9), ('ful_2', 'shipped', 'B', 'ATL', 2, 'shp_2', now(), 1, null)`,
  );
  await database.query("update inventory_positions set on_hand = 3 where sku in ('A', 'B')");
  const receipt = { movementId: "m", sku: "C", branch: "ATL", quantity: "1", kind: "receipt", sequence: "8" } as const;
  await database.transaction((tx) =>
    applyMovements(tx, [{ ...receipt, occurredAt: "2026-01-05T00:00:00Z" }], { source: "erp", now: new Date() }),
  );
  // A was posted before the snapshot and says what was known; B was not and says so; of C the movement is in it.
  expect(await snapshot(10, csv("A,ATL,3,0", "B,ATL,5,0", "C,ATL,6,0"))).toMatchObject({ changed: 0, dropped: 0 });
  expect(await onHand()).toEqual({ "A@ATL": "3", "B@ATL": "3", "C@ATL": "6" });
  expect(await eventsTold()).toEqual([]);
  expect(await database.query("select fulfillment_order_id as id from stock_issues")).toEqual([{ id: "ful_2" }]);
  expect((await checkBooks(database)).faults).toEqual([]);
});

it("counts what moved after it, though its figures and those known look the same, or nothing was there by both", async () => {
  await snapshot(1, csv("A,ATL,5,0", "B,ATL,5,0"));
  await tellMoved(12, "A", "1");
  await tellMoved(13, "B", "-5");
  expect(await onHand()).toEqual({ "A@ATL": "6", "B@ATL": "0" });
  expect(await snapshot(10, csv("A,ATL,6,0"), { missingPositions: "zero" })).toMatchObject({ changed: 2, zeroed: 1 });
  expect(await onHand()).toEqual({ "A@ATL": "7", "B@ATL": "-5" });
});

it("keeps what else its source tells waiting from its first line on, until it is the floor", async () => {
  await move(1, "5");
  const { promise: theRest, resolve: goOn } = Promise.withResolvers<void>();
  async function* slowly(): AsyncGenerator<readonly StockLine[]> {
    yield [{ line: 1, sku: "A", branch: "ATL", onHand: "5", safetyStock: null, inbound: null }];
    await theRest;
  }
  const { promise: isRead, resolve: told } = Promise.withResolvers<void>();
  const taking = takeStockSnapshot(
    { database, eventLog, clock: systemClock, ids, missingPositions: "left-alone" },
    { source: "erp", branches: null, sequence: "10", asOf: new Date("2026-01-05T00:00:00Z") },
    slowly(),
    { onProgress: (_id, { phase }) => void (phase === "reading" && told()) },
  );
  await isRead;
  const waiting = [tellMoved(8, "A", "2"), move(7, "9")];
  try {
    await vi.waitFor(async () => {
      const locks = await database.query(
        `select from pg_locks where locktype = 'advisory' and not granted
            and database = (select oid from pg_database where datname = current_database())`,
      );
      expect(locks).toHaveLength(waiting.length);
    });
  } finally {
    goOn();
  }
  await taking;
  expect(await Promise.all(waiting)).toMatchObject([{ late: 1 }, { dropped: 1 }]);
  expect(await onHand()).toEqual({ "A@ATL": "5" });
});

it("drops older movements even of positions where the snapshot saw no difference", async () => {
  await move(1, "5");
  await snapshot(10, csv("A,ATL,5,0"));
  for (const sequence of [7, 10]) expect(await move(sequence, "3")).toMatchObject({ changed: 0, dropped: 1 });
  expect(await move(11, "4")).toMatchObject({ changed: 1, dropped: 0 });
  expect(await snapshot(9, csv("A,ATL,9,0"), { branches: ["ATL"] })).toMatchObject({ outcome: "repeated" });
  expect(await onHand()).toEqual({ "A@ATL": "4" });
});

it("does not set back a position that is known newer than the snapshot", async () => {
  await move(20, "2");
  expect(await snapshot(10, csv("A,ATL,9,0", "B,ATL,1,0"))).toMatchObject({ changed: 1, dropped: 1 });
  expect(await onHand()).toEqual({ "A@ATL": "2", "B@ATL": "1" });
});

it("zeroes what a whole snapshot does not name, or leaves it alone, by policy; other branches are not spoken of", async () => {
  await snapshot(1, csv("A,ATL,5,0", "B,ATL,7,0", "B,DAL,3,0"));
  const left = await snapshot(2, csv("A,ATL,5,0"), { branches: ["ATL"] });
  expect(left).toMatchObject({ missing: 1, zeroed: 0, changed: 0 });
  const zeroed = await snapshot(3, csv("A,ATL,5,0"), { branches: ["ATL"], missingPositions: "zero" });
  expect(zeroed).toMatchObject({ missing: 1, zeroed: 1, changed: 1 });
  expect(await onHand()).toEqual({ "A@ATL": "5", "B@ATL": "0", "B@DAL": "3" });
});

it("keeps a bad line with its reason, takes the others, and never zeroes a position because its line was bad", async () => {
  await snapshot(1, csv("A,ATL,5,0", "B,ATL,7,0", "C,ATL,1,0", "D,ATL,2,0"));
  const result = await snapshot(2, csv("A,ATL,six,0", "B,ATL,8,0", "D,ATL,3,0", "D,ATL,4,0", "E,DAL,1,0"), {
    branches: ["ATL"],
    missingPositions: "zero",
  });
  expect(result).toMatchObject({ received: 5, changed: 2, zeroed: 1, rejected: 4, missingKeptBecause: null });
  expect(await onHand()).toEqual({ "A@ATL": "5", "B@ATL": "8", "C@ATL": "0", "D@ATL": "2" });
  expect(await readRejects(database, result.snapshotId)).toMatchObject([
    { line: 2, reason: 'onHand is "six"; it must be a decimal number with at most 6 places', content: "A,ATL,six,0" },
    { line: 4, reason: "The position is stated more than once, with different quantities." },
    { line: 5, reason: "The position is stated more than once, with different quantities." },
    { line: 6, reason: "The snapshot is of ATL; the line is of DAL." },
  ]);
});

it("zeroes nothing where a line does not tell its position, and says so", async () => {
  await snapshot(1, csv("A,ATL,5,0", "B,ATL,7,0"));
  const result = await snapshot(2, csv("A,ATL,5,0", "B"), { missingPositions: "zero" });
  expect(result).toMatchObject({ missing: 1, zeroed: 0, rejected: 1 });
  expect(result.missingKeptBecause).toMatch("1 lines do not tell");
  expect(await onHand()).toMatchObject({ "B@ATL": "7" });
});

it("changes nothing when it breaks off while it is read, and can be sent again", async () => {
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield* bytesOf(csv("A,ATL,5,0", ""));
    throw new Error("The connection was lost.");
  }
  const begin = { source: "erp", branches: null, sequence: "1", asOf: new Date("2026-01-05T00:00:00Z") };
  const options = { database, eventLog, clock: systemClock, ids, missingPositions: "zero" as const };
  await expect(takeStockSnapshot(options, begin, readStockLines(broken()))).rejects.toThrow("connection was lost");
  expect(await onHand()).toEqual({});
  expect(await listSnapshots(database, { before: null, source: null, limit: 9 }, new Date())).toMatchObject([
    { status: "broken-off", phase: null, failure: expect.stringContaining("should not"), endedAt: expect.any(Date) },
  ]);
  expect(await snapshot(1, csv("A,ATL,5,0"))).toMatchObject({ outcome: "applied", changed: 1 });
});

it("is no floor where the session that held the desk was lost after its last difference: older news may have slipped in", async () => {
  let opened = 0;
  const cutting: typeof database = {
    ...database,
    async session() {
      const session = await database.session();
      opened += 1;
      if (opened > 1) return session;
      return {
        ...session,
        async query<Row extends object>(
          statement: Parameters<typeof session.query>[0],
          parameters?: readonly unknown[],
        ) {
          const rows = await session.query<Row>(statement, parameters);
          const isLast = typeof statement === "string" && statement.startsWith("fetch") && rows.length === 0;
          if (isLast) {
            const [own] = await session.query<{ pid: number }>("select pg_backend_pid() as pid");
            await database.query("select pg_terminate_backend($1, 5000)", [own?.pid]);
          }
          return rows;
        },
      };
    },
  };
  await expect(snapshot(3, csv("A,ATL,5,1", "B,ATL,7,0"), { database: cutting })).rejects.toThrow();
  expect(await database.query("select * from stock_floors")).toEqual([]);
  const [record] = await listSnapshots(database, { before: null, source: null, limit: 1 }, new Date());
  expect(record).toMatchObject({ status: "broken-off" });
  // Sent again it is taken, and then it is the floor.
  expect(await snapshot(3, csv("A,ATL,5,1", "B,ATL,7,0"))).toMatchObject({ outcome: "applied", changed: 0 });
  expect(await database.query("select sequence::text from stock_floors")).toEqual([{ sequence: "3" }]);
});

it("says in a dry run what would change, exactly as it then does, and changes nothing", async () => {
  await snapshot(1, csv("A,ATL,5,0", "B,ATL,7,0", "C,ATL,1,0", "D,ATL,2,0"));
  await move(9, "4");
  await database.query("truncate events cascade");
  await database.query(
    `insert into stock_issues (fulfillment_order_id, reason, sku, branch, quantity, reference, issued_at, stated_sequence)
     values ('ful_1', 'shipped', 'D', 'ATL', 2, 'shp_1', now(), 1)`,
  );
  await database.query("update inventory_positions set on_hand = 0 where sku = 'D'");
  const before = await onHand();
  const text = csv("A,ATL,6,0", "B,ATL,8,1", "D,ATL,2,0", "E,ATL,3,0", "F,ATL,one,0", "G,ATL,1,0", "G,ATL,2,0");
  const zero = { missingPositions: "zero" } as const;
  const foreseen = await snapshot(5, text, { ...zero, work: { dryRun: { differencesMax: 2 } } });
  expect(foreseen).toMatchObject({ outcome: "compared", received: 7, changed: 3, rejected: 3, missing: 1, zeroed: 1 });
  expect(foreseen.dropped).toBe(1);
  expect(foreseen.differences).toEqual([
    {
      sku: "B",
      branch: "ATL",
      line: 3,
      isChanged: true,
      before: { onHand: "7", safetyStock: "0", inbound: [] },
      after: { onHand: "8", safetyStock: "1", inbound: [] },
    },
    {
      sku: "C",
      branch: "ATL",
      line: null,
      isChanged: true,
      before: { onHand: "1", safetyStock: "0", inbound: [] },
      after: { onHand: "0", safetyStock: "0", inbound: [] },
    },
  ]);
  expect([await onHand(), await eventsTold()]).toEqual([before, []]);
  expect(await readSnapshot(database, foreseen.snapshotId, new Date())).toMatchObject({
    status: "compared",
    isDryRun: true,
    changed: 3,
  });
  const { snapshotId: _id, outcome: _outcome, differences: _differences, ...counts } = foreseen;
  expect(await snapshot(5, text, zero)).toMatchObject({ outcome: "applied", ...counts });
  expect(await eventsTold()).toEqual(["B@ATL", "C@ATL", "E@ATL"]);
});

it("names the first differences of a dry run, however long its first part takes", async () => {
  let previews = 0;
  const query: typeof database.query = async (statement, parameters) => {
    const isFirst = typeof statement === "string" && statement.includes('"isChanged"') && (previews += 1) === 1;
    if (isFirst) await systemClock.sleep(100);
    return database.query(statement, parameters);
  };
  const text = csv(...Array.from({ length: 1200 }, (_, index) => `A-${String(index).padStart(4, "0")},ATL,1,0`));
  const { differences } = await takeStockSnapshot(
    { database: { ...database, query }, eventLog, clock: systemClock, ids, missingPositions: "left-alone" },
    { source: "erp", branches: null, sequence: "1", asOf: new Date("2026-01-05T00:00:00Z") },
    readStockLines(bytesOf(text)),
    { dryRun: { differencesMax: 2 } },
  );
  expect([previews, differences.map(({ sku }) => sku)]).toEqual([3, ["A-0000", "A-0001"]]);
});

it("takes what mends a snapshot at that snapshot's own sequence, and nothing that is known later", async () => {
  const first = await snapshot(5, csv("A,ATL,five,0", "B,ATL,x,0", "C,ATL,1,0"));
  await database.query(
    `update inventory_positions set source_sequence = 7, on_hand = 3, stated_on_hand = 3 where sku = 'C'`,
  );
  const later = { movementId: "m6", sku: "A", branch: "ATL", quantity: "-1", kind: "issue", sequence: "6" } as const;
  await database.transaction((tx) =>
    applyMovements(tx, [{ ...later, occurredAt: "2026-01-05T00:00:00Z" }], { source: "erp", now: new Date() }),
  );
  const mended = await snapshot(5, csv("A,ATL,5,0", "B,ATL,y,0", "C,ATL,9,0"), {
    missingPositions: "zero",
    work: { mends: first.snapshotId },
  });
  expect(mended).toMatchObject({ outcome: "applied", changed: 1, dropped: 1, rejected: 1, missing: 0 });
  expect(mended.missingKeptBecause).toContain("mends");
  expect(await onHand()).toEqual({ "A@ATL": "4", "C@ATL": "3" });
  expect(await readSnapshot(database, first.snapshotId, new Date())).toMatchObject({ mendedBy: [mended.snapshotId] });
});

it("zeroes nothing where a snapshot names nothing at all, and says so", async () => {
  await snapshot(1, csv("A,ATL,5,0"));
  const result = await snapshot(2, csv(), { missingPositions: "zero" });
  expect(result).toMatchObject({ missing: 1, zeroed: 0, missingKeptBecause: expect.stringContaining("no position") });
  expect(await onHand()).toEqual({ "A@ATL": "5" });
});

it("tells how far it is, and is taken for dead once nobody tells any more", async () => {
  const told: string[] = [];
  const { snapshotId } = await snapshot(1, csv("A,ATL,5,0", "B,ATL,x,0"), {
    work: {
      onProgress: (_id, { phase, counts: { received, changed } }) => told.push(`${phase} ${received} ${changed}`),
    },
  });
  expect(told).toEqual(["waiting 0 0", "reading 2 0", "applying 2 0", "applying 2 0", "applying 2 1"]);
  await database.query("update stock_snapshots set outcome = null, ended_at = null, told_at = now()");
  const statusIn = async (seconds: number) =>
    (await readSnapshot(database, snapshotId, new Date(Date.now() + seconds * 1000)))?.status;
  expect([await statusIn(5), await statusIn(45)]).toEqual(["running", "broken-off"]);
});

it("reads NDJSON with what is inbound, and says what is wrong with a line", async () => {
  const stated = { sku: "A\\1", branch: "ATL", onHand: "5", inbound: [{ expectedOn: "2026-02-01", quantity: "10" }] };
  const lines = [stated, { ...stated, inbound: [{ expectedOn: "2026-02-31", quantity: "1" }] }, { sku: "B" }];
  const result = await snapshot(1, [...lines.map((line) => JSON.stringify(line)), "{oops"].join("\r\n"));
  expect(result).toMatchObject({ received: 4, changed: 1, rejected: 3 });
  const known = await database.query<{ sku: string; inbound: unknown }>("select sku, inbound from inventory_positions");
  expect(known).toEqual([{ sku: stated.sku, inbound: stated.inbound }]);
  expect((await readRejects(database, result.snapshotId)).map(({ reason }) => reason)).toEqual([
    'inbound is expected on "2026-02-31", which is no day.',
    expect.stringContaining("branch"),
    "The line is not JSON.",
  ]);
});
