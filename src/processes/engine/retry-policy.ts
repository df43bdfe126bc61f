import type { FailureCategory } from "#platform";

/** `internal`: an exception that is no `CallFailure`, so a bug of ours. */
export type RetryCategory = FailureCategory | "internal";

export interface RetryRule {
  /** Attempts that may fail this way before the command is parked; null: as long as it takes. */
  readonly attemptsMax: number | null;
  readonly firstDelayMs: number;
  /** Each delay is this many times the one before ... */
  readonly factor: number;
  /** ... up to this one. */
  readonly delayMsMax: number;
  /** The lane is closed until an operator opens it, and the command waits there with its attempts unspent. */
  readonly closesLane?: true;
}

export type RetryPolicy = Readonly<Record<RetryCategory, RetryRule>>;

/** What is done after each kind of failure. A command may replace single rules. */
export const defaultRetryPolicy: RetryPolicy = {
  // The other side says when; without a word from it we slow down by ourselves. It refused before doing anything, so no attempt is spent.
  throttled: { attemptsMax: null, firstDelayMs: 1_000, factor: 2, delayMsMax: 60_000 },
  // Down is not our fault and not this order's: it is tried until the system returns, and the state's patience tells people.
  unavailable: { attemptsMax: null, firstDelayMs: 500, factor: 2, delayMsMax: 60_000 },
  "timed-out": { attemptsMax: 20, firstDelayMs: 1_000, factor: 2, delayMsMax: 120_000 },
  conflict: { attemptsMax: 4, firstDelayMs: 250, factor: 2, delayMsMax: 5_000 },
  malformed: { attemptsMax: 3, firstDelayMs: 1_000, factor: 4, delayMsMax: 30_000 },
  rejected: { attemptsMax: 1, firstDelayMs: 0, factor: 1, delayMsMax: 0 },
  unauthorized: { attemptsMax: null, firstDelayMs: 0, factor: 1, delayMsMax: 0, closesLane: true },
  internal: { attemptsMax: 3, firstDelayMs: 500, factor: 4, delayMsMax: 30_000 },
};
