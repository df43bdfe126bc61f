/** Things in the order in which they last changed. A change moves a thing to the end, so a reader who goes on misses nothing. */
export class Feed<Item> {
  readonly #keyOf: (item: Item) => string;
  readonly #byKey = new Map<string, { readonly position: number; readonly item: Item }>();
  #last = 0;

  constructor(items: readonly Item[], keyOf: (item: Item) => string) {
    this.#keyOf = keyOf;
    for (const item of items) this.put(item);
  }

  /** The position of the latest change. */
  get last(): number {
    return this.#last;
  }

  get(key: string): Item | undefined {
    return this.#byKey.get(key)?.item;
  }

  put(item: Item): void {
    const key = this.#keyOf(item);
    this.#last += 1;
    // A Map keeps the place of a key that is set again; taken out first, it goes to the end.
    this.#byKey.delete(key);
    this.#byKey.set(key, { position: this.#last, item });
  }

  /** What changed after `after`, oldest change first. */
  read(after: number, limit: number): readonly { readonly position: number; readonly item: Item }[] {
    const page: { readonly position: number; readonly item: Item }[] = [];
    for (const entry of this.#byKey.values()) {
      if (entry.position <= after) continue;
      if (page.push(entry) === limit) break;
    }
    return page;
  }
}
