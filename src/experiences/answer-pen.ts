import { SMALL_BYTES, textAnswer, type AnswerMemory, type WrittenAnswer } from "./answer-buffers.ts";

/**
 * Writes an answer byte by byte into lent memory: no piece of it is ever an object, and nothing is left to be collected. All of it is ASCII, and nothing is
 * escaped here: what is written must be able to stand in JSON as it is.
 */
export interface AnswerPen {
  begin(): void;
  /** Room for so many bytes more, asked for before they are written. */
  reserve(bytes: number): void;
  /** Words of some length, made ready. */
  block(bytes: Uint8Array): void;
  text(text: string): void;
  /** What stands somewhere from one place up to another. */
  copy(bytes: Buffer, from: number, to: number): void;
  /** How much is written; `copyOut` copies what was written since into other memory. */
  written(): number;
  copyOut(since: number, into: Buffer, place: number): void;
  /** So many of its last place, with all its places: `12.50` is 1250 with two. */
  decimal(units: number, places: number): void;
  /** The same without trailing noughts. */
  shortest(units: number, places: number): void;
  end(): WrittenAnswer;
}

const FIRST_BYTES = 131_072;
const [DOT, ZERO] = [0x2e, 0x30];
/** Up to it a byte at a time is faster than a call. */
const SHORT = 20;
const INT_MAX = 0x7fff_ffff;

export function createAnswerPen(memory: AnswerMemory): AnswerPen {
  let out: Buffer = Buffer.alloc(0);
  let at = 0;

  function reserve(bytes: number): void {
    if (at + bytes <= out.length) return;
    const larger = memory.take(Math.max(FIRST_BYTES, 2 * (at + bytes)));
    larger.set(out.subarray(0, at));
    if (out.length > 0) memory.giveBack(out);
    out = larger;
  }

  function decimal(units: number, places: number): void {
    const digits = Math.max(digitsOf(units), places + 1);
    let rest = units;
    let index = at + digits + (places > 0 ? 1 : 0);
    at = index;
    for (let place = 0; place < digits; place += 1) {
      if (place === places && places > 0) out[(index -= 1)] = DOT;
      const tenth = tenthOf(rest);
      out[(index -= 1)] = ZERO + (rest - tenth * 10);
      rest = tenth;
    }
  }

  return {
    begin() {
      if (out.length === 0) out = memory.take(FIRST_BYTES);
      at = 0;
    },
    reserve,
    block(bytes) {
      const { length } = bytes;
      if (length > SHORT) out.set(bytes, at);
      else for (let index = 0; index < length; index += 1) out[at + index] = bytes[index] ?? 0;
      at += length;
    },
    text(text) {
      const { length } = text;
      if (length > SHORT) out.write(text, at, "latin1");
      else for (let index = 0; index < length; index += 1) out[at + index] = text.charCodeAt(index);
      at += length;
    },
    copy(bytes, from, to) {
      const length = to - from;
      if (length > SHORT) bytes.copy(out, at, from, to);
      else for (let index = 0; index < length; index += 1) out[at + index] = bytes[from + index] ?? 0;
      at += length;
    },
    written: () => at,
    copyOut: (since, into, place) => void out.copy(into, place, since, at),
    decimal,
    shortest(units, places) {
      let short = units;
      let left = places;
      for (; left > 0; left -= 1) {
        const tenth = tenthOf(short);
        if (tenth * 10 !== short) break;
        short = tenth;
      }
      decimal(short, left);
    },
    end() {
      if (at <= SMALL_BYTES) return textAnswer(out.toString("latin1", 0, at));
      const answer = memory.lend(out, at);
      out = Buffer.alloc(0);
      return answer;
    },
  };
}

/** Without what is left; for numbers of 31 bits without a detour by floating point. */
const tenthOf = (units: number): number => (units <= INT_MAX ? ((units | 0) / 10) | 0 : Math.floor(units / 10));

/** Of whole numbers below 2^53. An endless number would have no end of digits. */
const DIGITS_MAX = 16;

function digitsOf(units: number): number {
  if (units < 10) return 1;
  if (units < 100) return 2;
  if (units < 1_000) return 3;
  if (units < 10_000) return 4;
  if (units < 100_000) return 5;
  if (units < 1_000_000) return 6;
  let digits = 7;
  for (let power = 10_000_000; power <= units && digits < DIGITS_MAX; power *= 10) digits += 1;
  return digits;
}
