import type { Product } from "#contracts";
import { compare, plain } from "#platform";
import { quantityRules } from "./order-quantity.ts";
import { baseQuantityOf, toBaseUnits } from "./units.ts";

/** What becomes of a line whose item is going or short: it is sold as ordered; another item takes its place; or there is nothing but to say what could. */
export type Replacement =
  | { readonly is: "as-ordered" }
  | { readonly is: "replaced"; readonly by: Product; readonly explanation: string }
  | { readonly is: "gone"; readonly left: string; readonly offered: string | null };

export interface ReplacementQuestion {
  readonly product: Product;
  readonly quantity: string;
  readonly unitOfMeasure: string;
  /** Who lets his lines be replaced, in words: a channel, a customer group. Null: nobody said so. */
  readonly allowedBy: string | null;
  productOf(sku: string): Product | undefined;
  /** What is free of an item for this channel, over all branches, in base units. */
  freeOf(sku: string): string;
}

/**
 * A discontinued item sells until it is gone; then its successor, or the first substitute that has all, takes its place where that is allowed. Of an item
 * that is only short, a substitute that has all takes the place where that is allowed; otherwise it is waited for.
 */
export function chooseReplacement(question: ReplacementQuestion): Replacement {
  const { product, quantity, unitOfMeasure, allowedBy, freeOf } = question;
  const wanted = toBaseUnits(product, quantity, unitOfMeasure);
  if (product.status === "blocked" || wanted === null) return { is: "as-ordered" };
  const left = freeOf(product.sku);
  if (compare(left, wanted) >= 0) return { is: "as-ordered" };
  const isGoing = product.status === "discontinued";
  const replacement = isGoing ? successorOf(question, wanted) : substituteOf(question, wanted);
  if (replacement && allowedBy !== null) {
    const base = product.baseUnitOfMeasure;
    const state = isGoing ? "is discontinued and" : "is short:";
    const explanation = `${product.sku} ${state} ${plain(left)} ${base} of ${plain(wanted)} are left; ${replacement.sku} was taken in its place, as ${allowedBy} allows.`;
    return { is: "replaced", by: replacement, explanation };
  }
  return isGoing
    ? { is: "gone", left, offered: replacement?.sku ?? product.supersededBy ?? null }
    : { is: "as-ordered" };
}

/** The successor is offered whether or not it is there; it will come. */
function successorOf(question: ReplacementQuestion, wanted: string): Product | null {
  const { product, productOf } = question;
  const successor = product.supersededBy === undefined ? undefined : productOf(product.supersededBy);
  return successor && canStandIn(successor, question, wanted) ? successor : substituteOf(question, wanted);
}

function substituteOf(question: ReplacementQuestion, wanted: string): Product | null {
  const { product, productOf, freeOf } = question;
  const all = (product.substitutes ?? []).flatMap((sku) => productOf(sku) ?? []);
  return all.find((one) => canStandIn(one, question, wanted) && compare(freeOf(one.sku), wanted) >= 0) ?? null;
}

/** Sold, in the same unit holding as much, in such a quantity. */
function canStandIn(candidate: Product, { product, unitOfMeasure }: ReplacementQuestion, wanted: string): boolean {
  return (
    candidate.status === "active" &&
    candidate.baseUnitOfMeasure === product.baseUnitOfMeasure &&
    baseQuantityOf(candidate, unitOfMeasure) === baseQuantityOf(product, unitOfMeasure) &&
    quantityRules(candidate, wanted).length === 0
  );
}
