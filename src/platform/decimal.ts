import { Decimal } from "decimal.js";

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

export const add = (...values: readonly string[]): string =>
  values.reduce((sum, value) => sum.plus(exact(value)), new Exact(0)).toString();
export const subtract = (from: string, ...values: readonly string[]): string =>
  values.reduce((rest, value) => rest.minus(exact(value)), exact(from)).toString();
export const multiply = (a: string, b: string): string => exact(a).times(exact(b)).toString();
/** Rounded half up to the places given: a quotient has no exact form of its own. Throws a RangeError for a divisor of zero. */
export function divide(a: string, b: string, places: number): string {
  const divisor = exact(b);
  if (divisor.isZero()) throw new RangeError(`${a} is not divided by zero.`);
  return exact(a).dividedBy(divisor).toDecimalPlaces(places).toString();
}
/** Half up, away from zero, as money is rounded; always with all its places: `round("2.5", 2)` is `"2.50"`. */
export function round(value: string, places: number): string {
  const rounded = exact(value).toDecimalPlaces(places);
  return (rounded.isZero() ? new Exact(0) : rounded).toFixed(places);
}
/** -1, 0 or 1. */
export const compare = (a: string, b: string): number => exact(a).comparedTo(exact(b));
export const smaller = (a: string, b: string): string => (compare(a, b) <= 0 ? a : b);
export const larger = (a: string, b: string): string => (compare(a, b) >= 0 ? a : b);
export const isPositive = (value: string): boolean => compare(value, "0") > 0;
export const isZero = (value: string): boolean => compare(value, "0") === 0;
export const isWhole = (value: string): boolean => exact(value).isInteger();
/** `"3.000"` and `"3"` are the same quantity: the shortest way to write it. */
export const plain = (value: string): string => exact(value).toString();
