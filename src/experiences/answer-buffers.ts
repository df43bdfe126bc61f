/** An answer as it is sent: text where it is small; where it is large, bytes that are lent, and given back once they are on their way. */
export interface WrittenAnswer {
  readonly content: string | Buffer;
  /** Whoever gives back must not touch the content any more. */
  giveBack(): void;
}

export const SMALL_BYTES = 32_768;
const FREE_MAX = 32;
const COMMA = 0x2c;
const nothingLent = (): void => undefined;

/** Memory for large answers, used again: fresh memory of that size comes page by page from the system, and to fault the pages in takes ten times as long as to copy the answer. */
export interface AnswerMemory {
  /** At least so many bytes. */
  take(bytes: number): Buffer;
  giveBack(memory: Buffer): void;
  /** What was written into memory that was taken. */
  lend(memory: Buffer, length: number): WrittenAnswer;
}

/** A small answer: as text it leaves together with its headers in one piece. */
export const textAnswer = (content: string): WrittenAnswer => ({ content, giveBack: nothingLent });

export function createAnswerMemory(): AnswerMemory {
  const free: Buffer[] = [];
  const giveBack = (memory: Buffer): void => {
    if (free.length < FREE_MAX) free.push(memory);
  };
  return {
    take(bytes) {
      const at = free.findIndex(({ length }) => length >= bytes);
      const [found] = at < 0 ? [] : free.splice(at, 1);
      return found ?? Buffer.allocUnsafeSlow(2 ** Math.ceil(Math.log2(bytes)));
    },
    giveBack,
    lend(memory, length) {
      let isLent = true;
      return {
        content: memory.subarray(0, length),
        giveBack() {
          if (isLent) giveBack(memory);
          isLent = false;
        },
      };
    },
  };
}

/** Puts answers together: a head, items with commas between them, an end, all of it ASCII (`asciiJson`). */
export function createAnswerBuffers(): (head: string, items: readonly string[], end: string) => WrittenAnswer {
  const { take, lend } = createAnswerMemory();

  function large(head: string, items: readonly string[], end: string, length: number): WrittenAnswer {
    const whole = take(length);
    let at = whole.write(head, 0, "latin1");
    for (const [index, item] of items.entries()) {
      if (index > 0) whole[at++] = COMMA;
      at += whole.write(item, at, "latin1");
    }
    whole.write(end, at, "latin1");
    return lend(whole, length);
  }

  return (head, items, end) => {
    const commas = Math.max(0, items.length - 1);
    const length = items.reduce((sum, item) => sum + item.length, head.length + commas + end.length);
    if (length > SMALL_BYTES) return large(head, items, end, length);
    return textAnswer(head + items.join(",") + end);
  };
}

const BEYOND_ASCII = /[\u0080-\uffff]/g;
const escaped = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;

/** JSON in which each character is one byte: what is not ASCII is written as an escape. */
export const asciiJson = (value: unknown): string => JSON.stringify(value).replace(BEYOND_ASCII, escaped);
