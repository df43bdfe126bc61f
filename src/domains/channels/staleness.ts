import { NonNegativeDecimal, type InventoryPosition } from "#contracts";
import { larger, plain, subtract } from "#platform";
import { Type, type Static } from "typebox";
import type { Feed } from "../feeds.ts";

const strict = { additionalProperties: false } as const;
const maxAgeSeconds = Type.Integer({ minimum: 1, maximum: 31_536_000 });

/** What a channel is told of stock nobody has confirmed for so long. */
export const StalenessRule = Type.Union(
  [
    Type.Object({ maxAgeSeconds, whenStale: Type.Enum(["show", "call-us"]) }, strict),
    Type.Object({ maxAgeSeconds, whenStale: Type.Literal("buffer"), buffer: NonNegativeDecimal }, strict),
  ],
  {
    description:
      "`show`: the figure as it is; `buffer`: so much less of each item, at each branch and in all; `call-us`: nothing is promised, the buyer is to ask.",
  },
);
export type StalenessRule = Static<typeof StalenessRule>;

/** Why an answer is less than what the books say. */
export interface Staleness {
  /** When the owner last stood by the figure; null: never. */
  readonly confirmedAt: string | null;
  readonly ageSeconds: number | null;
  readonly maxAgeSeconds: number;
  readonly whenStale: StalenessRule["whenStale"];
  readonly explanation: string;
}

type Stated = Pick<InventoryPosition, "asOf" | "source">;
type ReadFeed = Pick<Feed, "system" | "entity" | "readAt">;

/**
 * When the owners last stood by all of an item's positions: each when it was stated, or when its source was last read with success, for then it had nothing
 * else to say. Where there is no position, when the source read longest ago was: it had none to tell of. Null: never.
 */
export function confirmedAtMs(positions: readonly Stated[], feeds: readonly ReadFeed[]): number | null {
  const stock = feeds.filter(({ entity }) => entity === "stock");
  const heardMs = stock.map(({ readAt }) => readAt?.getTime() ?? Number.NEGATIVE_INFINITY);
  const heardFrom = (source: string) =>
    Math.max(
      ...stock.map(({ system }, index) => (system === source ? (heardMs[index] ?? 0) : Number.NEGATIVE_INFINITY)),
    );
  const confirmed = positions.map(({ asOf, source }) => Math.max(Date.parse(asOf), heardFrom(source)));
  const oldest = Math.min(...(positions.length > 0 ? confirmed : heardMs));
  return Number.isFinite(oldest) ? oldest : null;
}

/** Null: not stale. From the very second the maximum age is reached it is. */
export function stalenessOf(rule: StalenessRule, confirmedMs: number | null, now: Date): Staleness | null {
  const ageMs = confirmedMs === null ? null : now.getTime() - confirmedMs;
  if (ageMs !== null && ageMs < rule.maxAgeSeconds * 1000) return null;
  const ageSeconds = ageMs === null ? null : Math.floor(ageMs / 1000);
  const age = ageSeconds === null ? "never confirmed" : `last confirmed ${ageSeconds} s ago`;
  const { maxAgeSeconds: limit, whenStale } = rule;
  return {
    confirmedAt: confirmedMs === null ? null : new Date(confirmedMs).toISOString(),
    ageSeconds,
    maxAgeSeconds: limit,
    whenStale,
    explanation: `The stock was ${age}, and may be ${limit} s old here: ${consequence(rule)}.`,
  };
}

function consequence(rule: StalenessRule): string {
  if (rule.whenStale === "buffer") return `${plain(rule.buffer)} less is told`;
  return rule.whenStale === "show" ? "it is told as it was" : "nothing is promised, ask us";
}

/** What is told of a quantity that is stale. */
export function degraded(rule: StalenessRule, quantity: string): string {
  if (rule.whenStale === "buffer") return larger(subtract(quantity, rule.buffer), "0");
  return rule.whenStale === "show" ? quantity : "0";
}

/**
 * A name for how stale the stock's sources are by a rule: another one at the moment they reach the maximum age, at each further such age (what was stated since by
 * other ways reaches its own meanwhile), and when they are heard again.
 */
export function stalenessEpoch(rule: StalenessRule, feeds: readonly ReadFeed[], now: Date): string {
  const maxAgeMs = rule.maxAgeSeconds * 1000;
  const confirmedMs = confirmedAtMs([], feeds);
  const epoch = Math.floor((now.getTime() - (confirmedMs ?? 0)) / maxAgeMs);
  return `${JSON.stringify(rule)}${epoch > 0 ? ` stale ${epoch}` : ""}`;
}
