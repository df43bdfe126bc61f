import type { InventoryPosition } from "#contracts";
import { add, twoGenerations, type Clock, type Database } from "#platform";
import { oneAtATime } from "../changes/one-at-a-time.ts";
import { readPositionChanges, type PositionKey } from "../changes/position-changes.ts";
import { endOfChanges } from "../changes/read-changes.ts";
import { findPositionsAt, readAllPositions } from "./find-positions.ts";
import { findWaiting, readAllWaiting } from "./waiting.ts";

/** An item on the board: every branch's position, in the order of the branches' codes. */
export interface BoardItem {
  readonly positions: readonly InventoryPosition[];
  /** Over all branches. */
  readonly availableToPromise: string;
  /** The oldest statement among the positions. */
  readonly asOf: string;
  readonly asOfMs: number;
}

/** All stock positions in memory: what storefronts are answered from. Stock is never decided by it, only told. */
export interface PositionBoard {
  /** Reads everything. */
  load(): Promise<void>;
  /** Reads what changed until now, by whomever. Where it went wrong the board stays as it was, and grows older. */
  refresh(): Promise<void>;
  item(sku: string): BoardItem | undefined;
  /** How much of the item is ordered and waited for, over all branches. */
  waiting(sku: string): string;
  /** Grows with every change of the item. Comparable within this board only, which `edition` names. */
  version(sku: string): number;
  readonly edition: string;
  /** When the board last agreed with the database; null: never. */
  readAt(): Date | null;
  size(): number;
}

type Positions = Map<string, readonly InventoryPosition[]>;

const KEYS_AT_ONCE = 5_000;
/** So many items stay summed up; others are summed up again when somebody asks. */
const SUMMED_MAX = 20_000;

const byBranch = (a: InventoryPosition, b: InventoryPosition) => (a.branch < b.branch ? -1 : 1);

function put(positions: Positions, position: InventoryPosition): void {
  const others = (positions.get(position.sku) ?? []).filter(({ branch }) => branch !== position.branch);
  positions.set(position.sku, [...others, position].toSorted(byBranch));
}

function remove(positions: Positions, { sku, branch }: PositionKey): void {
  const rest = (positions.get(sku) ?? []).filter((position) => position.branch !== branch);
  if (rest.length > 0) positions.set(sku, rest);
  else positions.delete(sku);
}

function summedUp(positions: readonly InventoryPosition[]): BoardItem {
  const asOfMs = Math.min(...positions.map(({ asOf }) => Date.parse(asOf)));
  return {
    positions,
    availableToPromise: add(...positions.map(({ availableToPromise }) => availableToPromise)),
    asOf: new Date(asOfMs).toISOString(),
    asOfMs,
  };
}

interface BoardOptions {
  readonly database: Database;
  readonly clock: Clock;
  /** Unlike any other board's, on this node or another, now or before. */
  readonly edition: string;
}

export function createPositionBoard({ database, clock, edition }: BoardOptions): PositionBoard {
  let positions: Positions = new Map();
  let waiting = new Map<string, string>();
  let versions = new Map<string, number>();
  const items = twoGenerations<string, BoardItem>(SUMMED_MAX);
  let version = 0;
  let loadedVersion = 0;
  let cursor: string | null = null;
  let readAt: Date | null = null;

  async function load(): Promise<void> {
    const from = clock.now();
    const end = await endOfChanges(database);
    const read: Positions = new Map();
    await readAllPositions(database, (part) => part.forEach((position) => put(read, position)));
    waiting = new Map(await readAllWaiting(database));
    version += 1;
    loadedVersion = version;
    [positions, versions, cursor, readAt] = [read, new Map(), end, from];
    items.clear();
  }

  async function reread(keys: readonly PositionKey[]): Promise<void> {
    const found = new Map((await findPositionsAt(database, keys)).map((one) => [`${one.sku}@${one.branch}`, one]));
    version += 1;
    for (const key of keys) {
      const position = found.get(`${key.sku}@${key.branch}`);
      if (position) put(positions, position);
      else remove(positions, key);
      versions.set(key.sku, version);
      items.delete(key.sku);
    }
  }

  async function rereadWaiting(skus: readonly string[]): Promise<void> {
    const found = await findWaiting(database, skus);
    for (const sku of skus) {
      const quantity = found.get(sku);
      if (quantity === undefined) waiting.delete(sku);
      else waiting.set(sku, quantity);
    }
  }

  async function readOn(): Promise<void> {
    if (cursor === null) return load();
    for (let isFull = true; isFull;) {
      const from = clock.now();
      const changes = await readPositionChanges(database, cursor);
      if (changes.hasGap) return load();
      for (let at = 0; at < changes.positions.length; at += KEYS_AT_ONCE)
        await reread(changes.positions.slice(at, at + KEYS_AT_ONCE));
      if (changes.waiting.length > 0) await rereadWaiting(changes.waiting);
      ({ cursor, isFull } = changes);
      if (!isFull) readAt = from;
    }
  }

  return {
    load: oneAtATime(load),
    refresh: oneAtATime(readOn),
    item(sku) {
      const known = items.get(sku);
      if (known) return known;
      const found = positions.get(sku);
      if (!found) return undefined;
      const item = summedUp(found);
      items.set(sku, item);
      return item;
    },
    waiting: (sku) => waiting.get(sku) ?? "0",
    version: (sku) => versions.get(sku) ?? loadedVersion,
    edition,
    readAt: () => readAt,
    size: () => positions.size,
  };
}
