import { createHttpClient, createLane, systemClock, type Exchange } from "#platform";
import type { TSchema } from "typebox";
import type { Call, Connector } from "../ports.ts";

/** How the other side is told to fail for the next call, in words any simulated system understands. */
export interface Misbehaviour {
  readonly mode?: "ok" | "down" | "hang" | "slow";
  readonly delayMs?: number;
  readonly throttle?: { readonly perSecond: number; readonly retryAfter: number };
  readonly failNext?: { readonly count: number; readonly status: number };
  readonly refuseNext?: { readonly count: number; readonly reason: string };
  readonly failAfterEffect?: { readonly count: number; readonly how: "error" | "drop" | "hang" };
  /** Only requests whose path contains this. */
  readonly onlyPath?: string;
}

/** The system at the other end of a connector under test: real HTTP, and a ledger of what was done there. */
export interface Counterpart {
  readonly url: string;
  readonly settings: Readonly<Record<string, string>>;
  behave(misbehaviour: Misbehaviour): Promise<void>;
  /** What was done, by operation and reference, in order. */
  effects(): Promise<readonly { readonly operation: string; readonly reference: string }[]>;
  stop(): Promise<void>;
}

/** One call of a connector over real HTTP, through a lane and client of the platform's, as the hub makes it. */
export function callOverHttp<Settings extends TSchema>(
  connector: Connector<Settings>,
  counterpart: { readonly url: string; readonly settings: Call<Settings>["settings"] },
  about: {
    readonly idempotencyKey?: string;
    readonly maybeDone?: boolean;
    readonly timeoutMs?: number;
    readonly record?: (exchange: Exchange) => void;
  } = {},
): Call<Settings> {
  const { idempotencyKey = "key-1", maybeDone = false, timeoutMs = 1_000, record = () => undefined } = about;
  const clientFor = createHttpClient({
    baseUrl: counterpart.url,
    lane: createLane({ system: connector.code, limits: { ...connector.limits, timeoutMs }, clock: systemClock }),
    clock: systemClock,
    headers: connector.authorize(counterpart.settings),
    record,
  });
  return {
    settings: counterpart.settings,
    http: clientFor({ correlationId: "story-1", idempotencyKey }),
    idempotencyKey,
    correlationId: "story-1",
    signal: new AbortController().signal,
    maybeDone,
    now: new Date(),
  };
}
