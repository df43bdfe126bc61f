import { larger, subtract } from "#platform";

/** Available to promise = on hand - allocated - safety stock, and never less than nothing. Base units. */
export const availableToPromise = (position: {
  readonly onHand: string;
  readonly allocated: string;
  readonly safetyStock: string;
}): string => larger(subtract(position.onHand, position.allocated, position.safetyStock), "0");
