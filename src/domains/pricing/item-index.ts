/**
 * Items by the bytes of their numbers, as they stand in a request: no text is made to look for one. With the number lies what pricing asks of an item, so
 * that it looks nowhere else. What is added stays.
 */
export interface ItemIndex {
  /** Says by which number it is known here. One whose own is not ASCII, or longer than 44 characters, is not found by its bytes. */
  add(sku: string): number;
  /**
   * The items whose numbers stand in a request, or NO_ITEM. `places` says where each begins and, next to it, where it ends, `stride` apart. What is found is
   * valid up to the next question.
   */
  findAll(bytes: Uint8Array, places: Int32Array, stride: number, count: number): Int32Array;
  get(item: number, field: number): number;
  set(item: number, field: number, value: number): void;
}

export const NO_ITEM = -1;
const BYTES_EACH = 64;
const WHOLE_EACH = 16;
/** A record is its hash, its length, what pricing asks; then the number's characters. */
const [HASH, LENGTH] = [0, 1];
/** All nought at first. */
export const itemField = { soldAs: 2, list: 3, marks: 4 } as const;
const TEXT_AT = 20;
const TEXT_MAX = 44;
const ASCII = /^[\x21-\x7e]+$/;
const ITEMS_AT_FIRST = 1_024;
const EMPTY = -1;

/**
 * Each step is gone through for all items before the next begins: of one item each step waits for memory the step before has named; of two hundred the waits overlap.
 */
export function createItemIndex(): ItemIndex {
  let items = 0;
  let bytesOf = new Uint8Array(ITEMS_AT_FIRST * BYTES_EACH);
  let wholeOf = new Int32Array(bytesOf.buffer);
  let slots = new Int32Array(2 * ITEMS_AT_FIRST).fill(EMPTY);

  function enter(record: number): void {
    const mask = slots.length - 1;
    let slot = (wholeOf[record * WHOLE_EACH + HASH] ?? 0) & mask;
    while (slots[slot] !== EMPTY) slot = (slot + 1) & mask;
    slots[slot] = record;
  }

  function grow(): void {
    const larger = new Uint8Array(bytesOf.length * 2);
    larger.set(bytesOf);
    bytesOf = larger;
    wholeOf = new Int32Array(larger.buffer);
    slots = new Int32Array(slots.length * 2).fill(EMPTY);
    for (let record = 0; record < items; record += 1) if (wholeOf[record * WHOLE_EACH + LENGTH] !== 0) enter(record);
  }

  function isAt(record: number, bytes: Uint8Array, from: number, length: number): boolean {
    if (wholeOf[record * WHOLE_EACH + LENGTH] !== length) return false;
    const start = record * BYTES_EACH + TEXT_AT;
    for (let index = 0; index < length; index += 1) if (bytesOf[start + index] !== bytes[from + index]) return false;
    return true;
  }

  let hashes = new Int32Array(0);
  let first = new Int32Array(0);
  let found = new Int32Array(0);

  function find(hash: number, bytes: Uint8Array, from: number, to: number): number {
    const mask = slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const record = slots[slot] ?? EMPTY;
      if (record === EMPTY) return NO_ITEM;
      if (wholeOf[record * WHOLE_EACH + HASH] === hash && isAt(record, bytes, from, to - from)) return record;
    }
  }

  /** Of each, whether the first place to look is right: nobody asks, but it is warm then. */
  function touch(count: number): number {
    const mask = slots.length - 1;
    for (let index = 0; index < count; index += 1) first[index] = Math.max(0, slots[(hashes[index] ?? 0) & mask] ?? 0);
    let right = 0;
    for (let index = 0; index < count; index += 1)
      if (wholeOf[(first[index] ?? 0) * WHOLE_EACH] === hashes[index]) right += 1;
    return right;
  }

  function findAll(bytes: Uint8Array, places: Int32Array, stride: number, count: number) {
    if (hashes.length < count)
      [hashes, first, found] = [new Int32Array(count), new Int32Array(count), new Int32Array(count)];
    for (let index = 0; index < count; index += 1)
      hashes[index] = hashOf(bytes, places[index * stride] ?? 0, places[index * stride + 1] ?? 0);
    touch(count);
    for (let index = 0; index < count; index += 1) {
      const [from, to] = [places[index * stride] ?? 0, places[index * stride + 1] ?? 0];
      found[index] = find(hashes[index] ?? 0, bytes, from, to);
    }
    return found;
  }

  return {
    add(sku) {
      if (items * 2 === slots.length) grow();
      const record = items;
      items += 1;
      if (sku.length > TEXT_MAX || !ASCII.test(sku)) return record;
      const text = Buffer.from(sku, "latin1");
      wholeOf[record * WHOLE_EACH + HASH] = hashOf(text, 0, text.length);
      wholeOf[record * WHOLE_EACH + LENGTH] = text.length;
      bytesOf.set(text, record * BYTES_EACH + TEXT_AT);
      enter(record);
      return record;
    },
    get: (item, field) => wholeOf[item * WHOLE_EACH + field] ?? 0,
    set(item, field, value) {
      wholeOf[item * WHOLE_EACH + field] = value;
    },
    findAll,
  };
}

function hashOf(bytes: Uint8Array, from: number, to: number): number {
  let hash = 7;
  for (let index = from; index < to; index += 1) hash = (Math.imul(hash, 31) + (bytes[index] ?? 0)) | 0;
  return hash ^ (hash >>> 15);
}
