import { createBreaker, defaultBreaker, type BreakerSettings } from "./breaker.ts";
import type { Clock } from "./clock.ts";

export interface LaneLimits {
  readonly timeoutMs: number;
  readonly concurrencyMax: number;
  readonly requestsPerSecondMax: number;
}

/** How a call ended, as far as the lane is concerned. One we called off ourselves tells nothing about the system. */
export type CallResult = "answered" | "no-answer" | "called-off";

export interface MaintenanceWindow {
  readonly from: Date;
  readonly to: Date;
}

export interface LaneStatus {
  readonly state: "open" | "closed" | "resting" | "maintenance";
  readonly explanation: string;
  readonly until: Date | null;
  readonly inUse: number;
}

/**
 * The way to one system: how many may be on it at once, how many a second, and whether it is open at all. A closed lane queues: who has work for it
 * asks `capacity` before taking the work up, so waiting for a system that is down burns nothing.
 */
export interface Lane {
  readonly system: string;
  readonly limits: LaneLimits;
  /** How many calls may begin now. */
  capacity(): number;
  /** How many pieces of work may be taken up now by somebody who has so many in hand already. */
  room(inHand: number): number;
  /** Takes a place; false when there is none (closed, full, or over the rate). */
  enter(): boolean;
  leave(result: CallResult): void;
  status(): LaneStatus;
  close(reason: string): void;
  open(): void;
  /** The part of the limits that is this node's, when several share them. */
  setShare(fraction: number): void;
}

interface LaneOptions {
  readonly system: string;
  readonly limits: LaneLimits;
  readonly clock: Clock;
  readonly breaker?: BreakerSettings;
  readonly maintenance?: readonly MaintenanceWindow[];
}

export function createLane({
  system,
  limits,
  clock,
  breaker: settings = defaultBreaker,
  maintenance = [],
}: LaneOptions): Lane {
  const breaker = createBreaker(clock, settings);
  let inUse = 0;
  let share = 1;
  let closedBecause: string | null = null;
  let tokens = burst();
  let refilledAt = clock.now().getTime();

  function burst(): number {
    return Math.max(1, limits.requestsPerSecondMax * share);
  }

  /** A bucket that holds one second's worth. */
  function availableTokens(): number {
    const now = clock.now().getTime();
    // A clock that is set back gives nothing, and takes nothing either.
    const passedMs = Math.max(0, now - refilledAt);
    tokens = Math.min(burst(), tokens + (passedMs / 1000) * limits.requestsPerSecondMax * share);
    refilledAt = now;
    return Math.floor(tokens);
  }

  const maintained = () => maintenance.find(({ from, to }) => from <= clock.now() && clock.now() < to);
  const places = () => Math.max(1, Math.floor(limits.concurrencyMax * share));

  function capacity(): number {
    const { is } = breaker.state();
    if (closedBecause !== null || maintained() || is === "open") return 0;
    if (is === "half-open") return inUse === 0 ? 1 : 0;
    return Math.max(0, Math.min(places() - inUse, availableTokens()));
  }

  return {
    system,
    limits,
    capacity,
    room: (inHand) => Math.max(0, Math.min(capacity(), places() - inHand)),
    enter() {
      if (capacity() < 1) return false;
      inUse += 1;
      tokens -= 1;
      breaker.begin();
      return true;
    },
    leave(result) {
      inUse -= 1;
      if (result === "answered") breaker.succeed();
      else if (result === "no-answer") breaker.fail();
      else breaker.abandon();
    },
    status() {
      const window = maintained();
      const { is, until } = breaker.state();
      if (closedBecause !== null) return { state: "closed", explanation: closedBecause, until: null, inUse };
      if (window)
        return {
          state: "maintenance",
          explanation: "Planned maintenance; work waits and goes on after it.",
          until: window.to,
          inUse,
        };
      if (is === "open")
        return {
          state: "resting",
          explanation: "It does not answer; work waits, one call will see whether it is back.",
          until,
          inUse,
        };
      return {
        state: "open",
        explanation: is === "half-open" ? "Trying whether it is back." : "In order.",
        until: null,
        inUse,
      };
    },
    close: (reason) => void (closedBecause = reason),
    open: () => void (closedBecause = null),
    setShare: (fraction) => void (share = fraction),
  };
}
