import fc from "fast-check";
import {
  applyMovements,
  applyStock,
  fillBackorders,
  type AppliedMovements,
  type AppliedStock,
  type Position,
  type StockLevel,
} from "#domains";
import type { Transaction } from "#platform";
import { takeStockSnapshot, type SnapshotResult, type StockLine } from "#processes";
import { branches, items, type Branch, type Item } from "../catalog.ts";
import { movementOf, type Entry } from "../owner.ts";
import type { Node, Trade } from "../trade.ts";
import { kind, oneOf } from "./action.ts";

const itemNames = Object.keys(items) as Item[];
/** Mostly what everybody wants. */
const anyItem = fc.constantFrom<Item>("ELBOW", "ELBOW", "TEE", "TEE", "PIPE", ...itemNames);
const anyBranch = fc.constantFrom(...branches);
const source = "erp";

/** As the feeds take what they read: the news in one transaction, whoever waits for what came in the next. */
async function take<Applied extends Pick<AppliedStock | AppliedMovements, "events" | "risen">>(
  { database, eventLog, within }: Node,
  apply: (tx: Transaction) => Promise<Applied>,
): Promise<Applied> {
  const applied = await database.transaction(
    async (tx) => {
      const applied = await apply(tx);
      await eventLog.append(tx, applied.events);
      return applied;
    },
    { retries: 5 },
  );
  await within((tx) => fillBackorders(tx, applied.risen));
  return applied;
}

/** What the owner's books said of these positions after an entry of theirs. Answers how many were no news. */
export async function tellLevels(
  trade: Trade,
  node: Node,
  positions: readonly Position[],
  sequence = trade.owner.sequence(),
): Promise<number> {
  const levels = positions.map(({ sku, branch }) => trade.owner.levelOf(sku, branch, sequence));
  const { dropped } = await take(node, (tx) => applyStock(tx, levels, { source, now: trade.now() }));
  trade.model?.levelsTold(positions.map((position) => ({ ...position, sequence })));
  return dropped;
}

async function tellMovements(trade: Trade, node: Node, entries: readonly Entry[]): Promise<number> {
  const { dropped } = await take(node, (tx) =>
    applyMovements(tx, entries.map(movementOf), { source, now: trade.now() }),
  );
  for (const entry of entries) trade.model?.movementTold(entry);
  return dropped;
}

interface Telling {
  readonly isWhole: boolean;
  readonly branch: Branch;
  /** What is not there is not named. */
  readonly isBrief: boolean;
  /** What is not named is not there; otherwise nothing is said of it. */
  readonly doesZero: boolean;
  readonly spoilt: readonly Spoilt[];
  /** There is a line of which nobody knows what it is about. */
  readonly isTorn: boolean;
}

/** A position that is named, and of which nothing is known by that; unless a good line stands beside the bad one. */
interface Spoilt {
  readonly item: Item;
  readonly branch: Branch;
  readonly how: "bad line" | "two quantities" | "bad line beside the good one";
}
const isSaid = (how: Spoilt["how"] | "named" | "not named") =>
  how === "named" || how === "bad line beside the good one";

export const everything: Telling = {
  isWhole: true,
  branch: "ATL",
  isBrief: false,
  doesZero: true,
  spoilt: [],
  isTorn: false,
};

