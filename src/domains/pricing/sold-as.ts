import type { Product } from "#contracts";
import { NOT_SMALL, placesOf, powerOf, unitsOf } from "#platform";
import { baseQuantityOf, unitsOf as unitsSoldIn } from "../products/units.ts";
import type { Words } from "./words.ts";

/** In which units an item is sold and in which quantities, in whole numbers. */
export interface SoldAs {
  /** Its units, as numbers of words. */
  readonly units: readonly number[];
  /** How much of the base unit one of each holds, all in the same fraction of it: only how one stands to another says anything. */
  readonly bases: readonly number[];
  /** What the base unit itself holds of that fraction. */
  readonly oneBase: number;
  /** The smallest order, in millionths of the base unit; 0: none. */
  readonly minimum: number;
  /** What an order is a multiple of, in millionths of the base unit; 0: nothing. */
  readonly multiple: number;
}

/** Whole millionths; NaN for what has no exact number of them. */
export function millionths(text: string): number {
  const places = placesOf(text);
  if (places === NOT_SMALL || places > MILLIONTH_PLACES) return Number.NaN;
  const units = unitsOf(text) * powerOf(MILLIONTH_PLACES - places);
  return Number.isSafeInteger(units) && units >= 0 ? units : Number.NaN;
}
export const MILLIONTH_PLACES = 6;

type Sold = Pick<Product, "baseUnitOfMeasure" | "unitConversions" | "minimumOrderQuantity" | "orderMultiple">;

/** Thousands of items are sold alike: each way is kept once, and stays warm. None is let go until everything is read anew. */
export interface WaysToSell {
  /** Another for whatever is sold in another way; NO_WAY: not in whole numbers. */
  numberOf(product: Sold): number;
  at(number: number): SoldAs | null;
}
export const NO_WAY = 0;

export function createWaysToSell(words: Words): WaysToSell {
  const numbers = new Map<string, number>();
  const ways: (SoldAs | null)[] = [null];
  return {
    numberOf(product) {
      const { baseUnitOfMeasure, unitConversions, minimumOrderQuantity = "", orderMultiple = "" } = product;
      const key = JSON.stringify([baseUnitOfMeasure, unitConversions, minimumOrderQuantity, orderMultiple]);
      const known = numbers.get(key);
      if (known !== undefined) return known;
      const way = inWholeNumbers(product, words);
      const number = way ? ways.push(way) - 1 : NO_WAY;
      numbers.set(key, number);
      return number;
    },
    at: (number) => ways[number] ?? null,
  };
}

/** A division is rounded to twelve places where it is said whether a quantity is a multiple: below this a remainder always shows in them. */
const MULTIPLE_MAX = 1_000_000 * 10 ** MILLIONTH_PLACES;

function inWholeNumbers(product: Sold, words: Words): SoldAs | null {
  const units = unitsSoldIn(product);
  const texts = units.map((unit) => baseQuantityOf(product, unit) ?? "");
  const places = texts.map((text) => placesOf(text));
  const most = Math.max(...places);
  const bases = texts.map((text, index) => unitsOf(text) * powerOf(most - (places[index] ?? 0)));
  const minimum = millionths(product.minimumOrderQuantity ?? "0");
  const multiple = millionths(product.orderMultiple ?? "0");
  const isExact =
    !places.includes(NOT_SMALL) &&
    bases.every((base) => Number.isSafeInteger(base) && base > 0) &&
    minimum >= 0 &&
    multiple < MULTIPLE_MAX;
  return isExact
    ? { units: units.map((unit) => words.numberOf(unit)), bases, oneBase: powerOf(most), minimum, multiple }
    : null;
}
