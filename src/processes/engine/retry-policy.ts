import { silences, type FailureCategory, type Outcome } from "#platform";

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

/** Failures that say something of the system. */
export const failuresOfTheSystem: readonly RetryCategory[] = ["throttled", ...silences];

/** So often a command that the system fails is tried before later ones of its kind may go first: it may be the command, after all, that is at fault. */
export const TRIES_IN_FRONT = 3;

/** Why an attempt did not succeed. */
export interface Failure {
  readonly category: RetryCategory;
  readonly outcome: Outcome;
  readonly retryAfterMs: number | null;
  /** The lane had closed before anything was sent. */
  readonly deferred: boolean;
  readonly explanation: string;
}

export type NextAttempt =
  | { readonly verdict: "park" }
  | { readonly verdict: "retry"; readonly delayMs: number; readonly spent: boolean; readonly closesLane: boolean };

/** A closed lane is asked again when it has room, so this is only to let others go first. */
const DEFERRED_MS = 100;

/** When to try again, if at all. Delays vary by half, so that what failed together does not return together. */
export function afterFailure(
  rule: RetryRule,
  { retryAfterMs, deferred, category }: Failure,
  { attempts, random }: { readonly attempts: number; readonly random: () => number },
): NextAttempt {
  if (deferred) return { verdict: "retry", delayMs: DEFERRED_MS, spent: false, closesLane: false };
  if (rule.attemptsMax !== null && attempts >= rule.attemptsMax) return { verdict: "park" };
  const backoffMs = Math.min(rule.firstDelayMs * rule.factor ** (attempts - 1), rule.delayMsMax);
  const delayMs = Math.max(retryAfterMs ?? 0, backoffMs * (0.5 + random() / 2));
  const closesLane = rule.closesLane === true;
  // Whoever says "later" has an attempt of ours refused, not failed: it is not counted, unless without a word we must slow down.
  const spent = !closesLane && !(category === "throttled" && retryAfterMs !== null);
  return { verdict: "retry", delayMs: retryAfterMs ?? delayMs, spent, closesLane };
}
