import { CrossdockError } from "#contracts";
import { isStale, readFeeds, type Feed, type StaleAfter } from "#domains";
import type { LaneSwitches } from "#governance";
import { readChannelLags, readQueues } from "#observability";
import type { Clock, Lane, Queryable } from "#platform";
import type { FeedState, SystemDesk } from "../hub.ts";
import { ageSeconds } from "./knowledge-desk.ts";

export interface KnownSystem {
  readonly title: string;
  readonly kind: string;
  readonly lane: Pick<Lane, "status">;
  /** Whose storefront it is. */
  readonly channels: readonly string[];
}

interface SystemDeskOptions {
  readonly database: Queryable;
  readonly clock: Clock;
  readonly systems: ReadonlyMap<string, KnownSystem>;
  readonly switches: Pick<LaneSwitches, "close" | "open">;
  readonly staleAfter: StaleAfter;
}

/** The systems as the API serves them: how each lane stands on this node, what waits for it everywhere, and how old what is read from it is. */
export function createSystemDesk({ database, clock, systems, switches, staleAfter }: SystemDeskOptions): SystemDesk {
  const stateOf = (feed: Feed): FeedState => ({
    ...feed,
    ageSeconds: ageSeconds(clock.now(), feed.readAt),
    staleAfterSeconds: staleAfter(feed.entity) / 1000,
    isStale: isStale(feed, staleAfter, clock.now()),
  });
  const demand = (system: string) => {
    if (!systems.has(system))
      throw new CrossdockError("not-found", `There is no system ${system} in the configuration.`);
  };
  return {
    async list() {
      const queues = new Map((await readQueues(database)).map((queue) => [queue.lane, queue]));
      const lags = await readChannelLags(database);
      const feeds = await readFeeds(database);
      return [...systems].map(([system, { title, kind, lane, channels }]) => {
        const { queued = 0, parked = 0, oldestQueuedAt = null } = queues.get(system) ?? {};
        const availability = lags.filter(({ channel }) => channels.includes(channel));
        const read = feeds.filter((feed) => feed.system === system).map(stateOf);
        return { system, title, kind, ...lane.status(), queued, parked, oldestQueuedAt, availability, feeds: read };
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
