/** A price question as most are sent, left in the bytes it came in: where each line's words stand. */
export interface PlainPriceQuestion {
  readonly bytes: Buffer;
  readonly customerNumber: string;
  readonly currency?: string | undefined;
  readonly on?: string | undefined;
  readonly lines: number;
  /** Six a line: from and to of its item number, its quantity, its unit. Another question's as soon as that is read. */
  readonly places: Int32Array;
}

export const PLACES_A_LINE = 6;
/** Of a line: where its item number, its quantity and its unit begin; each ends one further. */
export const [SKU, QUANTITY, UNIT] = [0, 2, 4] as const;
const PLACES_A_WORD = 2;

const SPACES: readonly boolean[] = Array.from({ length: 256 }, (_, code) => [0x20, 0x09, 0x0a, 0x0d].includes(code));
const [QUOTE, BACKSLASH, COLON, COMMA, DOT, ZERO] = [0x22, 0x5c, 0x3a, 0x2c, 0x2e, 0x30];
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_LIST, CLOSE_LIST] = [0x7b, 0x7d, 0x5b, 0x5d];
const namesOf = (...names: readonly string[]): readonly Uint8Array[] =>
  names.map((name) => Buffer.from(name, "latin1"));
/** A line's names, in the order of its places. */
const lineNames = namesOf("sku", "quantity", "unitOfMeasure");
const questionNames = namesOf("customerNumber", "currency", "on", "lines");
const LINES = 3;
/** What the words of a question look like, in the order of their names. */
const wordPatterns = [/^[\x21-\x7e]{1,30}$/, /^[A-Z]{3}$/, /^\d{4}-\d{2}-\d{2}$/] as const;
const MISSING = -1;
const [SKU_MAX, UNIT_MAX, WHOLE_DIGITS_MAX, PLACES_MAX] = [40, 4, 9, 6];

/**
 * Reads questions that are sound and ordinary: nothing escaped, nothing but ASCII, no key but the ones there are, each once. Null for everything else, the unsound above all: the general way then reads it again and says what is wrong.
 */
export function createPlainQuestionReader(linesMax: number): (body: Buffer) => PlainPriceQuestion | null {
  const places = new Int32Array(linesMax * PLACES_A_LINE);
  return (body) => {
    const reading = { bytes: body, at: 0, places, linesMax };
    const question = readQuestion(reading);
    return question && isAtEnd(reading) ? question : null;
  };
}

interface Reading {
  readonly bytes: Buffer;
  readonly places: Int32Array;
  readonly linesMax: number;
  at: number;
}

function skipSpaces(reading: Reading): void {
  while (SPACES[reading.bytes[reading.at] ?? 0]) reading.at += 1;
}
function isAtEnd(reading: Reading): boolean {
  skipSpaces(reading);
  return reading.at === reading.bytes.length;
}
/** Passes a character that must be next, and what stands between. */
function passes(reading: Reading, code: number): boolean {
  skipSpaces(reading);
  if (reading.bytes[reading.at] !== code) return false;
  reading.at += 1;
  return true;
}

/** Passes a text in quotes and says where it ends; MISSING where there is none, or it is not plain. It begins where `at` was after the quote. */
function textEnd(reading: Reading): number {
  const { bytes } = reading;
  let at = reading.at;
  for (; ; at += 1) {
    const code = bytes[at] ?? 0;
    if (code === QUOTE) break;
    if (code < 0x20 || code > 0x7e || code === BACKSLASH) return MISSING;
  }
  reading.at = at + 1;
  return at;
}

function readWord(reading: Reading, pattern: RegExp): string | null {
  if (!passes(reading, QUOTE)) return null;
  const from = reading.at;
  const to = textEnd(reading);
  if (to === MISSING) return null;
  const word = reading.bytes.toString("latin1", from, to);
  return pattern.test(word) ? word : null;
}

function readQuestion(reading: Reading): PlainPriceQuestion | null {
  const words: (string | undefined)[] = [undefined, undefined, undefined];
  let lines = 0;
  if (!passes(reading, OPEN_OBJECT)) return null;
  do {
    const name = readName(reading, questionNames);
    const pattern = wordPatterns[name];
    if (pattern && words[name] === undefined) {
      const word = readWord(reading, pattern);
      if (word === null) return null;
      words[name] = word;
    } else if (name === LINES && lines === 0) {
      lines = readLines(reading);
      if (lines === MISSING) return null;
    } else return null;
  } while (passes(reading, COMMA));
  const [customerNumber, currency, on] = words;
  if (!passes(reading, CLOSE_OBJECT) || customerNumber === undefined || lines === 0) return null;
  return { bytes: reading.bytes, customerNumber, currency, on, lines, places: reading.places };
}

