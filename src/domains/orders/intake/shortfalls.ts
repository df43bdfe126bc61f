/**
 * Items that fell short in one list fall short in the next: what is on its way of them is asked beside everything else, and the list need not wait for it by
 * itself. A guess; whoever falls short of something else asks once more.
 */
export interface Shortfalls {
  among(skus: readonly string[]): readonly string[];
  /** What was guessed of a list, and what fell short of it. */
  learn(guessed: Iterable<string>, short: ReadonlySet<string>): void;
}

/** Beyond this nobody has a stock worth guessing about, and memory is worth more. */
const REMEMBERED_MAX = 20_000;

export function createShortfalls(): Shortfalls {
  const remembered = new Set<string>();
  return {
    among: (skus) => skus.filter((sku) => remembered.has(sku)),
    learn(guessed, short) {
      for (const sku of guessed) if (!short.has(sku)) remembered.delete(sku);
      if (remembered.size > REMEMBERED_MAX) remembered.clear();
      for (const sku of short) remembered.add(sku);
    },
  };
}
