/**
 * Decimals of ordinary size as whole numbers of their last place: `12.50` is 1250 units of two places. Whole numbers below 2^53 are exact, so that most
 * of a day's quantities and amounts need no arithmetic of arbitrary length. Null wherever something does not fit: somebody else then counts.
 */
export interface SmallDecimal {
  readonly units: number;
  readonly places: number;
}

const TEXT_MAX = 16;
const PLACES_MAX = 12;
const POWERS = Array.from({ length: 2 * PLACES_MAX + 1 }, (_, places) => 10 ** places);
const powerOf = (places: number): number => POWERS[places] ?? Number.POSITIVE_INFINITY;

const DOT = 46;
const MINUS = 45;
const ZERO = 48;

const fits = (units: number, places: number): SmallDecimal | null =>
  Number.isSafeInteger(units) && places <= PLACES_MAX ? { units, places } : null;

/** Null for what is not small, and for what is no decimal. */
export function readSmall(text: string): SmallDecimal | null {
  const { length } = text;
  const start = text.charCodeAt(0) === MINUS ? 1 : 0;
  let dot = -1;
  let units = 0;
  if (length > TEXT_MAX || length === start) return null;
  for (let index = start; index < length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === DOT && dot < 0 && index > start) dot = index;
    else if (code >= ZERO && code <= ZERO + 9) units = units * 10 + (code - ZERO);
    else return null;
  }
  if (dot === length - 1) return null;
  return fits(start === 1 ? -units : units, dot < 0 ? 0 : length - dot - 1);
}

const scaled = ({ units, places }: SmallDecimal, to: number): number => units * powerOf(to - places);

export function addSmall(a: SmallDecimal, b: SmallDecimal): SmallDecimal | null {
  if (a.places === b.places) return fits(a.units + b.units, a.places);
  const places = Math.max(a.places, b.places);
  const [x, y] = [scaled(a, places), scaled(b, places)];
  return Number.isSafeInteger(x) && Number.isSafeInteger(y) ? fits(x + y, places) : null;
}

export const negateSmall = ({ units, places }: SmallDecimal): SmallDecimal => ({ units: -units, places });

export const multiplySmall = (a: SmallDecimal, b: SmallDecimal): SmallDecimal | null =>
  fits(a.units * b.units, a.places + b.places);

/** Half away from zero, exactly: the remainder of safe whole numbers is exact, their quotient is not. */
function quotient(dividend: number, divisor: number): number {
  const rest = dividend % divisor;
  const whole = (dividend - rest) / divisor;
  return Math.abs(rest) * 2 >= Math.abs(divisor) ? whole + Math.sign(dividend) * Math.sign(divisor) : whole;
}

/** To the places asked for, half up; the divisor is not zero. */
export function divideSmall(a: SmallDecimal, b: SmallDecimal, places: number): SmallDecimal | null {
  const shift = places + b.places - a.places;
  const dividend = shift >= 0 ? a.units * powerOf(shift) : a.units;
  const divisor = shift >= 0 ? b.units : b.units * powerOf(-shift);
  const areExact = Number.isSafeInteger(dividend) && Number.isSafeInteger(divisor * 2);
  return areExact ? fits(quotient(dividend, divisor), places) : null;
}

/** Half up, with all the places asked for. */
export const roundSmall = (value: SmallDecimal, places: number): SmallDecimal | null =>
  value.places <= places
    ? fits(scaled(value, places), places)
    : fits(quotient(value.units, powerOf(value.places - places)), places);

export function compareSmall(a: SmallDecimal, b: SmallDecimal): number | null {
  if (a.places === b.places) return a.units < b.units ? -1 : a.units > b.units ? 1 : 0;
  const difference = addSmall(a, negateSmall(b));
  return difference && compareSmall(difference, { units: 0, places: difference.places });
}

/** With exactly its places. */
export function writeSmall({ units, places }: SmallDecimal): string {
  if (places === 0) return String(units);
  const digits = String(Math.abs(units)).padStart(places + 1, "0");
  const point = digits.length - places;
  return `${units < 0 ? "-" : ""}${digits.slice(0, point)}.${digits.slice(point)}`;
}

/** Without trailing zeros. */
export function writeShortest({ units, places }: SmallDecimal): string {
  let [short, left] = [units, places];
  while (left > 0 && short % 10 === 0) {
    short /= 10;
    left -= 1;
  }
  return writeSmall({ units: short, places: left });
}
