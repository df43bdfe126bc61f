import {
  availabilityFor,
  confirmedAtMs,
  degraded,
  readFeeds,
  stalenessEpoch,
  stalenessOf,
  type StalenessRule,
  claimBatch,
  findPositions,
  giveUpBatch,
  newsAmong,
  noteChanges,
  readDues,
  settleDues,
  type ChannelFigure,
  type PromisingPlan,
  type Publication,
} from "#domains";
import { CallFailure, type Clock, type Database, type Log } from "#platform";
import { isRefused, type Storefront } from "#systems";
import type { SystemHandle } from "./systems-at-hand.ts";

/** What one look came to. */
export interface Published {
  /** Items the channel was told of. */
  readonly told: number;
  /** More is due and may be told now. */
  readonly hasMore: boolean;
}

export interface ChannelPublisher {
  readonly channel: string;
  /** Notes what changed, and tells the channel of one batch of it where that is possible now. One node does so for all. */
  publish(signal: AbortSignal): Promise<Published>;
}

interface PublisherOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly channel: string;
  readonly storefront: SystemHandle<Storefront>;
  readonly lane: { capacity(): number };
  readonly promising: Pick<PromisingPlan, "reserves" | "version">;
  /** What the channel is told of stock nobody has confirmed for long; undefined: the figures as they are. */
  readonly staleness: StalenessRule | undefined;
}

const NOTHING: Published = { told: 0, hasMore: false };
const FIRST_REST_MS = 500;
/** Beyond a call's own patience. */
const LOST_AFTER_MS = 5_000;
const REST_AT_MOST_MS = 15_000;
const restMs = (failures: number) => Math.min(REST_AT_MOST_MS, FIRST_REST_MS * 2 ** failures);

/** What a channel may sell, and by which rules that is said. */
function figuresFor({ database, clock, channel, promising, staleness }: PublisherOptions) {
  async function figuresOf(skus: readonly string[]): Promise<readonly ChannelFigure[]> {
    const positions = await findPositions(database, skus);
    const feeds = staleness ? await readFeeds(database) : [];
    const now = clock.now();
    return skus.map((sku) => {
      const known = positions.get(sku) ?? [];
      const available = availabilityFor(channel, sku, known, promising.reserves);
      const isStale = staleness && stalenessOf(staleness, confirmedAtMs(known, feeds), now);
      return { sku, available: isStale ? degraded(staleness, available) : available };
    });
  }

  /** By what the figures are made; where it changes, any of them may. */
  async function rulesNow(): Promise<string> {
    const version = promising.version ?? "";
    return staleness ? `${version} ${stalenessEpoch(staleness, await readFeeds(database), clock.now())}` : version;
  }

  return { figuresOf, rulesNow };
}

/** Keeps a channel told of what it may sell: the latest figures in as few calls as it allows. Null where it cannot be told. */
export function createChannelPublisher(options: PublisherOptions): ChannelPublisher | null {
  const { database, clock, log, channel, storefront, lane } = options;
  const { figuresOf, rulesNow } = figuresFor(options);
  const { connector } = storefront;
  const { availabilityLimits: limits } = connector;
  const publishAvailability = connector.publishAvailability?.bind(connector);
  if (!limits || !publishAvailability) return null;
  const { itemsMax, everyMs } = limits;
  let notBeforeMs = 0;
  let failures = 0;

  async function send(items: readonly ChannelFigure[], { sequence }: Publication, signal: AbortSignal): Promise<void> {
    const key = `availability:${channel}:${sequence}`;
    const call = storefront.call({
      idempotencyKey: key,
      correlationId: `availability:${channel}`,
      attempt: 1,
      signal,
      maybeDone: false,
      now: clock.now(),
    });
    const answer = await publishAvailability?.({ sequence, items }, call);
    if (answer && isRefused(answer)) throw new Error(answer.refused);
  }

  async function giveUp(batch: Publication, error: unknown): Promise<void> {
    const isDeferred = error instanceof CallFailure && error.deferred;
    const failure = error instanceof Error ? error.message : String(error);
    await giveUpBatch(database, batch, isDeferred ? null : failure);
    if (isDeferred) return;
    const askedMs = error instanceof CallFailure ? (error.retryAfterMs ?? 0) : 0;
    notBeforeMs = clock.now().getTime() + Math.max(askedMs, restMs(failures));
    if (failures === 0) log.warn({ channel, err: error }, "A channel could not be told what is available; it waits.");
    failures += 1;
  }

  async function isTaken(items: readonly ChannelFigure[], batch: Publication, signal: AbortSignal): Promise<boolean> {
    try {
      await send(items, batch, signal);
      failures = 0;
      return true;
    } catch (error) {
      await giveUp(batch, error);
      return false;
    }
  }

  async function tell(publication: Publication, signal: AbortSignal): Promise<Published> {
    const dues = await readDues(database, channel, itemsMax);
    if (dues.length === 0) return NOTHING;
    const skus = dues.map(({ sku }) => sku);
    const told = new Map(dues.flatMap(({ sku, told: before }) => (before === null ? [] : [[sku, before] as const])));
    const news = newsAmong(await figuresOf(skus), told);
    const hasMore = dues.length === itemsMax;
    if (news.length === 0) {
      await settleDues(database, publication, { skus, told: [] }, clock.now());
      return { told: 0, hasMore };
    }
    const now = clock.now();
    const until = new Date(now.getTime() + connector.limits.timeoutMs + LOST_AFTER_MS);
    const batch = await claimBatch(database, publication, { now, until });
    if (!batch || !(await isTaken(news, batch, signal))) return NOTHING;
    notBeforeMs = clock.now().getTime() + everyMs;
    await settleDues(database, batch, { skus, told: news }, clock.now());
    return { told: news.length, hasMore };
  }

  return {
    channel,
    async publish(signal) {
      const publication = await noteChanges(database, channel, await rulesNow(), clock.now());
      if (publication === null) return NOTHING;
      if (clock.now().getTime() < notBeforeMs || lane.capacity() < 1) return NOTHING;
      return tell(publication, signal);
    },
  };
}
