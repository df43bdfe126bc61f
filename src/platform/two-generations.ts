/** What was used lately is kept: between `max` and twice as many entries. */
export interface TwoGenerations<Key, Value> {
  get(key: Key): Value | undefined;
  set(key: Key, value: Value): void;
  delete(key: Key): void;
  clear(): void;
}

/**
 * When the young ones are as many as may be they become the old ones, and the old ones nobody asked for since are let go: no entry is looked
 * for to be evicted. (The first key of a Map costs as much as keys were deleted before it.)
 */
export function twoGenerations<Key, Value>(max: number): TwoGenerations<Key, Value> {
  let young = new Map<Key, Value>();
  let old = new Map<Key, Value>();
  function set(key: Key, value: Value): void {
    if (young.size >= max) [old, young] = [young, new Map()];
    young.set(key, value);
  }
  return {
    get(key) {
      const known = young.get(key);
      if (known !== undefined) return known;
      const aged = old.get(key);
      if (aged !== undefined) set(key, aged);
      return aged;
    },
    set,
    delete(key) {
      young.delete(key);
      old.delete(key);
    },
    clear() {
      young.clear();
      old.clear();
    },
  };
}
