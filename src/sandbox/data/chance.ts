/** A small seeded generator (mulberry32): the same seed gives the same chance, on every machine. Numbers from 0 up to 1. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Draws from what is given. */
export interface Chance {
  below(max: number): number;
  oneOf<Item>(items: readonly Item[]): Item;
  happens(probability: number): boolean;
}

export function chanceOf(random: () => number): Chance {
  const below = (max: number) => Math.floor(random() * max);
  return {
    below,
    oneOf(items) {
      const item = items[below(items.length)];
      if (item === undefined) throw new Error("There is nothing to draw from.");
      return item;
    },
    happens: (probability) => random() < probability,
  };
}
