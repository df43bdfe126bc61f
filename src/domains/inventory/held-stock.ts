import { add, larger, subtract } from "#platform";
import type { FreeStock } from "./choose-branches.ts";

/** So much at a branch. */
export interface KeptStock {
  readonly sku: string;
  readonly branch: string;
  readonly quantity: string;
}

/** Free stock of which parts are kept for orders whose turn has not come. */
export interface HeldStock {
  /** The stock as this order may count on it. What was kept for it is free from now on: first for it, then for whoever comes after. */
  turnOf(salesOrderId: string): FreeStock;
}

/** `kept` says what reservations keep for which order of a list, by the order's id; `stock` has it among what is free. */
export function holdForOrders(stock: FreeStock, kept: ReadonlyMap<string, readonly KeptStock[]>): HeldStock {
  const held = new Map<string, string>();
  const change = (by: (before: string, quantity: string) => string, pieces: readonly KeptStock[]) => {
    for (const { sku, branch, quantity } of pieces) {
      const position = `${sku}@${branch}`;
      held.set(position, by(held.get(position) ?? "0", quantity));
    }
  };
  for (const pieces of kept.values()) change(add, pieces);
  const view: FreeStock = {
    available(sku, branch) {
      const others = held.get(`${sku}@${branch}`);
      const available = stock.available(sku, branch);
      return others === undefined ? available : larger(subtract(available, others), "0");
    },
    take: (sku, branch, quantity) => stock.take(sku, branch, quantity),
  };
  return {
    turnOf(salesOrderId) {
      change(subtract, kept.get(salesOrderId) ?? []);
      return kept.size === 0 ? stock : view;
    },
  };
}
