import { Decimal } from "decimal.js";
import {
  addSmall,
  compareSmall,
  divideSmall,
  multiplySmall,
  negateSmall,
  readSmall,
  roundSmall,
  writeShortest,
  writeSmall,
} from "./small-decimal.ts";

/**
 * Exact arithmetic over decimal strings: quantities and money are never floats. Results have no exponent and no trailing zeros, and nought has no
 * sign. Sixty digits hold the product of any two amounts the contracts let through (21 digits each), and sums of such products.
 */
const Exact = Decimal.clone({ precision: 60, toExpNeg: -60, toExpPos: 60, rounding: Decimal.ROUND_HALF_UP });

/** Throws a RangeError for what is no decimal: NaN and Infinity would be counted with silently, and so would an exponent. */
function exact(text: string): Decimal {
  if (!/^-?\d+(\.\d+)?$/.test(text)) throw new RangeError(`"${text}" is not a decimal.`);
  return new Exact(text);
}

/** The sum of two; the way of arbitrary length is gone only where a number is large or has many places. */
function sum(a: string, b: string): string {
  const [x, y] = [readSmall(a), readSmall(b)];
  const small = x && y && addSmall(x, y);
  return small ? writeShortest(small) : exact(a).plus(exact(b)).toString();
}
function difference(from: string, value: string): string {
  const [x, y] = [readSmall(from), readSmall(value)];
  const small = x && y && addSmall(x, negateSmall(y));
  return small ? writeShortest(small) : exact(from).minus(exact(value)).toString();
}

export const add = (...values: readonly string[]): string => values.reduce(sum, "0");
export const subtract = (from: string, ...values: readonly string[]): string =>
  values.length === 0 ? plain(from) : values.reduce(difference, from);
export function multiply(a: string, b: string): string {
  const [x, y] = [readSmall(a), readSmall(b)];
  const small = x && y && multiplySmall(x, y);
  return small ? writeShortest(small) : exact(a).times(exact(b)).toString();
}
/** Rounded half up to the places given: a quotient has no exact form of its own. Throws a RangeError for a divisor of zero. */
export function divide(a: string, b: string, places: number): string {
  if (isZero(b)) throw new RangeError(`${a} is not divided by zero.`);
  const [x, y] = [readSmall(a), readSmall(b)];
  const small = x && y && divideSmall(x, y, places);
  return small ? writeShortest(small) : exact(a).dividedBy(exact(b)).toDecimalPlaces(places).toString();
}
/** Half up, away from zero, as money is rounded; always with all its places: `round("2.5", 2)` is `"2.50"`. */
export function round(value: string, places: number): string {
  const x = readSmall(value);
  const small = x && roundSmall(x, places);
  if (small) return writeSmall(small);
  const rounded = exact(value).toDecimalPlaces(places);
  return (rounded.isZero() ? new Exact(0) : rounded).toFixed(places);
}
/** `round(multiply(a, b), places)`, without writing the product down. */
export function multiplyRounded(a: string, b: string, places: number): string {
  const [x, y] = [readSmall(a), readSmall(b)];
  const product = x && y && multiplySmall(x, y);
  const rounded = product && roundSmall(product, places);
  return rounded ? writeSmall(rounded) : round(multiply(a, b), places);
}
/** `compare(multiply(a, b), multiply(c, d))`, without writing the products down. */
export function compareProducts([a, b]: readonly [string, string], [c, d]: readonly [string, string]): number {
  const [w, x, y, z] = [readSmall(a), readSmall(b), readSmall(c), readSmall(d)];
  const left = w && x && multiplySmall(w, x);
  const right = y && z && multiplySmall(y, z);
  return (left && right && compareSmall(left, right)) ?? compare(multiply(a, b), multiply(c, d));
}
/** -1, 0 or 1. */
export function compare(a: string, b: string): number {
  const [x, y] = [readSmall(a), readSmall(b)];
  return (x && y && compareSmall(x, y)) ?? exact(a).comparedTo(exact(b));
}
export const smaller = (a: string, b: string): string => (compare(a, b) <= 0 ? a : b);
export const larger = (a: string, b: string): string => (compare(a, b) >= 0 ? a : b);
export const isPositive = (value: string): boolean => compare(value, "0") > 0;
export const isZero = (value: string): boolean => compare(value, "0") === 0;
export function isWhole(value: string): boolean {
  const small = readSmall(value);
  return small ? small.units % 10 ** small.places === 0 : exact(value).isInteger();
}
/** `"3.000"` and `"3"` are the same quantity: the shortest way to write it. */
export function plain(value: string): string {
  const small = readSmall(value);
  return small ? writeShortest(small) : exact(value).toString();
}
