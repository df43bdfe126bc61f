import type { Feed } from "./feeds.ts";

export type FeedEntity = "customers" | "products" | "prices" | "stock-movements" | "stock";

/** How old the knowledge from each feed may be before it counts as stale. Milliseconds. */
export type StaleAfter = (entity: string) => number;

interface FeedSettings {
  readonly everyMs: number;
  readonly staleAfterMs?: Readonly<Partial<Record<FeedEntity, number>>>;
}

const TURNS_MISSED = 10;
const LEAST_MS = 60_000;

/** Left out: once it missed ten turns, and not before a minute has passed. */
export function staleAfter({ everyMs, staleAfterMs = {} }: FeedSettings): StaleAfter {
  const told = new Map<string, number>(Object.entries(staleAfterMs));
  const otherwise = Math.max(LEAST_MS, TURNS_MISSED * everyMs);
  return (entity) => told.get(entity) ?? otherwise;
}

/** Whether what a feed told is too old to be relied on; also where it never told anything. */
export const isStale = ({ entity, readAt }: Pick<Feed, "entity" | "readAt">, limit: StaleAfter, now: Date): boolean =>
  readAt === null || now.getTime() - readAt.getTime() > limit(entity);
