import { randomBytes } from "node:crypto";
import { applyMovements, applyStock, type MissingPositions, type StockMovement } from "#domains";
import { createEventLog } from "#events";
import { createIds, systemClock } from "#platform";
import { testDatabase } from "#testing";
import fc from "fast-check";
import { beforeEach, expect, it } from "vitest";
import { takeStockSnapshot, type StockLine } from "./stock-snapshot.ts";

const database = await testDatabase();
const ids = createIds(systemClock, randomBytes);
const eventLog = createEventLog({ ids, clock: systemClock, source: "test", routes: [] });
const now = new Date("2026-01-05T00:00:00Z");

interface More {
  readonly source?: string;
  readonly branches?: readonly string[];
  readonly missingPositions?: MissingPositions;
  readonly mends?: string;
  readonly isDryRun?: boolean;
}

/** A line says `A@ATL 5`; of a bad one the quantity is a question mark, and one that is nothing else does not even tell its position. */
function lineOf(text: string, index: number): StockLine {
  const [key = "", onHand = "?"] = text.split(" ");
  const [sku = "", branch = ""] = key.split("@");
  const line = index + 1;
  if (onHand !== "?") return { line, sku, branch, onHand, safetyStock: null, inbound: null };
  return { line, reason: "It cannot be read.", content: text, key: key === "?" ? null : { sku, branch } };
}

async function* inOneBlock(lines: readonly string[]) {
  if (lines.length > 0) yield lines.map(lineOf);
}

const snapshot = (sequence: number, lines: readonly string[], more: More = {}) => {
  const { source = "erp", branches = null, missingPositions = "left-alone", mends, isDryRun = false } = more;
  return takeStockSnapshot(
    { database, eventLog, clock: systemClock, ids, missingPositions },
    { source, branches, sequence: String(sequence), asOf: now },
    inOneBlock(lines),
    { ...(mends === undefined ? {} : { mends }), ...(isDryRun && { dryRun: { differencesMax: 9 } }) },
  );
};

const level = (sequence: number, text: string, source = "erp") => {
  const [key = "", onHand = ""] = text.split(" ");
  const [sku = "", branch = ""] = key.split("@");
  const stated = { sku, branch, onHand, safetyStock: "0", inbound: [], sequence: String(sequence) };
  return database.transaction((tx) => applyStock(tx, [{ ...stated, asOf: now.toISOString() }], { source, now }));
};

const movement = (sequence: number, text: string, source = "erp", more: Partial<StockMovement> = {}) => {
  const [key = "", quantity = ""] = text.split(" ");
  const [sku = "", branch = ""] = key.split("@");
  const moved = {
    movementId: `m${sequence}`,
    sequence: String(sequence),
    sku,
    branch,
    quantity,
    kind: "receipt" as const,
    ...more,
  };
  return database.transaction((tx) =>
    applyMovements(tx, [{ ...moved, occurredAt: now.toISOString() }], { source, now }),
  );
};

async function onHand(): Promise<Readonly<Record<string, number>>> {
  const rows = await database.query<{ key: string; quantity: number }>(
    `select sku || '@' || branch as key, on_hand::float8 as quantity from inventory_positions order by 1`,
  );
  return Object.fromEntries(rows.map(({ key, quantity }) => [key, quantity]));
}
const gaps = async () =>
  (
    await database.query<{ key: string }>(
      `select sku || '@' || branch as key from inventory_positions where own_floor is not null order by 1`,
    )
  ).map(({ key }) => key);

const clear = () =>
  database.query(
    "truncate inventory_positions, stock_movements, stock_issues, events, stock_floors, stock_snapshots, stock_rejects cascade",
  );
beforeEach(clear);

