import { add, isPositive } from "#platform";
import type { SourcedDemand } from "../../inventory/choose-branches.ts";
import { promiseDate } from "../../inventory/promise.ts";
import type { Expected } from "../../inventory/read-stock.ts";
import type { DecidedLine } from "./decide-order.ts";

const NOTHING_COMES = "No inbound stock is known that would cover it.";

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
  const promised = (lines: readonly SourcedDemand[]) =>
    lines.map((line): DecidedLine => {
      if (!isPositive(line.backordered)) return { ...line, promisedOn: line.shipsOn ?? null };
      const before = waiting.get(line.sku) ?? "0";
      waiting.set(line.sku, add(before, line.backordered));
      const comesOn = promiseDate(line.backordered, before, known.get(line.sku)?.inbound ?? [], today);
      const told = comesOn === null ? NOTHING_COMES : `Expected on ${comesOn}.`;
      const { dropShip, ...own } = line;
      const promisedOn = comesOn ?? dropShip?.expectedOn ?? null;
      // Whom nobody needs is not asked.
      const supplied = comesOn === null && dropShip ? { dropShip } : {};
      return { ...own, ...supplied, promisedOn, explanation: `${line.explanation} ${told}` };
    });
  return orders.map((lines) => promiseKits(promised(lines)));
}

/** A kit is there when the last of its components is. */
function promiseKits(lines: readonly DecidedLine[]): DecidedLine[] {
  return lines.map((line) => {
    const parts = lines.filter(({ kitLineNumber }) => kitLineNumber === line.lineNumber);
    if (parts.length === 0 || !isPositive(line.backordered)) return line;
    const days = parts.map(({ promisedOn }) => promisedOn);
    const promisedOn = days.includes(null)
      ? null
      : days.reduce((late, day) => ((day ?? "") > (late ?? "") ? day : late));
    const told =
      promisedOn === null ? "Nothing known of covers all its parts." : `All its parts are expected by ${promisedOn}.`;
    return { ...line, promisedOn, explanation: line.explanation.replace(NOTHING_COMES, told) };
  });
}
