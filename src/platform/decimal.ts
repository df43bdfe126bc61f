import { Decimal } from "decimal.js";
import {
  addSmall,
  compareSmall,
  compareSmallProducts,
  divideSmall,
  isSmallWhole,
  multiplySmall,
  multiplySmallRounded,
  plainSmall,
  roundSmall,
  signOfSmall,
  subtractSmall,
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

// The way of arbitrary length is gone only where a number is large or has many places.
const sum = (a: string, b: string): string => addSmall(a, b) ?? exact(a).plus(exact(b)).toString();
const difference = (from: string, value: string): string =>
  subtractSmall(from, value) ?? exact(from).minus(exact(value)).toString();

export const add = (first = "0", ...others: readonly string[]): string =>
  others.length === 0 ? plain(first) : others.reduce(sum, first);
export const subtract = (from: string, ...values: readonly string[]): string =>
  values.length === 0 ? plain(from) : values.reduce(difference, from);
export const multiply = (a: string, b: string): string => multiplySmall(a, b) ?? exact(a).times(exact(b)).toString();
/** Rounded half up to the places given: a quotient has no exact form of its own. Throws a RangeError for a divisor of zero. */
export function divide(a: string, b: string, places: number): string {
  if (isZero(b)) throw new RangeError(`${a} is not divided by zero.`);
  return divideSmall(a, b, places) ?? exact(a).dividedBy(exact(b)).toDecimalPlaces(places).toString();
}
/** Half up, away from zero, as money is rounded; always with all its places: `round("2.5", 2)` is `"2.50"`. */
export const round = (value: string, places: number): string =>
  roundSmall(value, places) ?? roundExact(exact(value), places);
/** `round(multiply(a, b), places)`, without writing the product down. */
export const multiplyRounded = (a: string, b: string, places: number): string =>
  multiplySmallRounded(a, b, places) ?? roundExact(exact(a).times(exact(b)), places);

function roundExact(value: Decimal, places: number): string {
  const rounded = value.toDecimalPlaces(places);
  return (rounded.isZero() ? new Exact(0) : rounded).toFixed(places);
}

/** -1, 0 or 1. */
export const compare = (a: string, b: string): number => compareSmall(a, b) ?? exact(a).comparedTo(exact(b));
/** `compare(multiply(a, b), multiply(c, d))`, without writing the products down. */
export const compareProducts = ([a, b]: readonly [string, string], [c, d]: readonly [string, string]): number =>
  compareSmallProducts(a, b, c, d) ??
  exact(a)
    .times(exact(b))
    .comparedTo(exact(c).times(exact(d)));
const signOf = (value: string): number => signOfSmall(value) ?? exact(value).comparedTo(0);

export const smaller = (a: string, b: string): string => (compare(a, b) <= 0 ? a : b);
export const larger = (a: string, b: string): string => (compare(a, b) >= 0 ? a : b);
export const isPositive = (value: string): boolean => signOf(value) > 0;
export const isZero = (value: string): boolean => signOf(value) === 0;
export const isWhole = (value: string): boolean => isSmallWhole(value) ?? exact(value).isInteger();
/** `"3.000"` and `"3"` are the same quantity: the shortest way to write it. */
export const plain = (value: string): string => plainSmall(value) ?? exact(value).toString();
