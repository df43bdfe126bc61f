import { add, compare } from "#platform";

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
  const wanted = add(quantity, waiting);
  let arrived = "0";
  for (const arrival of inbound.filter(({ expectedOn }) => expectedOn >= today).toSorted(byDate)) {
    arrived = add(arrived, arrival.quantity);
    if (compare(arrived, wanted) >= 0) return arrival.expectedOn;
  }
  return null;
}

const byDate = (a: Inbound, b: Inbound) => (a.expectedOn < b.expectedOn ? -1 : a.expectedOn > b.expectedOn ? 1 : 0);