interface Unsaid extends More {
  readonly said: string;
  readonly lines: readonly string[];
}
it.each([
  { said: "a bad line", lines: ["A@ATL ?", "B@ATL 5"] },
  { said: "a bad line in a snapshot that zeroes", lines: ["A@ATL ?", "B@ATL 5"], missingPositions: "zero" },
  { said: "two quantities", lines: ["A@ATL 6", "A@ATL 7", "B@ATL 5"] },
  { said: "two bad things", lines: ["A@ATL ?", "A@ATL ?", "B@ATL ?", "B@ATL 5"] },
  { said: "nothing", lines: ["B@ATL 5"] },
  { said: "perhaps a line that tells no position", lines: ["? ?", "B@ATL 5"], missingPositions: "zero" },
] satisfies readonly Unsaid[])(
  "a snapshot that says of a position $said makes nothing late of what came before it",
  async ({ lines, ...more }: Unsaid) => {
    await level(1, "A@ATL 5");
    await level(1, "B@ATL 5");
    expect(await snapshot(10, lines, more)).toMatchObject({ outcome: "applied", changed: 0 });
    expect(await movement(8, "A@ATL 2")).toMatchObject({ late: 0, changed: 1 });
    expect(await movement(9, "B@ATL 2")).toMatchObject({ late: 1, changed: 0 });
    expect(await level(7, "A@ATL 6")).toMatchObject({ dropped: 0 });
    expect(await level(6, "B@ATL 6")).toMatchObject({ dropped: 1 });
    expect(await onHand()).toEqual({ "A@ATL": 8, "B@ATL": 5 });
    expect(await gaps()).toEqual(["A@ATL"]);
  },
);

it("what was said of a position before stays its floor, until it is named again", async () => {
  await level(1, "A@ATL 5");
  await snapshot(10, ["A@ATL 5"]);
  await snapshot(20, ["A@ATL ?"]);
  await snapshot(30, []);
  expect(await movement(9, "A@ATL 2")).toMatchObject({ late: 1 });
  expect(await movement(11, "A@ATL 2")).toMatchObject({ late: 0 });
  expect(await snapshot(40, ["A@ATL 7"])).toMatchObject({ changed: 0 });
  expect(await gaps()).toEqual([]);
  expect(await movement(31, "A@ATL 2")).toMatchObject({ late: 1 });
  expect(await onHand()).toEqual({ "A@ATL": 7 });
});

it("a position with nothing on hand is said to have nothing by a snapshot that zeroes, and left alone by another", async () => {
  await level(1, "A@ATL 0");
  await level(1, "B@ATL 1");
  await snapshot(10, ["B@ATL 1"]);
  expect(await movement(9, "A@ATL 2")).toMatchObject({ late: 0 });
  await snapshot(20, ["B@ATL 1"], { missingPositions: "zero" });
  expect(await movement(19, "A@ATL 2")).toMatchObject({ late: 1 });
  expect([await onHand(), await gaps()]).toEqual([{ "A@ATL": 0, "B@ATL": 1 }, []]);
  await snapshot(30, ["B@ATL 1"]);
  await snapshot(40, ["B@ATL 1"], { missingPositions: "zero" });
  expect(await movement(39, "A@ATL 2")).toMatchObject({ late: 1 });
  expect(await gaps()).toEqual([]);
});

it("a mended line is said at its snapshot's sequence, also where a later snapshot says nothing of it", async () => {
  await level(1, "A@ATL 5");
  await level(1, "B@ATL 5");
  const { snapshotId } = await snapshot(10, ["A@ATL ?", "B@ATL ?"]);
  await snapshot(20, []);
  await snapshot(10, ["A@ATL 5", "B@ATL ?"], { mends: snapshotId });
  expect(await movement(9, "A@ATL 2")).toMatchObject({ late: 1 });
  expect(await movement(8, "B@ATL 2")).toMatchObject({ late: 0 });
  expect(await movement(19, "A@ATL 1")).toMatchObject({ late: 0 });
  expect(await onHand()).toEqual({ "A@ATL": 6, "B@ATL": 7 });
});

it("one source's silence is no other's, nor is one branch's", async () => {
  await level(1, "A@ATL 5");
  await level(1, "A@DAL 5");
  await level(1, "C@ATL 5", "wms");
  await snapshot(10, ["A@ATL ?"], { branches: ["ATL"] });
  await snapshot(12, [], { source: "wms", branches: ["ATL"] });
  expect(await gaps()).toEqual(["A@ATL", "C@ATL"]);
  expect(await movement(9, "A@ATL 1")).toMatchObject({ late: 0 });
  expect(await movement(8, "C@ATL 1", "wms")).toMatchObject({ late: 0 });
  await snapshot(20, ["A@ATL 6", "A@DAL 5"]);
  expect(await gaps()).toEqual(["C@ATL"]);
  expect(await movement(19, "A@ATL 1")).toMatchObject({ late: 1 });
  expect(await movement(11, "C@ATL 1", "wms")).toMatchObject({ late: 0 });
  expect(await onHand()).toEqual({ "A@ATL": 6, "A@DAL": 5, "C@ATL": 7 });
});

