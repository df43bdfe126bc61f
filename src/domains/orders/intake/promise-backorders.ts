import { add, isPositive } from "#platform";
import type { SourcedDemand } from "../../inventory/choose-branches.ts";
import { promiseDate } from "../../inventory/promise.ts";
import type { Expected } from "../../inventory/read-stock.ts";
import type { DecidedLine } from "./decide-order.ts";

/**
 * Gives every line the day it is promised: when the last of it leaves, or, for a backordered one, when it can be expected, in the order in which the
 * lines came. What nothing known of covers is promised when a supplier could ship it directly.
 */
export function promiseBackorders(
  orders: readonly (readonly SourcedDemand[])[],
  expected: readonly Expected[],
  today: string,
): DecidedLine[][] {
  const known = new Map(expected.map((item) => [item.sku, item]));
  const waiting = new Map(expected.map(({ sku, waiting }) => [sku, waiting]));
  return orders.map((lines) =>
    lines.map((line) => {
      if (!isPositive(line.backordered)) return { ...line, promisedOn: line.shipsOn ?? null };
      const before = waiting.get(line.sku) ?? "0";
      waiting.set(line.sku, add(before, line.backordered));
      const comesOn = promiseDate(line.backordered, before, known.get(line.sku)?.inbound ?? [], today);
      const told = comesOn === null ? "No inbound stock is known that would cover it." : `Expected on ${comesOn}.`;
      const promisedOn = comesOn ?? line.dropShip?.expectedOn ?? null;
      return { ...line, promisedOn, explanation: `${line.explanation} ${told}` };
    }),
  );
}
