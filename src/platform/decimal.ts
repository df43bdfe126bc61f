import { Decimal } from "decimal.js";

/** Exact arithmetic over decimal strings: quantities and money are never floats. Results have no exponent and no trailing zeros. */
const Exact = Decimal.clone({ precision: 40, toExpNeg: -40, toExpPos: 40, rounding: Decimal.ROUND_HALF_UP });

export const add = (...values: readonly string[]): string =>
  values.reduce((sum, value) => sum.plus(value), new Exact(0)).toString();
export const subtract = (from: string, ...values: readonly string[]): string =>
  values.reduce((rest, value) => rest.minus(value), new Exact(from)).toString();
export const multiply = (a: string, b: string): string => new Exact(a).times(b).toString();
/** Rounded half up to the places given: a quotient has no exact form of its own. */
export const divide = (a: string, b: string, places: number): string =>
  new Exact(a).dividedBy(b).toDecimalPlaces(places).toString();
/** Half up, away from zero, as money is rounded; always with all its places: `round("2.5", 2)` is `"2.50"`. */
export const round = (value: string, places: number): string => new Exact(value).toFixed(places);
/** -1, 0 or 1. */
export const compare = (a: string, b: string): number => new Exact(a).comparedTo(b);
export const smaller = (a: string, b: string): string => (compare(a, b) <= 0 ? a : b);
export const larger = (a: string, b: string): string => (compare(a, b) >= 0 ? a : b);
export const isPositive = (value: string): boolean => compare(value, "0") > 0;
export const isZero = (value: string): boolean => compare(value, "0") === 0;
export const isWhole = (value: string): boolean => new Exact(value).isInteger();
/** `"3.000"` and `"3"` are the same quantity: the shortest way to write it. */
export const plain = (value: string): string => new Exact(value).toString();