/** Everything the owner has, or everything at a branch. */
export async function tellSnapshot(
  trade: Trade,
  node: Node,
  { isWhole, branch, isBrief, doesZero, spoilt, isTorn }: Telling,
  sequence = trade.owner.sequence(),
): Promise<SnapshotResult> {
  const { owner, now } = trade;
  const asked = isWhole ? branches : [branch];
  const levels = asked.flatMap((one) => itemNames.map((sku) => owner.levelOf(sku, one, sequence)));
  const howIs = ({ sku, branch: where }: Position) =>
    spoilt.find((one) => one.item === sku && one.branch === where)?.how ??
    (levels.some((level) => level.sku === sku && level.branch === where && isBrief && level.onHand === "0")
      ? "not named"
      : "named");
  const lines = levels.flatMap((level) => linesOf(level, howIs(level)));
  if (isTorn) lines.push({ line: 0, reason: "It was torn off.", content: "", key: null });
  const snapshot = { source, branches: isWhole ? null : asked, sequence: String(sequence), asOf: owner.asOf(sequence) };
  const { database, eventLog, ids } = node;
  const result = await takeStockSnapshot(
    {
      database,
      eventLog,
      ids,
      clock: { now, sleep: () => Promise.resolve() },
      missingPositions: doesZero ? "zero" : "left-alone",
    },
    snapshot,
    inBlocks(lines.map((line, index) => ({ ...line, line: index + 1 }))),
  );
  trade.model?.snapshotTold(snapshot, sequence, {
    named: levels.filter((level) => isSaid(howIs(level))),
    empty: doesZero && !isTorn && lines.length > 0 ? levels.filter((level) => howIs(level) === "not named") : [],
  });
  return result;
}

function linesOf({ sku, branch, onHand }: StockLevel, how: Spoilt["how"] | "named" | "not named"): StockLine[] {
  const good = { line: 0, sku, branch, onHand, safetyStock: null, inbound: null };
  if (how === "named") return [good];
  if (how === "two quantities") return [good, { ...good, onHand: `${onHand}.5` }];
  const bad = { line: 0, reason: "Its quantity cannot be read.", content: "", key: { sku, branch } };
  if (how === "bad line beside the good one") return [good, bad];
  return how === "bad line" ? [bad] : [];
}

async function* inBlocks<Line>(lines: readonly Line[]): AsyncGenerator<readonly Line[]> {
  const half = Math.ceil(lines.length / 2);
  for (const block of [lines.slice(0, half), lines.slice(half)]) if (block.length > 0) yield block;
}

/** How a change reaches us: by itself, twice, with the level it makes, or not until something else tells of it. */
export const anyWay = fc.constantFrom("told", "told", "told twice", "stated", "not told yet");

export async function hear(trade: Trade, node: Node, entries: readonly Entry[], way: string): Promise<string> {
  if (way === "stated") await tellLevels(trade, node, entries);
  if (way.startsWith("told")) await tellMovements(trade, node, entries);
  if (way === "told twice") {
    const dropped = await tellMovements(trade, node, entries);
    if (dropped !== entries.length)
      trade.violations.push(`${dropped} of ${entries.length} repeated movements were dropped`);
  }
  return way;
}

interface Receipt {
  readonly item: Item;
  readonly branch: Branch;
  readonly quantity: number;
}
export async function receive(
  trade: Trade,
  node: Node,
  { item, branch, quantity }: Receipt,
  way = "stated",
): Promise<string> {
  const entry = trade.owner.changes({ sku: item, branch, quantity, kind: "receipt" });
  return `${branch} receives ${quantity} ${item}, ${await hear(trade, node, [entry], way)}`;
}
const receipt = kind(
  6,
  fc.record({ item: anyItem, branch: anyBranch, quantity: fc.integer({ min: 1, max: 30 }), way: anyWay }),
  async (trade, node, { way, ...goods }) => receive(trade, node, goods, way),
);

/** So much is there, of some items of a branch at once: the owner adjusts his books by what is missing or too many. */
const count = kind(
  4,
  fc.record({
    branch: anyBranch,
    counts: fc.uniqueArray(fc.record({ item: anyItem, onHand: fc.integer({ min: 0, max: 40 }) }), {
      selector: ({ item }) => item,
      minLength: 1,
      maxLength: 3,
    }),
    way: anyWay,
  }),
  async (trade, node, { branch, counts, way }) => {
    const { owner } = trade;
    const entries = counts.map(({ item, onHand }) =>
      owner.changes({ sku: item, branch, quantity: onHand - owner.onShelf(item, branch), kind: "adjustment" }),
    );
    const words = counts.map(({ item, onHand }) => `${onHand} ${item}`).join(", ");
    return `${branch} counts ${words}, ${await hear(trade, node, entries, way)}`;
  },
);

