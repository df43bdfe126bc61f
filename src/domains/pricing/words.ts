/** Short words that come again and again (units, currencies, systems) as numbers. None is ever let go: there are few. */
export interface Words {
  /** Its number; a new word gets one. */
  numberOf(word: string): number;
  /** Its number, or UNKNOWN_WORD: nobody said it yet. */
  known(word: string): number;
  at(number: number): string;
}

export const UNKNOWN_WORD = -1;

export function createWords(): Words {
  const numbers = new Map<string, number>();
  const words: string[] = [];
  return {
    numberOf(word) {
      const known = numbers.get(word);
      if (known !== undefined) return known;
      numbers.set(word, words.length);
      return words.push(word) - 1;
    },
    known: (word) => numbers.get(word) ?? UNKNOWN_WORD,
    at: (number) => words[number] ?? "",
  };
}
