import type { Queryable } from "#platform";

/** How far a channel is behind the stock. */
export interface ChannelLag {
  readonly channel: string;
  /** Items that changed and of which it has not been told. */
  readonly waiting: number;
  /** When the oldest of these changed; null: it knows everything. */
  readonly oldestChangeAt: Date | null;
  /** By the database's clock, as `oldestChangeAt` is. */
  readonly lagSeconds: number;
  readonly toldAt: Date | null;
  /** Why it did not take the latest batch; null: it did. */
  readonly failure: string | null;
}

/** Every channel that is told of stock, as of now. */
export const readChannelLags = (database: Queryable): Promise<readonly ChannelLag[]> =>
  database.query<ChannelLag>(
    `select p.channel, count(d.sku)::int as waiting, min(d.since) as "oldestChangeAt",
       coalesce(greatest(extract(epoch from clock_timestamp() - min(d.since)), 0), 0)::float8 as "lagSeconds",
       p.told_at as "toldAt", p.failure
     from channel_publications p left join channel_dues d on d.channel = p.channel
     group by p.channel order by p.channel`,
  );
