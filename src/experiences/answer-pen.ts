import { endianness } from "node:os";
import { SMALL_BYTES, textAnswer, type AnswerMemory, type WrittenAnswer } from "./answer-buffers.ts";

/**
 * Writes an answer byte by byte into lent memory: no piece of it is ever an object, and nothing is left to be collected. All of it is ASCII, and nothing is
 * escaped here: what is written must be able to stand in JSON as it is.
 */
export interface AnswerPen {
  begin(): void;
  /** Room for so many bytes more, asked for before they are written. */
  reserve(bytes: number): void;
  /** Words made ready. There must be room for seven bytes more than there are of them: they are copied eight at a time. */
  block(block: Block): void;
  /** So many bytes of what stands in `eights` from a place on; there must be as much room. */
  eights(eights: Float64Array, from: number, bytes: number): void;
  text(text: string): void;
  /** What stands somewhere from one place up to another. */
  copy(bytes: Buffer, from: number, to: number): void;
  /** How much is written; `copyOut` copies what was written since into other memory, for `eights`. There must be room for eight bytes more. */
  written(): number;
  copyOut(since: number, into: Float64Array, place: number): void;
  /** So many of its last place, with all its places: `12.50` is 1250 with two. */
  decimal(units: number, places: number): void;
  /** The same without trailing noughts. */
  shortest(units: number, places: number): void;
  end(): WrittenAnswer;
}

/**
 * ASCII, eight bytes at a time: to copy some hundred of them so takes about half as long as a call does. They travel as floating-point numbers, which are the only ones of
 * eight bytes that need no object; none of ASCII is a NaN, of which bits could get lost.
 */
export interface Block {
  readonly eights: Float64Array;
  readonly bytes: number;
}

export function blockOf(text: string): Block {
  const eights = new Float64Array(Math.ceil(text.length / EIGHT));
  Buffer.from(eights.buffer).write(text, "latin1");
  return { eights, bytes: text.length };
}
const EIGHT = 8;
const IS_LITTLE_ENDIAN = endianness() === "LE";

const FIRST_BYTES = 131_072;
const [DOT, ZERO] = [0x2e, 0x30];
/** Up to it a byte at a time is faster than a call. */
const SHORT = 20;
const INT_MAX = 0x7fff_ffff;

export function createAnswerPen(memory: AnswerMemory): AnswerPen {
  let out: Buffer = Buffer.alloc(0);
  let view = new DataView(out.buffer);
  let at = 0;

  function writeInto(taken: Buffer): void {
    out = taken;
    view = new DataView(taken.buffer, taken.byteOffset, taken.byteLength);
  }

  function reserve(bytes: number): void {
    if (at + bytes <= out.length) return;
    const larger = memory.take(Math.max(FIRST_BYTES, 2 * (at + bytes)));
    larger.set(out.subarray(0, at));
    if (out.length > 0) memory.giveBack(out);
    writeInto(larger);
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

  function eights(from: Float64Array, first: number, bytes: number): void {
    for (let index = 0; index * EIGHT < bytes; index += 1)
      view.setFloat64(at + index * EIGHT, from[first + index] ?? 0, IS_LITTLE_ENDIAN);
    at += bytes;
  }

  return {
    begin() {
      if (out.length === 0) writeInto(memory.take(FIRST_BYTES));
      at = 0;
    },
    reserve,
    block: (block) => eights(block.eights, 0, block.bytes),
    eights,
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
    copyOut(since, into, place) {
      // What stands behind may be anything, a NaN among it.
      view.setFloat64(at, 0, IS_LITTLE_ENDIAN);
      for (let index = 0; since + index * EIGHT < at; index += 1)
        into[place + index] = view.getFloat64(since + index * EIGHT, IS_LITTLE_ENDIAN);
    },
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
