import { compare, divide, larger, multiply, smaller, subtract } from "#platform";
import type { KitParts } from "../products/kits.ts";
import type { FreeStock } from "./choose-branches.ts";

const PLACES = 6;

/** The stock in which a kit is there as often as a branch has all its parts, and taking it takes them. */
export function withKits(stock: FreeStock, kits: KitParts): FreeStock {
  if (kits.size === 0) return stock;
  return {
    available(sku, branch) {
      const parts = kits.get(sku);
      if (!parts) return stock.available(sku, branch);
      return parts
        .map((part) => wholeTimes(stock.available(part.sku, branch), part.quantity))
        .reduce((least, times) => smaller(least, times));
    },
    take(sku, branch, quantity) {
      const parts = kits.get(sku) ?? [{ sku, quantity: "1" }];
      for (const part of parts) stock.take(part.sku, branch, multiply(part.quantity, quantity));
    },
  };
}

/** How often a quantity is contained whole. */
export function wholeTimes(available: string, quantity: string): string {
  const [times = "0"] = divide(larger(available, "0"), quantity, PLACES).split(".");
  // A quotient just below a whole number may have been rounded up to it.
  return compare(multiply(times, quantity), available) > 0 ? larger(subtract(times, "1"), "0") : times;
}

/** Taking on trial: what is taken here is not taken there. */
export function onTrial(stock: FreeStock): FreeStock {
  const left = new Map<string, string>();
  const available = (sku: string, branch: string) => left.get(`${sku}@${branch}`) ?? stock.available(sku, branch);
  return {
    available,
    take: (sku, branch, quantity) => void left.set(`${sku}@${branch}`, subtract(available(sku, branch), quantity)),
  };
}
