/** Short words that come again and again (units, currencies, systems) as numbers. None is ever let go: there are few. */
export interface Words {
  /** Its number; a new word gets one. */
  numberOf(word: string): number;
  /** Its number, or UNKNOWN_WORD: nobody said it yet. */
  known(word: string): number;
  at(number: number): string;
  /** As `known`, of a word of four bytes at most, put together by `packed`. */
  knownPacked(word: number): number;
}

/** A short word as a number: its bytes one above the other. */
export function packed(bytes: Uint8Array, from: number, to: number): number {
  let word = 0;
  for (let at = from; at < to; at += 1) word = (word << 8) | (bytes[at] ?? 0);
  return word;
}
const PACKED_MAX = 4;
const ASCII = /^[\x21-\x7e]+$/;

export const UNKNOWN_WORD = -1;

export function createWords(): Words {
  const numbers = new Map<string, number>();
  const packedNumbers = new Map<number, number>();
  const words: string[] = [];
  return {
    numberOf(word) {
      const known = numbers.get(word);
      if (known !== undefined) return known;
      numbers.set(word, words.length);
      if (word.length <= PACKED_MAX && ASCII.test(word))
        packedNumbers.set(packed(Buffer.from(word, "latin1"), 0, word.length), words.length);
      return words.push(word) - 1;
    },
    known: (word) => numbers.get(word) ?? UNKNOWN_WORD,
    knownPacked: (word) => packedNumbers.get(word) ?? UNKNOWN_WORD,
    at: (number) => words[number] ?? "",
  };
}
