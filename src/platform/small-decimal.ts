/**
 * Decimals of ordinary size as whole numbers of their last place: `12.50` is 1250 units of two places. Whole numbers below 2^53 are exact, so that most
 * of a day's quantities and amounts need no arithmetic of arbitrary length. Null wherever something does not fit: somebody else then counts.
 *
 * An order is some two hundred such sums. Units and places go about as two numbers and never as a pair, so that counting leaves nothing behind to be
 * collected but its result.
 */
const TEXT_MAX = 16;
const PLACES_MAX = 12;
const POWERS = Array.from({ length: 2 * PLACES_MAX + 1 }, (_, places) => 10 ** places);
export const powerOf = (places: number): number => POWERS[places] ?? Number.POSITIVE_INFINITY;
const NOUGHTS = Array.from({ length: PLACES_MAX + 1 }, (_, places) => "0".repeat(places));

const DOT = 46;
const MINUS = 45;
const ZERO = 48;
const NINE = 57;
export const NOT_SMALL = -1;

/** How many places a decimal has; NOT_SMALL for what is not small, and for what is no decimal. */
export function placesOf(text: string): number {
  const { length } = text;
  const start = text.charCodeAt(0) === MINUS ? 1 : 0;
  if (length > TEXT_MAX || length === start) return NOT_SMALL;
  let dot = length;
  for (let index = start; index < length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === DOT && dot === length && index > start && index < length - 1) dot = index;
    else if (code < ZERO || code > NINE) return NOT_SMALL;
  }
  const places = dot === length ? 0 : length - dot - 1;
  // Sixteen digits may be too many.
  return places <= PLACES_MAX && (length < TEXT_MAX || Number.isSafeInteger(unitsOf(text))) ? places : NOT_SMALL;
}

/** Of what has places: how many there are of its last one. */
export function unitsOf(text: string): number {
  const isNegative = text.charCodeAt(0) === MINUS;
  let units = 0;
  for (let index = isNegative ? 1 : 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code !== DOT) units = units * 10 + (code - ZERO);
  }
  return isNegative ? -units : units;
}

/** With exactly its places. */
export function write(units: number, places: number): string {
  if (places === 0) return String(units);
  const size = Math.abs(units);
  const power = powerOf(places);
  const rest = size % power;
  const digits = String(rest);
  const sign = units < 0 ? "-" : "";
  return `${sign}${(size - rest) / power}.${NOUGHTS[places - digits.length] ?? ""}${digits}`;
}

/** Without trailing noughts. */
export function writeShortest(units: number, places: number): string {
  let short = units;
  let left = places;
  while (left > 0 && short % 10 === 0) {
    short /= 10;
    left -= 1;
  }
  return write(short, left);
}

const isExact = (units: number, places: number): boolean => Number.isSafeInteger(units) && places <= PLACES_MAX;

/** Half away from zero, exactly: the remainder of safe whole numbers is exact, their quotient is not. */
function quotient(dividend: number, divisor: number): number {
  const rest = dividend % divisor;
  const whole = (dividend - rest) / divisor;
  return Math.abs(rest) * 2 >= Math.abs(divisor) ? whole + Math.sign(dividend) * Math.sign(divisor) : whole;
}

/** Half up, with all the places asked for. */
function writeRounded(units: number, has: number, places: number): string | null {
  const rounded = has <= places ? units * powerOf(places - has) : quotient(units, powerOf(has - places));
  return isExact(rounded, places) ? write(rounded, places) : null;
}

/** `a + sign * b`, in the shortest way. */
function combined(a: string, b: string, sign: 1 | -1): string | null {
  const has = placesOf(a);
  const other = placesOf(b);
  if (has === NOT_SMALL || other === NOT_SMALL) return null;
  const places = Math.max(has, other);
  const x = unitsOf(a) * powerOf(places - has);
  const y = unitsOf(b) * powerOf(places - other);
  const units = x + sign * y;
  const areExact = Number.isSafeInteger(x) && Number.isSafeInteger(y) && Number.isSafeInteger(units);
  return areExact ? writeShortest(units, places) : null;
}
export const addSmall = (a: string, b: string): string | null => combined(a, b, 1);
export const subtractSmall = (from: string, value: string): string | null => combined(from, value, -1);

export function multiplySmall(a: string, b: string): string | null {
  const has = placesOf(a);
  const other = placesOf(b);
  if (has === NOT_SMALL || other === NOT_SMALL) return null;
  const units = unitsOf(a) * unitsOf(b);
  return isExact(units, has + other) ? writeShortest(units, has + other) : null;
}

/** The product, rounded half up to the places given, and with all of them. */
export function multiplySmallRounded(a: string, b: string, places: number): string | null {
  const has = placesOf(a);
  const other = placesOf(b);
  if (has === NOT_SMALL || other === NOT_SMALL) return null;
  const units = unitsOf(a) * unitsOf(b);
  return isExact(units, has + other) ? writeRounded(units, has + other, places) : null;
}

/** To the places asked for, half up, in the shortest way; the divisor is not zero. */
export function divideSmall(a: string, b: string, places: number): string | null {
  const has = placesOf(a);
  const other = placesOf(b);
  if (has === NOT_SMALL || other === NOT_SMALL) return null;
  const shift = places + other - has;
  const dividend = shift >= 0 ? unitsOf(a) * powerOf(shift) : unitsOf(a);
  const divisor = shift >= 0 ? unitsOf(b) : unitsOf(b) * powerOf(-shift);
  if (!Number.isSafeInteger(dividend) || !Number.isSafeInteger(divisor * 2)) return null;
  const units = quotient(dividend, divisor);
  return isExact(units, places) ? writeShortest(units, places) : null;
}

export function roundSmall(value: string, places: number): string | null {
  const has = placesOf(value);
  return has === NOT_SMALL ? null : writeRounded(unitsOf(value), has, places);
}

export function plainSmall(value: string): string | null {
  const has = placesOf(value);
  return has === NOT_SMALL ? null : writeShortest(unitsOf(value), has);
}

/** -1, 0 or 1. */
function compareUnits(x: number, has: number, y: number, other: number): number | null {
  const places = Math.max(has, other);
  const left = x * powerOf(places - has);
  const right = y * powerOf(places - other);
  if (!Number.isSafeInteger(left) || !Number.isSafeInteger(right)) return null;
  return left < right ? -1 : left > right ? 1 : 0;
}

export function compareSmall(a: string, b: string): number | null {
  const has = placesOf(a);
  const other = placesOf(b);
  if (has === NOT_SMALL || other === NOT_SMALL) return null;
  return compareUnits(unitsOf(a), has, unitsOf(b), other);
}

/** `a * b` beside `c * d`. */
export function compareSmallProducts(a: string, b: string, c: string, d: string): number | null {
  if (Math.min(placesOf(a), placesOf(b), placesOf(c), placesOf(d)) === NOT_SMALL) return null;
  const has = placesOf(a) + placesOf(b);
  const other = placesOf(c) + placesOf(d);
  const x = unitsOf(a) * unitsOf(b);
  const y = unitsOf(c) * unitsOf(d);
  return isExact(x, has) && isExact(y, other) ? compareUnits(x, has, y, other) : null;
}

/** -1, 0 or 1. */
export const signOfSmall = (value: string): number | null =>
  placesOf(value) === NOT_SMALL ? null : Math.sign(unitsOf(value)) + 0;

export function isSmallWhole(value: string): boolean | null {
  const has = placesOf(value);
  return has === NOT_SMALL ? null : unitsOf(value) % powerOf(has) === 0;
}
