import { add, isPositive, subtract } from "#platform";
import type { PositionKey, RecordedPosition, StockOutlook } from "./stock-outlook.ts";

/** What lists under way are about to take, and is not in the books yet. */
export interface AnnouncedStock {
  /** Answers how to say that it is over: taken, or not after all. */
  announce(positions: readonly RecordedPosition[]): () => void;
  /** What an outlook has beyond that. */
  beyond(outlook: StockOutlook): StockOutlook;
}

export function createAnnouncedStock(): AnnouncedStock {
  const items = new Map<string, Map<string, string>>();

  function set({ sku, branch }: PositionKey, quantity: string): void {
    const branches = items.get(sku) ?? new Map<string, string>();
    if (isPositive(quantity)) branches.set(branch, quantity);
    else branches.delete(branch);
    if (branches.size > 0) items.set(sku, branches);
    else items.delete(sku);
  }
  const of = ({ sku, branch }: PositionKey): string => items.get(sku)?.get(branch) ?? "0";

  function available(outlook: StockOutlook, sku: string, branch: string): string {
    const free = outlook.available(sku, branch);
    const announced = items.get(sku)?.get(branch);
    if (announced === undefined) return free;
    const left = subtract(free, announced);
    return isPositive(left) ? left : "0";
  }
  return {
    announce(positions) {
      for (const position of positions) set(position, add(of(position), position.taken));
      return () => {
        for (const position of positions) set(position, subtract(of(position), position.taken));
      };
    },
    beyond: (outlook) => ({ available: (sku, branch) => available(outlook, sku, branch) }),
  };
}
