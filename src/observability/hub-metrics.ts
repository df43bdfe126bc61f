import type { Clock, Exchange, Queryable } from "#platform";
import { readChannelLags, type ChannelLag } from "./channel-lags.ts";
import type { ExchangeRecorder } from "./exchanges.ts";
import type { Metrics } from "./metrics.ts";
import { readQueues } from "./queues.ts";

/** Counts and times every call to a system on its way into the record. */
export function countExchanges(metrics: Metrics, recorder: ExchangeRecorder): (exchange: Exchange) => void {
  const calls = metrics.counter("crossdock_exchanges_total", "Calls to other systems, by what came of them.");
  const seconds = metrics.histogram("crossdock_exchange_seconds", "How long other systems took to answer.");
  metrics.gauge(
    "crossdock_exchanges_dropped",
    "Exchanges not recorded since start, because writing could not keep up.",
    () => [{ value: recorder.dropped() }],
  );
  return (exchange) => {
    const { system, operation, category, latencyMs } = exchange;
    calls.add({ system, operation, outcome: category ?? "answered" });
    seconds.observe(latencyMs / 1000, { system, operation });
    recorder.record(exchange);
  };
}

/** What waits for each system and for people, asked of the database at the scrape. */
export function gaugeQueues(metrics: Metrics, database: Queryable): void {
  const perLane = (value: (queue: Awaited<ReturnType<typeof readQueues>>[number]) => number) => async () =>
    (await readQueues(database)).map((queue) => ({ labels: { system: queue.lane }, value: value(queue) }));
  metrics.gauge(
    "crossdock_commands_waiting",
    "Commands that wait for a system.",
    perLane(({ queued }) => queued),
  );
  metrics.gauge(
    "crossdock_commands_parked",
    "Commands that wait for a person.",
    perLane(({ parked }) => parked),
  );
  metrics.gauge("crossdock_documents_kept", "Inbound documents that wait for a person.", async () =>
    database.query<{ value: number }>("select count(*)::int as value from inbound_documents where status = 'kept'"),
  );
}

/** How far each channel is behind the stock, asked of the database at the scrape. */
export function gaugeChannels(metrics: Metrics, database: Queryable): void {
  const perChannel = (value: (lag: ChannelLag) => number) => async () =>
    (await readChannelLags(database)).map((lag) => ({ labels: { channel: lag.channel }, value: value(lag) }));
  metrics.gauge(
    "crossdock_channel_lag_seconds",
    "Age of the oldest change of stock that the channel was not told of.",
    perChannel(({ lagSeconds }) => lagSeconds),
  );
  metrics.gauge(
    "crossdock_channel_items_waiting",
    "Items whose change the channel was not told of.",
    perChannel(({ waiting }) => waiting),
  );
}

interface ReadFeed {
  readonly system: string;
  readonly entity: string;
  readonly readAt: Date | null;
}

/** How old what each feed told is, and whether that is too old, asked of the database at the scrape. One never read has no age, and is stale. */
export function gaugeFeeds(
  metrics: Metrics,
  database: Queryable,
  { clock, isStale }: { readonly clock: Clock; readonly isStale: (feed: ReadFeed) => boolean },
): void {
  const perFeed = (value: (feed: ReadFeed) => number | null) => async () => {
    const feeds = await database.query<ReadFeed>(
      `select system, entity, read_at as "readAt" from feeds order by system, entity`,
    );
    return feeds.flatMap((feed) => {
      const { system, entity } = feed;
      const measured = value(feed);
      return measured === null ? [] : [{ labels: { system, entity }, value: measured }];
    });
  };
  metrics.gauge(
    "crossdock_feed_age_seconds",
    "How long ago a feed was read with success.",
    perFeed(({ readAt }) => readAt && (clock.now().getTime() - readAt.getTime()) / 1000),
  );
  metrics.gauge(
    "crossdock_feed_stale",
    "1: what the feed told is older than it may be, or it was never read.",
    perFeed((feed) => (isStale(feed) ? 1 : 0)),
  );
}
