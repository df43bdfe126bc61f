import { createHash } from "node:crypto";
import type { Clock } from "./clock.ts";

/** Crockford's base32 in lower case: no i, l, o, u, so that an id survives being read out on the phone. */
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
const TIME_CHARACTERS = 10;
const RANDOM_BYTES = 10;
/** Asked for by the thousand, since asking costs more than the bytes. */
const RANDOM_BYTES_AT_ONCE = 400 * RANDOM_BYTES;

/** Ids that carry what they name and sort by time: `so_` and 26 characters in ULID layout (48 bits of time, 80 of chance). */
export interface Ids {
  next(prefix: string): string;
}

function timePart(ms: number): string {
  let rest = ms;
  let text = "";
  for (let index = 0; index < TIME_CHARACTERS; index += 1) {
    text = ALPHABET.charAt(rest % 32) + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}

/** Ten bits are two characters. */
const PAIRS = Array.from({ length: 1_024 }, (_, bits) => ALPHABET.charAt(bits >> 5) + ALPHABET.charAt(bits & 31));
const pairAt = (bytes: Uint8Array, at: number, shift: number): string =>
  PAIRS[((((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)) >> shift) & 1_023] ?? "";

/** Sixteen characters for ten bytes. */
function chancePart(bytes: Uint8Array): string {
  let text = "";
  for (let offset = 0; offset < RANDOM_BYTES; offset += 5)
    for (let pair = 0; pair < 4; pair += 1) text += pairAt(bytes, offset + pair, 6 - 2 * pair);
  return text;
}

function increment(bytes: Uint8Array): void {
  for (let index = RANDOM_BYTES - 1; index >= 0; index -= 1) {
    bytes[index] = ((bytes[index] ?? 0) + 1) & 255;
    if (bytes[index] !== 0) return;
  }
}

/** Strictly growing within one process, also within a millisecond and when the clock steps back. */
export function createIds(clock: Clock, randomBytes: (size: number) => Uint8Array): Ids {
  let lastMs = 0;
  let time = timePart(lastMs);
  let chance = new Uint8Array(RANDOM_BYTES);
  let supply = new Uint8Array();

  function draw(): Uint8Array<ArrayBuffer> {
    if (supply.length === 0) supply = Uint8Array.from(randomBytes(RANDOM_BYTES_AT_ONCE));
    const drawn = supply.slice(0, RANDOM_BYTES);
    supply = supply.subarray(RANDOM_BYTES);
    return drawn;
  }

  return {
    next(prefix) {
      const ms = clock.now().getTime();
      if (ms > lastMs) {
        lastMs = ms;
        time = timePart(ms);
        chance = draw();
        // The top bit stays free, so that counting up within a millisecond cannot overflow.
        chance[0] = (chance[0] ?? 0) & 127;
      } else {
        increment(chance);
      }
      return `${prefix}_${time}${chancePart(chance)}`;
    },
  };
}

/** The id of a thing whose identity is a business fact: the same parts give the same id, on any node, at any time. */
export function deriveId(prefix: string, ...parts: readonly string[]): string {
  const digest = createHash("sha256").update(JSON.stringify(parts)).digest();
  // Looks like an id of the year 10889 at most: the first character of a ULID is 0 to 7.
  return `${prefix}_${ALPHABET.charAt((digest[20] ?? 0) & 7)}${chancePart(digest.subarray(0, 10))}${chancePart(digest.subarray(10, 20)).slice(0, 9)}`;
}
