import { Decimal } from "decimal.js";
import { plainPlan, type ItemTraits, type PromisingPlan } from "../../promising/promising-plan.ts";

/** A line that waits for stock. `avoid` names branches that could not serve it before. */
export interface WaitingLine {
  readonly salesOrderId: string;
  readonly lineNumber: number;
  readonly sku: string;
  readonly quantity: string;
  readonly homeBranch: string | null;
  readonly avoid: readonly string[];
  readonly channel: string;
  readonly item: ItemTraits;
  /** Of a component of a kit: the kit's line, and how many of it are in one kit. */
  readonly kitLineNumber?: number | null;
  readonly kitQuantity?: string | null;
}

/** What a branch could promise of an item. Where it is not offered, it only counts towards what is kept for channels. */
export interface FreeStock {
  readonly sku: string;
  readonly branch: string;
  readonly available: string;
  readonly isOffered: boolean;
}

export interface NewAllocation {
  readonly salesOrderId: string;
  readonly lineNumber: number;
  readonly sku: string;
  readonly branch: string;
  readonly quantity: string;
}

/**
 * One after the other: `lines` come in the order in which they are served, `stock` in the order in which branches are preferred; the customer's home
 * branch goes before all. A line may be filled from several branches, and in part; the parts a kit waits for are taken together, as many kits at a
 * branch as it has all of them for. What other channels keep is not there for a line.
 */
export function fillWaitingLines(
  lines: readonly WaitingLine[],
  stock: readonly FreeStock[],
  plan: Pick<PromisingPlan, "reserves" | "forbids"> = plainPlan,
): NewAllocation[] {
  const left = stock.map((position) => ({ ...position, available: new Decimal(position.available) }));
  const bySku = Map.groupBy(left, (position) => position.sku);
  const branches = [...new Set(left.map(({ branch }) => branch))];
  const units = Map.groupBy(lines, ({ salesOrderId, lineNumber, kitLineNumber }) =>
    kitLineNumber ? `${salesOrderId} kit ${kitLineNumber}` : `${salesOrderId} ${lineNumber}`,
  );
  return [...units.values()].flatMap((parts) => fillUnit(parts, branches, bySku, plan));
}

/** A line by itself, or the lines of a kit. */
function fillUnit(
  parts: readonly WaitingLine[],
  branches: readonly string[],
  bySku: ReadonlyMap<string, readonly FreeStockLeft[]>,
  { forbids, reserves }: Pick<PromisingPlan, "reserves" | "forbids">,
): NewAllocation[] {
  const homeBranch = parts[0]?.homeBranch;
  const preferred = branches.toSorted((a, b) => Number(b === homeBranch) - Number(a === homeBranch));
  const wanting = parts.map((line) => ({
    line,
    each: new Decimal(line.kitQuantity ?? 1),
    wanted: new Decimal(line.quantity),
  }));
  const taken: NewAllocation[] = [];
  for (const branch of preferred) {
    const offers = wanting
      .filter(({ wanted }) => wanted.gt(0))
      .map((part) => {
        const positions = bySku.get(part.line.sku) ?? [];
        const position = positions.find((one) => one.branch === branch && one.isOffered);
        const isOpen = position && !part.line.avoid.includes(branch) && !forbids?.(part.line.item, branch);
        const free = isOpen ? freeFor(part.line.channel, position, positions, reserves) : new Decimal(0);
        return { part, position, free };
      });
    const isKit = parts.some(({ kitLineNumber }) => kitLineNumber);
    const kits = Decimal.min(...offers.map(({ part, free }) => free.dividedBy(part.each).floor()), Infinity);
    for (const { part, position, free } of offers) {
      const quantity = Decimal.min(part.wanted, isKit ? kits.times(part.each) : free);
      if (!position || quantity.lte(0)) continue;
      position.available = position.available.minus(quantity);
      part.wanted = part.wanted.minus(quantity);
      const { salesOrderId, lineNumber, sku } = part.line;
      taken.push({ salesOrderId, lineNumber, sku, branch, quantity: quantity.toFixed() });
    }
  }
  return taken;
}

type FreeStockLeft = Omit<FreeStock, "available"> & { available: Decimal };

function freeFor(
  channel: string,
  { sku, branch, available }: FreeStockLeft,
  everywhere: readonly FreeStockLeft[],
  reserves: PromisingPlan["reserves"],
): Decimal {
  if (!reserves.concerns(channel, sku)) return available;
  const overall = everywhere.reduce((sum, position) => sum.plus(position.available), new Decimal(0));
  return Decimal.min(
    available.minus(reserves.keptAt(channel, sku, branch)),
    overall.minus(reserves.keptOverall(channel, sku)),
  );
}
