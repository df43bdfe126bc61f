import type { Clock } from "./clock.ts";

export interface BreakerSettings {
  /** So many calls in a row without an answer open it. */
  readonly failuresMax: number;
  /** How long it stays open before one call may probe; doubled with every failed probe up to the maximum. */
  readonly openMs: number;
  readonly openMsMax: number;
}

export const defaultBreaker: BreakerSettings = { failuresMax: 5, openMs: 500, openMsMax: 30_000 };

/** Remembers whether a system answers. Ours because time is handed in here, which no library's breaker lets us do. */
export interface Breaker {
  /** Open: nobody may call until then. Half-open: one may, to see. */
  state(): { readonly is: "closed" | "open" | "half-open"; readonly until: Date | null };
  begin(): void;
  succeed(): void;
  fail(): void;
  /** The call ended without telling anything: where it was the probe, another one may. */
  abandon(): void;
}

export function createBreaker(
  clock: Clock,
  { failuresMax, openMs, openMsMax }: BreakerSettings = defaultBreaker,
): Breaker {
  let failures = 0;
  let openedTimes = 0;
  let until: Date | null = null;
  let probing = false;

  const open = () => {
    openedTimes += 1;
    until = new Date(clock.now().getTime() + Math.min(openMs * 2 ** (openedTimes - 1), openMsMax));
    probing = false;
  };

  return {
    state() {
      if (!until) return { is: "closed", until: null };
      return until > clock.now() || probing ? { is: "open", until } : { is: "half-open", until };
    },
    begin() {
      if (until) probing = true;
    },
    succeed() {
      failures = 0;
      openedTimes = 0;
      until = null;
      probing = false;
    },
    abandon() {
      probing = false;
    },
    fail() {
      // Calls that were under way when it opened fail one by one; only the probe says how long it rests.
      if (until && !probing) return;
      failures += 1;
      if (until || failures >= failuresMax) open();
    },
  };
}