it("writes nothing of positions it finds as they are, nor again of those it leaves alone", async () => {
  for (const key of ["A@ATL", "B@ATL", "C@ATL"]) await level(1, `${key} 5`);
  const written = async () =>
    Object.fromEntries(
      (await database.query<{ sku: string; xmin: string }>("select sku, xmin::text from inventory_positions")).map(
        ({ sku, xmin }) => [sku, xmin],
      ),
    );
  const before = await written();
  await snapshot(10, ["A@ATL 5", "B@ATL 5"]);
  const after = await written();
  expect(after).toEqual({ ...before, C: expect.not.stringMatching(`^${before["C"]}$`) });
  await snapshot(20, ["A@ATL 5", "B@ATL 5"]);
  await snapshot(30, ["A@ATL 5", "B@ATL 5", "C@ATL ?"]);
  expect(await written()).toEqual(after);
});

it("a dry run, and what mends a snapshot, leave every floor as it is", async () => {
  await level(1, "A@ATL 5");
  await level(1, "B@ATL 5");
  await snapshot(5, ["A@ATL 6"], { isDryRun: true });
  expect(await gaps()).toEqual([]);
  const { snapshotId } = await snapshot(10, ["A@ATL ?", "B@ATL 5"]);
  await snapshot(10, ["A@ATL 5"], { mends: snapshotId });
  expect(await gaps()).toEqual([]);
  expect(await movement(9, "B@ATL 2")).toMatchObject({ late: 1 });
});

it("goods that left stay off the shelf when their posting comes after a snapshot that says nothing of them", async () => {
  await level(1, "A@ATL 10");
  await database.query(
    `insert into stock_issues (fulfillment_order_id, reason, sku, branch, quantity, reference, issued_at, stated_sequence)
     values ('ful_1', 'shipped', 'A', 'ATL', 4, 'shp_1', now(), 1)`,
  );
  await database.query("update inventory_positions set on_hand = 6");
  await snapshot(10, ["A@ATL ?"]);
  await movement(8, "A@ATL -4", "erp", { kind: "issue", reference: "shp_1" });
  expect(await onHand()).toEqual({ "A@ATL": 6 });
});

it("a gap is its position's owner's: who takes the position over has his own floor", async () => {
  await level(1, "A@ATL 5");
  await snapshot(10, ["A@ATL ?"]);
  await level(11, "A@ATL 3", "wms");
  expect(await gaps()).toEqual([]);
  expect(await level(9, "A@ATL 4")).toMatchObject({ dropped: 1 });
  await snapshot(20, ["A@ATL ?"]);
  await snapshot(30, ["A@ATL 6", "A@ATL 7"]);
  expect(await gaps()).toEqual([]);
  expect(await onHand()).toEqual({ "A@ATL": 3 });
});

it("of a position nobody stated yet nothing from before a snapshot is news, whatever it says of it", async () => {
  await snapshot(10, ["A@ATL 6", "A@ATL 7", "B@ATL ?"]);
  await snapshot(20, ["C@ATL 1"], { missingPositions: "zero" });
  expect(await level(15, "A@ATL 7")).toMatchObject({ dropped: 1 });
  expect(await movement(16, "B@ATL 2")).toMatchObject({ late: 1 });
  await level(21, "B@ATL 5");
  expect(await onHand()).toEqual({ "B@ATL": 5, "C@ATL": 1 });
});

/** A source that numbers all that happens to its stock, and may say any of it at any time, once or more often. */
const keys = ["A@ATL", "B@ATL", "A@DAL"];
const CHANGES = 8;
const quantitiesAt = (changes: readonly Change[], sequence: number, key: string) =>
  changes.slice(0, sequence).reduce((sum, change) => (change.key === key ? sum + change.quantity : sum), 0);