/** How many there are; MISSING: none, too many, or one is not plain. */
function readLines(reading: Reading): number {
  let lines = 0;
  if (!passes(reading, OPEN_LIST)) return MISSING;
  do {
    if (lines === reading.linesMax || !readLine(reading, lines * PLACES_A_LINE)) return MISSING;
    lines += 1;
  } while (passes(reading, COMMA));
  return passes(reading, CLOSE_LIST) ? lines : MISSING;
}

function readLine(reading: Reading, place: number): boolean {
  const { places } = reading;
  places.fill(MISSING, place, place + PLACES_A_LINE);
  if (!passes(reading, OPEN_OBJECT)) return false;
  do {
    const name = readName(reading, lineNames);
    const field = name * PLACES_A_WORD;
    if (name === MISSING || places[place + field] !== MISSING || !passes(reading, QUOTE)) return false;
    const from = reading.at;
    const to = textEnd(reading);
    if (to === MISSING || !isSound(reading.bytes, field, from, to)) return false;
    places[place + field] = from;
    places[place + field + 1] = to;
  } while (passes(reading, COMMA));
  const isWhole =
    places[place + SKU] !== MISSING && places[place + QUANTITY] !== MISSING && places[place + UNIT] !== MISSING;
  return isWhole && passes(reading, CLOSE_OBJECT);
}

/** Passes a name and its colon, and says which of these it is, or MISSING. */
function readName(reading: Reading, names: readonly Uint8Array[]): number {
  if (!passes(reading, QUOTE)) return MISSING;
  const from = reading.at;
  const to = textEnd(reading);
  if (to === MISSING || !passes(reading, COLON)) return MISSING;
  for (let name = 0; name < names.length; name += 1)
    if (isText(reading.bytes, from, to, names[name] ?? NO_NAME)) return name;
  return MISSING;
}
const NO_NAME = new Uint8Array();

function isText(bytes: Uint8Array, from: number, to: number, text: Uint8Array): boolean {
  if (to - from !== text.length) return false;
  for (let index = 0; index < text.length; index += 1) if (bytes[from + index] !== text[index]) return false;
  return true;
}

function isSound(bytes: Uint8Array, field: number, from: number, to: number): boolean {
  if (field === SKU) return isSku(bytes, from, to);
  return field === QUANTITY ? isQuantity(bytes, from, to) : isUnit(bytes, from, to);
}

/** Plain text without spaces: `Sku`. */
function isSku(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at += 1) if (bytes[at] === 0x20) return false;
  return to > from && to - from <= SKU_MAX;
}

const isDigit = (code: number): boolean => code >= ZERO && code <= ZERO + 9;

/** `UnitOfMeasure`. */
function isUnit(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at += 1) {
    const code = bytes[at] ?? 0;
    if (!isDigit(code) && (code < 0x41 || code > 0x5a)) return false;
  }
  return to > from && to - from <= UNIT_MAX;
}

/** `OrderQuantity`: nine digits and six places at most, and more than nothing. */
function isQuantity(bytes: Uint8Array, from: number, to: number): boolean {
  let dot = to;
  let isSomething = false;
  for (let at = from; at < to; at += 1) {
    const code = bytes[at] ?? 0;
    if (code === DOT && dot === to) dot = at;
    else if (!isDigit(code)) return false;
    else if (code !== ZERO) isSomething = true;
  }
  const [whole, places] = [dot - from, to - dot - 1];
  return (
    isSomething && whole >= 1 && whole <= WHOLE_DIGITS_MAX && (dot === to || (places >= 1 && places <= PLACES_MAX))
  );
}

/** A quantity in millionths. */
export function millionthsAt(bytes: Uint8Array, from: number, to: number): number {
  let units = 0;
  let places = MISSING;
  for (let at = from; at < to; at += 1) {
    const code = bytes[at] ?? 0;
    if (code === DOT) places = 0;
    else {
      units = units * 10 + (code - ZERO);
      if (places !== MISSING) places += 1;
    }
  }
  for (let place = Math.max(0, places); place < PLACES_MAX; place += 1) units *= 10;
  return units;
}
