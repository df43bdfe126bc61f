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
 * branch goes before all. A line may be filled from several branches, and in part. What other channels keep is not there for a line.
 */
export function fillWaitingLines(
  lines: readonly WaitingLine[],
  stock: readonly FreeStock[],
  plan: Pick<PromisingPlan, "reserves" | "forbids"> = plainPlan,
): NewAllocation[] {
  const left = stock.map((position) => ({ ...position, available: new Decimal(position.available) }));
  const bySku = Map.groupBy(left, (position) => position.sku);
  return lines.flatMap((line) => {
    const { salesOrderId, lineNumber, sku, channel, homeBranch } = line;
    const positions = bySku.get(sku) ?? [];
    let wanted = new Decimal(line.quantity);
    const isOpen = ({ branch, isOffered }: FreeStockLeft) =>
      isOffered && !line.avoid.includes(branch) && !plan.forbids?.(line.item, branch);
    const preferred = positions
      .filter(isOpen)
      .toSorted((a, b) => Number(b.branch === homeBranch) - Number(a.branch === homeBranch));
    const taken: NewAllocation[] = [];
    for (const position of preferred) {
      const quantity = Decimal.min(wanted, freeFor(channel, position, positions, plan.reserves));
      if (quantity.lte(0)) continue;
      position.available = position.available.minus(quantity);
      wanted = wanted.minus(quantity);
      taken.push({ salesOrderId, lineNumber, sku, branch: position.branch, quantity: quantity.toFixed() });
    }
    return taken;
  });
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
