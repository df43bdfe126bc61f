import type { AvailableToPromise } from "#contracts";
import { compare, plain } from "#platform";
import { dayForQuantity, quantityBy } from "./available-to-promise.ts";
import { wholeTimes } from "./kit-stock.ts";

/** A part of a kit: how many of it are in one, and what can be promised of it. */
export interface PromisablePart {
  readonly quantity: string;
  readonly answer: AvailableToPromise;
}

/**
 * What can be promised of a kit: at each branch as often as it has all parts, now and by date, since a kit's parts are taken at one branch; in all,
 * the branches' sum. The figures of a branch are those of the part that is scarcest there, which is named.
 */
export function kitAvailableToPromise(
  sku: string,
  parts: readonly PromisablePart[],
  { now, quantity }: { readonly now: Date; readonly quantity?: string },
): AvailableToPromise {
  const codes = [...new Set(parts.flatMap(({ answer }) => answer.branches.map(({ branch }) => branch)))];
  const branches = codes.flatMap((branch) => kitAt(branch, parts));
  const days = [...new Set(branches.flatMap(({ byDate }) => byDate.map(({ on }) => on)))].toSorted();
  const sum = (of: (branch: (typeof branches)[number]) => string) =>
    plain(String(branches.reduce((all, branch) => all + BigInt(of(branch)), 0n)));
  const whole = {
    sku,
    now: sum((branch) => branch.now),
    byDate: days.map((on) => ({ on, quantity: sum((branch) => quantityBy(branch, on)) })),
    backordered: "0",
    overdue: "0",
    branches,
  };
  const today = now.toISOString().slice(0, 10);
  return quantity === undefined ? whole : { ...whole, promise: dayForQuantity(whole, quantity, today) };
}

function kitAt(branch: string, parts: readonly PromisablePart[]): AvailableToPromise["branches"] {
  const here = parts.map((part) => ({ part, at: part.answer.branches.find((one) => one.branch === branch) }));
  const known = here.flatMap(({ part, at }) => (at ? [{ sku: part.answer.sku, quantity: part.quantity, at }] : []));
  const timesOn = (on: string | null) =>
    known.map(({ quantity, at }) => wholeTimes(on === null ? at.now : quantityBy(at, on), quantity)).reduce(least);
  const [first] = known;
  if (!first || known.length < parts.length) return [];
  const now = timesOn(null);
  const scarcest = known.find(({ quantity, at }) => wholeTimes(at.now, quantity) === now) ?? first;
  const days = [...new Set(known.flatMap(({ at }) => at.byDate.map(({ on }) => on)))].toSorted();
  const byDate = days.map((on) => ({ on, quantity: timesOn(on) })).filter(({ quantity }) => compare(quantity, now) > 0);
  const oldest = known.reduce((old, one) => (one.at.ageSeconds > old.at.ageSeconds ? one : old));
  const { asOf, ageSeconds } = oldest.at;
  return [{ ...scarcest.at, branch, now, byDate, asOf, ageSeconds, limitedBy: scarcest.sku }];
}

const least = (a: string, b: string) => (compare(a, b) <= 0 ? a : b);
