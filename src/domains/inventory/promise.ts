import { add, compare, larger, subtract } from "#platform";

/** What is on its way to us of one item, to whatever branch. */
export interface Inbound {
  readonly expectedOn: string;
  readonly quantity: string;
}

/**
 * The first day by which enough has come in for a backorder, after those who wait already have been served. What was expected before today
 * and did not come is counted on for nothing. Null: nothing known of covers it.
 */
export function promiseDate(
  quantity: string,
  waiting: string,
  inbound: readonly Inbound[],
  today: string,
): string | null {
  return arrivalFor(add(quantity, waiting), inbound, today).expectedOn;
}

/** How much may wait before a run of backorders of one item for each of them to be promised the same day: more than `above`, up to `upTo` (null: any). */
export interface WaitingRange {
  readonly above: string;
  readonly upTo: string | null;
}

export function sameDays(
  quantities: readonly string[],
  waiting: string,
  inbound: readonly Inbound[],
  today: string,
): WaitingRange {
  let range: WaitingRange = { above: "-1", upTo: null };
  let before = "0";
  for (const quantity of quantities) {
    before = add(before, quantity);
    const { arrivedBefore, arrived } = arrivalFor(add(waiting, before), inbound, today);
    const upTo = arrived === null ? range.upTo : smallest(subtract(arrived, before), range.upTo);
    range = { above: larger(subtract(arrivedBefore, before), range.above), upTo };
  }
  return range;
}

const smallest = (a: string, b: string | null): string => (b === null || compare(a, b) < 0 ? a : b);

/** The arrival that brings what has come in up to what is wanted; nulls: none does. */
function arrivalFor(wanted: string, inbound: readonly Inbound[], today: string) {
  let arrivedBefore = "0";
  for (const { expectedOn, quantity } of inbound.filter(({ expectedOn }) => expectedOn >= today).toSorted(byDate)) {
    const arrived = add(arrivedBefore, quantity);
    if (compare(arrived, wanted) >= 0) return { expectedOn, arrivedBefore, arrived };
    arrivedBefore = arrived;
  }
  return { expectedOn: null, arrivedBefore, arrived: null };
}

const byDate = (a: Inbound, b: Inbound) => (a.expectedOn < b.expectedOn ? -1 : a.expectedOn > b.expectedOn ? 1 : 0);
