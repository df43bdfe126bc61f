import type { AvailableToPromise, InventoryPosition } from "#contracts";
import { add, compare, isPositive, larger, plain, smaller, subtract } from "#platform";

type ByDate = AvailableToPromise["byDate"];

export interface AtpQuestion {
  readonly sku: string;
  /** Every branch's position of the item, the branch we would rather ship from first. */
  readonly positions: readonly InventoryPosition[];
  /** What backorders have spoken for of what comes, over all branches. */
  readonly backordered: string;
  readonly now: Date;
  /** How much must be there at once, if a day is asked for. */
  readonly quantity?: string;
  /** What channels other than the asking one keep: at a branch, and over all branches. */
  readonly kept?: { at(branch: string): string; readonly overall: string };
}

/**
 * Available to promise, cumulative: what is free now, and what comes free as stock arrives. What arrives at a branch fills first what was
 * promised there beyond what lies there, then serves those who wait, in the order of the days; the rest can be promised. Never below nought.
 */
export function availableToPromise(question: AtpQuestion): AvailableToPromise {
  const { sku, positions, backordered, now, kept = nothingKept, quantity } = question;
  const today = now.toISOString().slice(0, 10);
  const ledgers = positions.map((position) => openLedger(position, kept.at(position.branch)));
  receive(ledgers, backordered, today);
  const whole = inAll(ledgers, kept.overall);
  const branches = ledgers.map(({ position, keptForOthers, free, byDate }) => {
    const { branch, onHand, allocated, reserved, safetyStock, asOf, source } = position;
    const ageSeconds = Math.max(0, Math.floor((now.getTime() - Date.parse(asOf)) / 1000));
    return {
      branch,
      now: smaller(floor(free), whole.now),
      byDate: byDate.map(({ on, quantity }) => ({ on, quantity: smaller(quantity, quantityBy(whole, on)) })),
      onHand,
      allocated,
      reserved,
      safetyStock,
      keptForOthers,
      asOf,
      ageSeconds,
      source,
    };
  });
  const overdue = add(
    ...positions.flatMap(({ inbound }) => inbound.filter(isBefore(today)).map((one) => one.quantity)),
  );
  const answer = { sku, ...whole, backordered: plain(backordered), overdue, branches };
  return quantity === undefined ? answer : { ...answer, promise: dayForQuantity(answer, quantity, today) };
}

/** How much can be promised by a day. */
export function quantityBy(figures: { readonly now: string; readonly byDate: ByDate }, on: string): string {
  return figures.byDate.findLast((step) => step.on <= on)?.quantity ?? figures.now;
}

const nothingKept = { at: () => "0", overall: "0" };
const floor = (quantity: string) => larger(quantity, "0");
const isBefore = (day: string) => (one: { readonly expectedOn: string }) => one.expectedOn < day;

interface Ledger {
  readonly position: InventoryPosition;
  readonly keptForOthers: string;
  /** Now; below nought where more is promised than lies there. */
  readonly free: string;
  /** As arrivals are entered. */
  owing: string;
  promisable: string;
  readonly byDate: { on: string; quantity: string }[];
}

function openLedger(position: InventoryPosition, keptForOthers: string): Ledger {
  const { onHand, allocated, reserved, safetyStock } = position;
  const free = subtract(onHand, allocated, reserved, safetyStock, keptForOthers);
  return { position, keptForOthers, free, owing: floor(subtract("0", free)), promisable: floor(free), byDate: [] };
}

/** Enters everything that is still expected, in the order of the days. */
function receive(ledgers: readonly Ledger[], backordered: string, today: string): void {
  const arrivals = ledgers
    .flatMap((ledger) => ledger.position.inbound.map((arrival) => ({ ledger, ...arrival })))
    .filter(({ expectedOn }) => expectedOn >= today)
    .toSorted((a, b) => (a.expectedOn < b.expectedOn ? -1 : a.expectedOn > b.expectedOn ? 1 : 0));
  let waiting = backordered;
  for (const { ledger, expectedOn: on, quantity } of arrivals) {
    const owed = smaller(quantity, ledger.owing);
    ledger.owing = subtract(ledger.owing, owed);
    const served = smaller(subtract(quantity, owed), waiting);
    waiting = subtract(waiting, served);
    const rest = subtract(quantity, owed, served);
    if (!isPositive(rest)) continue;
    ledger.promisable = add(ledger.promisable, rest);
    const last = ledger.byDate.at(-1);
    if (last?.on === on) last.quantity = ledger.promisable;
    else ledger.byDate.push({ on, quantity: ledger.promisable });
  }
}

function inAll(ledgers: readonly Ledger[], keptOverall: string): { now: string; byDate: ByDate } {
  const sum = (quantities: readonly string[]) => floor(subtract(add(...quantities), keptOverall));
  const now = sum(ledgers.map(({ free }) => floor(free)));
  const days = [...new Set(ledgers.flatMap(({ byDate }) => byDate.map(({ on }) => on)))].toSorted();
  const at = ({ free, byDate }: Ledger, on: string) => quantityBy({ now: floor(free), byDate }, on);
  const byDate = days.map((on) => ({ on, quantity: sum(ledgers.map((ledger) => at(ledger, on))) }));
  return { now, byDate: byDate.filter(({ quantity }) => compare(quantity, now) > 0) };
}

/** One branch that has it by then is named; where only all together have it, none is. */
export function dayForQuantity(
  answer: Omit<AvailableToPromise, "promise">,
  quantity: string,
  today: string,
): NonNullable<AvailableToPromise["promise"]> {
  const covers = (held: string) => compare(held, quantity) >= 0;
  const on = covers(answer.now) ? today : (answer.byDate.find((step) => covers(step.quantity))?.on ?? null);
  if (on === null) {
    const known = answer.byDate.at(-1)?.quantity ?? answer.now;
    return { quantity, on, explanation: `At most ${plain(known)} can be promised by what is known to come.` };
  }
  const branch = answer.branches.find((one) => covers(quantityBy(one, on)))?.branch;
  const where = branch === undefined ? "from several branches together" : `from ${branch}`;
  const when = on === today ? "is there now" : `is there by ${on}, after those who wait`;
  return {
    quantity,
    on,
    ...(branch === undefined ? {} : { branch }),
    explanation: `${plain(quantity)} ${when}, ${where}.`,
  };
}
