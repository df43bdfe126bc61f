import type { InventoryPosition } from "#contracts";
import { add, larger, smaller, subtract } from "#platform";
import type { ChannelReserves } from "../promising/channel-reserves.ts";

/** How much of an item a channel may sell, in its base unit. */
export interface ChannelFigure {
  readonly sku: string;
  readonly available: string;
}

const floor = (quantity: string) => larger(quantity, "0");

/** What can be promised over all branches, less what other channels keep there and altogether. Nothing anywhere is "0". */
export function availabilityFor(
  channel: string,
  sku: string,
  positions: readonly Pick<InventoryPosition, "branch" | "availableToPromise">[],
  reserves: ChannelReserves,
): string {
  const everywhere = add("0", ...positions.map(({ availableToPromise }) => availableToPromise));
  if (!reserves.concerns(channel, sku)) return everywhere;
  const left = positions.map(({ branch, availableToPromise }) =>
    floor(subtract(availableToPromise, reserves.keptAt(channel, sku, branch))),
  );
  return smaller(add("0", ...left), floor(subtract(everywhere, reserves.keptOverall(channel, sku))));
}

/** The figures that are news to the channel. */
export const newsAmong = (
  figures: readonly ChannelFigure[],
  told: ReadonlyMap<string, string>,
): readonly ChannelFigure[] => figures.filter(({ sku, available }) => told.get(sku) !== available);
