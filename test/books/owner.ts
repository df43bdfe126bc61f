import type { StockLevel, StockMovement } from "#domains";

/** A change in the books of who owns the stock. */
export interface Entry {
  readonly sequence: number;
  readonly sku: string;
  readonly branch: string;
  readonly quantity: number;
  readonly kind: StockMovement["kind"];
  /** Of goods we shipped: the shipment. */
  readonly reference?: string;
  readonly at: Date;
}

/** Goods a branch looked for and did not find. */
export interface Shortage {
  readonly sku: string;
  readonly branch: string;
  readonly quantity: number;
  readonly at: Date;
}

/**
 * The ERP's books of the stock, and the shelves they are about. The books are a journal: whatever is told of them (levels, snapshots, movements) is true of
 * one moment of it, however late or often it is told. They contain what left a shelf until it is invoiced, and what was not found there until it is counted.
 */
export interface Owner {
  readonly entries: readonly Entry[];
  /** Of the last entry. */
  sequence(): number;
  changes(entry: Omit<Entry, "sequence" | "at">): Entry;
  /** Several changes that are one to the books: they bear one sequence. */
  posts(entries: readonly Omit<Entry, "sequence" | "at">[]): string;
  /** What the books said of a position after that entry. */
  bookOf(sku: string, branch: string, sequence: number): number;
  onShelf(sku: string, branch: string): number;
  /** Off the shelf, and in the books until it is posted. */
  goodsGone(sku: string, branch: string, quantity: number): void;
  /** So much left, posted or not. */
  goneOf(sku: string, branch: string): number;
  /** Not on the shelf, and in the books until it is counted. */
  notFound(sku: string, branch: string, quantity: number): void;
  /** In the order in which they were noticed, counted or not. */
  readonly shortages: readonly Shortage[];
  /** All shelves where something was not found since: the books are put right. */
  counts(): readonly Entry[];
  levelOf(sku: string, branch: string, sequence: number): StockLevel;
  asOf(sequence: number): Date;
}

export function createOwner(now: () => Date): Owner {
  const entries: Entry[] = [];
  const times: Date[] = [now()];
  const gone = new Map<string, number>();
  const shortages: Shortage[] = [];
  let counted = 0;
  const nextSequence = () => times.push(now()) - 1;
  const add = (entry: Omit<Entry, "sequence" | "at">, sequence: number) => {
    const written = { ...entry, sequence, at: now() };
    entries.push(written);
    return written;
  };
  const sumOf = (sku: string, branch: string, of: (entry: Entry) => boolean) =>
    entries
      .filter((entry) => entry.sku === sku && entry.branch === branch && of(entry))
      .reduce((sum, { quantity }) => sum + quantity, 0);
  const asOf = (sequence: number) => times[sequence] ?? now();
  const bookOf = (sku: string, branch: string, until: number) =>
    sumOf(sku, branch, ({ sequence }) => sequence <= until);
  const goneOf = (sku: string, branch: string) => gone.get(`${sku}@${branch}`) ?? 0;
  const changes: Owner["changes"] = (entry) => add(entry, nextSequence());
  const uncountedOf = (sku: string, branch: string) =>
    shortages
      .slice(counted)
      .filter((shortage) => shortage.sku === sku && shortage.branch === branch)
      .reduce((sum, { quantity }) => sum + quantity, 0);
  return {
    entries,
    sequence: () => times.length - 1,
    changes,
    posts(several) {
      const sequence = nextSequence();
      for (const entry of several) add(entry, sequence);
      return String(sequence);
    },
    bookOf,
    onShelf: (sku, branch) =>
      sumOf(sku, branch, ({ reference }) => reference === undefined) - goneOf(sku, branch) - uncountedOf(sku, branch),
    goodsGone: (sku, branch, quantity) => void gone.set(`${sku}@${branch}`, goneOf(sku, branch) + quantity),
    goneOf,
    notFound(sku, branch, quantity) {
      if (quantity > 0) shortages.push({ sku, branch, quantity, at: now() });
    },
    shortages,
    counts() {
      const missing = shortages.slice(counted);
      counted = shortages.length;
      return missing.map(({ sku, branch, quantity }) =>
        changes({ sku, branch, quantity: -quantity, kind: "adjustment" }),
      );
    },
    asOf,
    levelOf: (sku, branch, sequence) => ({
      sku,
      branch,
      onHand: String(bookOf(sku, branch, sequence)),
      safetyStock: "0",
      inbound: [],
      sequence: String(sequence),
      asOf: asOf(sequence).toISOString(),
    }),
  };
}

/** As it is told. */
export const movementOf = ({ sequence, sku, branch, quantity, kind, reference, at }: Entry): StockMovement => ({
  movementId: `m${sequence} ${sku}`,
  sequence: String(sequence),
  sku,
  branch,
  quantity: String(quantity),
  kind,
  ...(reference === undefined ? {} : { reference }),
  occurredAt: at.toISOString(),
});
