import { Decimal } from "decimal.js";

/** A line that waits for stock. `avoid` names branches that could not serve it before. */
export interface WaitingLine {
  readonly salesOrderId: string;
  readonly lineNumber: number;
  readonly sku: string;
  readonly quantity: string;
  readonly homeBranch: string | null;
  readonly avoid: readonly string[];
}

/** What a branch could promise of an item. */
export interface FreeStock {
  readonly sku: string;
  readonly branch: string;
  readonly available: string;
}

export interface NewAllocation {
  readonly salesOrderId: string;
  readonly lineNumber: number;
  readonly sku: string;
  readonly branch: string;
  readonly quantity: string;
}

/**
 * First come, first served: `lines` come in the order in which they waited, `stock` in the order in which branches are preferred;
 * the customer's home branch goes before all. A line may be filled from several branches, and in part.
 */
export function fillWaitingLines(lines: readonly WaitingLine[], stock: readonly FreeStock[]): NewAllocation[] {
  const left = stock.map((position) => ({ ...position, available: new Decimal(position.available) }));
  const bySku = Map.groupBy(left, (position) => position.sku);
  return lines.flatMap((line) => {
    let wanted = new Decimal(line.quantity);
    const branches = (bySku.get(line.sku) ?? []).filter((position) => !line.avoid.includes(position.branch));
    const preferred = branches.toSorted(
      (a, b) => Number(b.branch === line.homeBranch) - Number(a.branch === line.homeBranch),
    );
    const taken: NewAllocation[] = [];
    for (const position of preferred) {
      const quantity = Decimal.min(wanted, position.available);
      if (quantity.lte(0)) continue;
      position.available = position.available.minus(quantity);
      wanted = wanted.minus(quantity);
      const { salesOrderId, lineNumber, sku } = line;
      taken.push({ salesOrderId, lineNumber, sku, branch: position.branch, quantity: quantity.toFixed() });
    }
    return taken;
  });
}
