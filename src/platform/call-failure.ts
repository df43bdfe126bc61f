/** Why a call did not bring what it was to bring; each category has a retry policy of its own. */
export type FailureCategory =
  "throttled" | "unavailable" | "timed-out" | "rejected" | "unauthorized" | "conflict" | "malformed";

/** A system that says nothing, or that it cannot: of what it was asked that says nothing, perhaps. */
export const silences: readonly FailureCategory[] = ["unavailable", "timed-out"];

/** Whether the call took effect over there. `unknown` is the one that costs: look before asking again. */
export type Outcome = "not-done" | "unknown" | "done";

interface CallFailureDetails {
  readonly category: FailureCategory;
  readonly outcome: Outcome;
  readonly system: string;
  readonly operation: string;
  readonly status?: number;
  readonly body?: unknown;
  readonly retryAfterMs?: number;
  /** The lane was closed: nothing was sent, and no attempt is used up. */
  readonly deferred?: boolean;
  readonly cause?: unknown;
}

/** A call to another system that did not succeed. The message says which system, which operation and what was answered. */
export class CallFailure extends Error {
  override readonly name = "CallFailure";
  readonly category: FailureCategory;
  readonly outcome: Outcome;
  readonly system: string;
  readonly operation: string;
  readonly status: number | null;
  readonly body: unknown;
  readonly retryAfterMs: number | null;
  readonly deferred: boolean;

  constructor(explanation: string, details: CallFailureDetails) {
    super(
      `${details.system}, ${details.operation}: ${explanation}`,
      details.cause === undefined ? {} : { cause: details.cause },
    );
    this.category = details.category;
    this.outcome = details.outcome;
    this.system = details.system;
    this.operation = details.operation;
    this.status = details.status ?? null;
    this.body = details.body ?? null;
    this.retryAfterMs = details.retryAfterMs ?? null;
    this.deferred = details.deferred ?? false;
  }
}

/** What an HTTP status other than 2xx means. A 5xx may come after the effect, so only those that say "not taken" are `not-done`. */
export function categoryOf(status: number): { readonly category: FailureCategory; readonly outcome: Outcome } {
  if (status === 429) return { category: "throttled", outcome: "not-done" };
  if (status === 401 || status === 403) return { category: "unauthorized", outcome: "not-done" };
  if (status === 409 || status === 412) return { category: "conflict", outcome: "not-done" };
  if (status === 408) return { category: "timed-out", outcome: "not-done" };
  if (status === 503) return { category: "unavailable", outcome: "not-done" };
  if (status >= 500) return { category: "unavailable", outcome: "unknown" };
  // Redirects are not followed. 307 and 308 say "ask there instead"; the older ones may as well say "done, see there".
  if (status < 400) return { category: "rejected", outcome: status >= 307 ? "not-done" : "unknown" };
  return { category: "rejected", outcome: "not-done" };
}

/** Seconds or an HTTP date (RFC 9110, 10.2.3), in milliseconds from now. */
export function retryAfterMs(header: string | null, now: Date): number | null {
  if (!header) return null;
  const ms = /^\d+(\.\d+)?$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now.getTime();
  return Number.isFinite(ms) ? Math.max(0, ms) : null;
}
