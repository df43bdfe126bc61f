import { add, larger, smaller, subtract } from "#platform";
import type { FreeStock } from "../inventory/choose-branches.ts";
import type { ChannelReserve } from "./promising-rules.ts";

/** What is kept for channels, and so from the others. */
export interface ChannelReserves {
  /** Whether anybody keeps anything of an item from this channel. */
  concerns(channel: string, sku: string): boolean;
  /** What other channels keep of an item at a branch. */
  keptAt(channel: string, sku: string, branch: string): string;
  /** What other channels keep of an item over all branches. */
  keptOverall(channel: string, sku: string): string;
}

const EVERY = "";
const keyOf = (sku: string, branch: string) => `${sku}@${branch}`;

/** A reserve of a named item takes the place of the channel's reserve of every item. */
export function compileChannelReserves(reserves: readonly ChannelReserve[]): ChannelReserves {
  const byChannel = new Map(
    [...Map.groupBy(reserves, ({ channel }) => channel)].map(([channel, own]) => [
      channel,
      new Map(own.map(({ sku = EVERY, branch = EVERY, quantity }) => [keyOf(sku, branch), quantity])),
    ]),
  );
  function kept(channel: string, sku: string, branch: string): string {
    let sum = "0";
    for (const [keeper, quantities] of byChannel) {
      if (keeper === channel) continue;
      const quantity = quantities.get(keyOf(sku, branch)) ?? quantities.get(keyOf(EVERY, branch));
      if (quantity !== undefined) sum = add(sum, quantity);
    }
    return sum;
  }
  return {
    concerns: (channel, sku) =>
      reserves.some((one) => one.channel !== channel && (one.sku === undefined || one.sku === sku)),
    keptAt: (channel, sku, branch) => kept(channel, sku, branch),
    keptOverall: (channel, sku) => kept(channel, sku, EVERY),
  };
}

/** The stock as a channel may count on it: what the others keep is not there for it. */
export function seenByChannel(
  stock: FreeStock,
  reserves: ChannelReserves,
  channel: string,
  branches: readonly string[],
): FreeStock {
  return {
    take: (sku, branch, quantity) => stock.take(sku, branch, quantity),
    available(sku, branch) {
      const free = stock.available(sku, branch);
      if (!reserves.concerns(channel, sku)) return free;
      const here = subtract(free, reserves.keptAt(channel, sku, branch));
      const overall = reserves.keptOverall(channel, sku);
      if (overall === "0") return larger(here, "0");
      const everywhere = add(...branches.map((one) => stock.available(sku, one)));
      return larger(smaller(here, subtract(everywhere, overall)), "0");
    },
  };
}