interface Change {
  readonly key: string;
  readonly quantity: number;
}
const anyKey = fc.constantFrom(...keys);
const sequence = fc.integer({ min: 1, max: CHANGES });
const sayings = fc.oneof(
  fc.record({ kind: fc.constant("level" as const), sequence, key: anyKey }),
  fc.record({ kind: fc.constant("movement" as const), sequence }),
  fc.record({
    kind: fc.constant("snapshot" as const),
    sequence,
    branches: fc.constantFrom(null, ["ATL"], ["DAL"]),
    doesZero: fc.boolean(),
    named: fc.array(anyKey, { maxLength: 4 }),
    bad: fc.array(anyKey, { maxLength: 2 }),
    badAsWell: fc.array(anyKey, { maxLength: 1 }),
    hasUnreadable: fc.boolean(),
  }),
);
type Saying = typeof sayings extends fc.Arbitrary<infer One> ? One : never;

/** Whoever heard all of it knows of each position what was stated last, and what moved since. */
function createListener(changes: readonly Change[]) {
  const statedAt = new Map<string, number>();
  const spokenOfAt = new Map<string, number>();
  const moved = new Map<number, Change>();
  return {
    hearStated: (key: string, at: number) => {
      if (at > (statedAt.get(key) ?? spokenOfAt.get(key) ?? 0)) statedAt.set(key, at);
    },
    /** By a snapshot that does not tell what there is: perhaps it says by that that there is nothing. */
    hearNothing: (key: string, at: number, isNothingThere: boolean) => {
      const heard = statedAt.has(key) ? statedAt : spokenOfAt;
      if (heard === spokenOfAt || isNothingThere) heard.set(key, Math.max(at, heard.get(key) ?? 0));
    },
    hearMoved: (at: number, change: Change) => void moved.set(at, change),
    onHand: () =>
      Object.fromEntries(
        [...statedAt].map(([key, at]) => {
          const since = [...moved].filter(([later, change]) => later > at && change.key === key);
          return [key, since.reduce((sum, [, { quantity }]) => sum + quantity, quantitiesAt(changes, at, key))];
        }),
      ),
  };
}

async function say(saying: Saying, changes: readonly Change[], listener: ReturnType<typeof createListener>) {
  const at = saying.sequence;
  if (saying.kind === "level") {
    await level(at, `${saying.key} ${quantitiesAt(changes, at, saying.key)}`);
    return listener.hearStated(saying.key, at);
  }
  if (saying.kind === "movement") {
    const change = changes[at - 1];
    if (!change) return undefined;
    await movement(at, `${change.key} ${change.quantity}`);
    return listener.hearMoved(at, change);
  }
  const { branches, hasUnreadable } = saying;
  const spokenOf = keys.filter((key) => branches?.some((branch) => key.endsWith(branch)) ?? true);
  const bad = saying.bad.filter((key) => spokenOf.includes(key));
  const holds = (key: string) => quantitiesAt(changes, at, key);
  const named = spokenOf.filter((key) => saying.named.includes(key) || (saying.doesZero && holds(key) !== 0));
  const good = named.filter((key) => !bad.includes(key));
  const badLines = [...bad, ...saying.badAsWell.filter((key) => good.includes(key))].map((key) => `${key} ?`);
  const lines = [...good.map((key) => `${key} ${holds(key)}`), ...badLines];
  const { outcome, missingKeptBecause } = await snapshot(at, hasUnreadable ? [...lines, "? ?"] : lines, {
    ...(branches ? { branches } : {}),
    missingPositions: saying.doesZero ? "zero" : "left-alone",
  });
  if (outcome === "repeated") return undefined;
  for (const key of good) listener.hearStated(key, at);
  const zeroes = saying.doesZero && missingKeptBecause === null;
  for (const key of spokenOf) if (!good.includes(key)) listener.hearNothing(key, at, zeroes && !bad.includes(key));
  return undefined;
}

it("in whatever order a source says what, each position is what was stated of it last, and what moved since", async () => {
  const change = fc.record({ key: anyKey, quantity: fc.constantFrom(-1, 1, 2) });
  const changes = fc.array(change, { minLength: CHANGES, maxLength: CHANGES });
  await fc.assert(
    fc.asyncProperty(changes, fc.array(sayings, { maxLength: 12, size: "max" }), async (history, story) => {
      await clear();
      const listener = createListener(history);
      for (const saying of story) {
        await say(saying, history, listener);
        expect(await onHand()).toEqual(listener.onHand());
      }
    }),
    { numRuns: 30, interruptAfterTimeLimit: 40_000 },
  );
});
