import type { InventoryPosition } from "#contracts";
import { add, type Clock, type Database } from "#platform";
import { oneAtATime } from "../changes/one-at-a-time.ts";
import { readPositionChanges, type PositionKey } from "../changes/position-changes.ts";
import { endOfChanges } from "../changes/read-changes.ts";
import { findPositionsAt, readAllPositions } from "./find-positions.ts";

/** An item on the board: every branch's position, in the order of the branches' codes. */
export interface BoardItem {
  readonly positions: readonly InventoryPosition[];
  /** Over all branches. */
  readonly availableToPromise: string;
  /** The oldest statement among the positions. */
  readonly asOfMs: number;
  /** The positions as JSON: written once a change, not once a question. */
  readonly json: string;
  /** Grows with every change of the board. */
  readonly version: number;
}

/** All stock positions in memory: what storefronts are answered from. Stock is never decided by it, only told. */
export interface PositionBoard {
  /** Reads everything. */
  load(): Promise<void>;
  /** Reads what changed until now, by whomever. Where it went wrong the board stays as it was, and grows older. */
  refresh(): Promise<void>;
  item(sku: string): BoardItem | undefined;
  /** When the board last agreed with the database; null: never. */
  readAt(): Date | null;
  size(): number;
}

type Positions = Map<string, readonly InventoryPosition[]>;

const KEYS_AT_ONCE = 5_000;
/** Written-out items kept; beyond, those written longest ago are written again when somebody asks. */
const WRITTEN_MAX = 20_000;

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

function written(positions: readonly InventoryPosition[], version: number): BoardItem {
  return {
    positions,
    availableToPromise: add(...positions.map(({ availableToPromise }) => availableToPromise)),
    asOfMs: Math.min(...positions.map(({ asOf }) => Date.parse(asOf))),
    json: JSON.stringify(positions),
    version,
  };
}

export function createPositionBoard({ database, clock }: { database: Database; clock: Clock }): PositionBoard {
  let positions: Positions = new Map();
  let versions = new Map<string, number>();
  const items = new Map<string, BoardItem>();
  let version = 0;
  let cursor: string | null = null;
  let readAt: Date | null = null;

  async function load(): Promise<void> {
    const from = clock.now();
    const end = await endOfChanges(database);
    const read: Positions = new Map();
    await readAllPositions(database, (part) => part.forEach((position) => put(read, position)));
    version += 1;
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

  async function readOn(): Promise<void> {
    if (cursor === null) return load();
    for (let isFull = true; isFull;) {
      const from = clock.now();
      const changes = await readPositionChanges(database, cursor);
      if (changes.hasGap) return load();
      for (let at = 0; at < changes.positions.length; at += KEYS_AT_ONCE)
        await reread(changes.positions.slice(at, at + KEYS_AT_ONCE));
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
      const item = written(found, versions.get(sku) ?? 1);
      if (items.size >= WRITTEN_MAX) for (const [oldest] of items.entries().take(1)) items.delete(oldest);
      items.set(sku, item);
      return item;
    },
    readAt: () => readAt,
    size: () => positions.size,
  };
}
