import type { AvailableToPromise } from "#contracts";
import { availableToPromise, findPositions, readExpected, type PromisingPlan } from "#domains";
import type { Clock, Queryable } from "#platform";
import type { AtpAsked } from "../hub.ts";

/** What can be promised of items now and by date. Items without any position are left out. */
export async function askAvailableToPromise(
  database: Queryable,
  { clock, promising }: { readonly clock: Clock; readonly promising: PromisingPlan },
  skus: readonly string[],
  { quantity, channel }: AtpAsked,
): Promise<readonly AvailableToPromise[]> {
  const [positions, expected] = [await findPositions(database, skus), await readExpected(database, skus)];
  const now = clock.now();
  return expected.flatMap(({ sku, waiting: backordered }) => {
    const known = positions.get(sku);
    const wanted = quantity === undefined ? {} : { quantity };
    const kept = channel === undefined ? {} : { kept: keptFromChannel(promising, channel, sku) };
    return known ? [availableToPromise({ sku, positions: known, backordered, now, ...wanted, ...kept })] : [];
  });
}

const keptFromChannel = ({ reserves }: PromisingPlan, channel: string, sku: string) => ({
  at: (branch: string) => reserves.keptAt(channel, sku, branch),
  overall: reserves.keptOverall(channel, sku),
});
