import { CrossdockError } from "#contracts";
import type { LaneSwitches } from "#governance";
import { readChannelLags, readQueues } from "#observability";
import type { Lane, Queryable } from "#platform";
import type { SystemDesk } from "../hub.ts";

export interface KnownSystem {
  readonly title: string;
  readonly kind: string;
  readonly lane: Pick<Lane, "status">;
  /** Whose storefront it is. */
  readonly channels: readonly string[];
}

/** The systems as the API serves them: how each lane stands on this node, what waits for it everywhere. */
export function createSystemDesk(
  database: Queryable,
  systems: ReadonlyMap<string, KnownSystem>,
  switches: Pick<LaneSwitches, "close" | "open">,
): SystemDesk {
  const demand = (system: string) => {
    if (!systems.has(system))
      throw new CrossdockError("not-found", `There is no system ${system} in the configuration.`);
  };
  return {
    async list() {
      const queues = new Map((await readQueues(database)).map((queue) => [queue.lane, queue]));
      const lags = await readChannelLags(database);
      return [...systems].map(([system, { title, kind, lane, channels }]) => {
        const { queued = 0, parked = 0, oldestQueuedAt = null } = queues.get(system) ?? {};
        const availability = lags.filter(({ channel }) => channels.includes(channel));
        return { system, title, kind, ...lane.status(), queued, parked, oldestQueuedAt, availability };
      });
    },
    async close(system, who) {
      demand(system);
      await switches.close(system, who);
    },
    async open(system, who) {
      demand(system);
      await switches.open(system, who);
    },
  };
}