/** Mostly what is, sometimes what was a while ago. */
const anyAge = fc.oneof(
  { weight: 2, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 12 }) },
);
const agedSequence = ({ owner }: Trade, age: number) => Math.max(0, owner.sequence() - age);

/** A level by itself, perhaps overtaken by what was told before it. */
export const statement = kind(
  2,
  fc.record({ item: anyItem, branch: anyBranch, age: anyAge }),
  async (trade, node, { item, branch, age }) => {
    const sequence = agedSequence(trade, age);
    const dropped = await tellLevels(trade, node, [{ sku: item, branch }], sequence);
    return `${item} at ${branch} is stated as of entry ${sequence}: ${dropped} dropped`;
  },
);

/** Any change of the books is told, whether it was told before or not, and however much was told since: also that goods we shipped are off them. */
const movement = kind(4, fc.nat(), async (trade, node, which) => {
  const entry = oneOf(trade.owner.entries, which);
  if (!entry) return "a movement is to be told, and there is none";
  const dropped = await tellMovements(trade, node, [entry]);
  const { sku, branch, quantity, sequence } = entry;
  return `entry ${sequence}, ${quantity} ${sku} at ${branch}, is told: ${dropped} dropped`;
});

/** In half of the snapshots all lines are good. */
const anySpoilt: fc.Arbitrary<readonly Spoilt[]> = fc.oneof(
  fc.constant([]),
  fc.array(
    fc.record({
      item: anyItem,
      branch: anyBranch,
      how: fc.constantFrom<Spoilt["how"]>("bad line", "two quantities", "bad line beside the good one"),
    }),
    { minLength: 1, maxLength: 6 },
  ),
);

export const snapshots = (weight: number) =>
  kind(
    weight,
    fc.record({
      isWhole: fc.boolean(),
      branch: anyBranch,
      isBrief: fc.boolean(),
      doesZero: fc.boolean(),
      spoilt: anySpoilt,
      isTorn: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
      age: anyAge,
      isRepeated: fc.boolean(),
    }),
    async (trade, node, { age, isRepeated, ...telling }) => {
      const sequence = agedSequence(trade, age);
      const result = await tellSnapshot(trade, node, telling, sequence);
      if (isRepeated) {
        const again = await tellSnapshot(trade, node, telling, sequence);
        if (again.outcome !== "repeated") trade.violations.push(`a snapshot that came again was ${again.outcome}`);
      }
      const what = telling.isWhole ? "everywhere" : `at ${telling.branch}`;
      const how = [
        ...(telling.isBrief ? ["but what is not there"] : []),
        ...telling.spoilt.map(({ item, branch, how: fault }) => `${item} at ${branch} by ${fault}`),
        ...(telling.isTorn ? ["one line torn off"] : []),
      ].join(", ");
      const asked = `${how && ` (${how})`}, what is missing is ${telling.doesZero ? "not there" : "left alone"}`;
      return `all stock ${what} is stated as of entry ${sequence}${asked}${isRepeated ? ", twice" : ""}: ${result.outcome}, ${result.changed} changed`;
    },
  );

/** A few at a time. */
export const trickle = kind(
  12,
  fc.record({ branch: anyBranch, quantity: fc.integer({ min: 1, max: 6 }), way: fc.constantFrom("stated", "told") }),
  async (trade, node, { way, ...goods }) => receive(trade, node, { item: "ELBOW", ...goods }, way),
);

/** Of everything, so that some is left for carts. */
export const plenty = kind(
  12,
  fc.record({ branch: anyBranch, quantity: fc.integer({ min: 5, max: 40 }) }),
  async (trade, node, { branch, quantity }) => {
    const entries = itemNames.map((sku) => trade.owner.changes({ sku, branch, quantity, kind: "receipt" }));
    return `${branch} receives ${quantity} of everything, ${await hear(trade, node, entries, "stated")}`;
  },
);

export const stockKinds = [receipt, count, statement, movement, snapshots(3)];
