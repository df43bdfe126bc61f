import type { AnswerMemory, WrittenAnswer } from "./answer-buffers.ts";

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
  /** What stands somewhere from one place up to another: a few bytes. */
  copy(bytes: Uint8Array, from: number, to: number): void;
  /** So many of its last place, with all its places: `12.50` is 1250 with two. */
  decimal(units: number, places: number): void;
  /** The same without trailing noughts. */
  shortest(units: number, places: number): void;
  /** `20250131` as `2025-01-31`. */
  day(digits: number): void;
  /** As `toISOString` writes it, from 1970 to 9999. */
  instant(ms: number): void;
  end(): WrittenAnswer;
}

const FIRST_BYTES = 131_072;
const [DOT, DASH, ZERO] = [0x2e, 0x2d, 0x30];
/** Below it a character at a time is faster than a call. */
const SHORT_TEXT = 24;
const INT_MAX = 0x7fff_ffff;

export function createAnswerPen(memory: AnswerMemory): AnswerPen {
  let out: Buffer = Buffer.alloc(0);
  let at = 0;
  const instants = createInstants();

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
      // Division of small whole numbers is an instruction, of large ones a call.
      const tenth = rest <= INT_MAX ? ((rest | 0) / 10) | 0 : Math.floor(rest / 10);
      out[(index -= 1)] = ZERO + (rest - tenth * 10);
      rest = tenth;
    }
  }

  return {
    begin() {
      out = memory.take(FIRST_BYTES);
      at = 0;
    },
    reserve,
    block(bytes) {
      out.set(bytes, at);
      at += bytes.length;
    },
    text(text) {
      const { length } = text;
      if (length > SHORT_TEXT) out.write(text, at, "latin1");
      else for (let index = 0; index < length; index += 1) out[at + index] = text.charCodeAt(index);
      at += length;
    },
    copy(bytes, from, to) {
      for (let index = from; index < to; index += 1) out[at++] = bytes[index] ?? 0;
    },
    decimal,
    shortest(units, places) {
      let [short, left] = [units, places];
      while (left > 0 && short % 10 === 0) {
        short /= 10;
        left -= 1;
      }
      decimal(short, left);
    },
    day(digits) {
      let rest = digits;
      for (let index = at + 9; index >= at; index -= 1) {
        if (index === at + 7 || index === at + 4) {
          out[index] = DASH;
          continue;
        }
        const tenth = (rest / 10) | 0;
        out[index] = ZERO + (rest - tenth * 10);
        rest = tenth;
      }
      at += 10;
    },
    instant(ms) {
      out.set(instants(ms), at);
      at += INSTANT_BYTES;
    },
    end() {
      const answer = memory.lend(out, at);
      out = Buffer.alloc(0);
      return answer;
    },
  };
}

function digitsOf(units: number): number {
  let digits = 1;
  for (let power = 10; power <= units; power *= 10) digits += 1;
  return digits;
}

const INSTANT_BYTES = 24;
const INSTANTS_KEPT = 256;

/** What came together bears the same instant: each is kept until another needs its place. */
function createInstants(): (ms: number) => Uint8Array {
  const kept = new Float64Array(INSTANTS_KEPT).fill(Number.NaN);
  const written = Array.from({ length: INSTANTS_KEPT }, () => Buffer.alloc(INSTANT_BYTES));
  return (ms) => {
    const place = ms % INSTANTS_KEPT;
    const bytes = written[place] ?? Buffer.alloc(INSTANT_BYTES);
    if (kept[place] === ms) return bytes;
    bytes.write(new Date(ms).toISOString(), 0, "latin1");
    kept[place] = ms;
    return bytes;
  };
}
