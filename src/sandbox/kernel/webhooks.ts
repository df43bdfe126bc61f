import { Type, type Static } from "typebox";
import type { Clock } from "#platform";
import { after } from "./clock.ts";

/** A message a counterparty sends by itself. `id` is the sender's own and the same on every attempt. */
export const Delivery = Type.Object(
  {
    id: Type.String(),
    topic: Type.String(),
    url: Type.String(),
    body: Type.String(),
    createdAt: Type.String(),
  },
  { additionalProperties: false },
);
export type Delivery = Static<typeof Delivery>;

/** What may happen to outgoing messages on their way. Chances are from 0 to 1. */
export const Chaos = Type.Object(
  {
    drop: Type.Optional(
      Type.Number({ minimum: 0, maximum: 1, description: "The attempt is lost; the sender tries again." }),
    ),
    lose: Type.Optional(
      Type.Number({ minimum: 0, maximum: 1, description: "The message never comes, and nobody tries again." }),
    ),
    duplicate: Type.Optional(Type.Number({ minimum: 0, maximum: 1, description: "It arrives twice." })),
    reorder: Type.Optional(Type.Number({ minimum: 0, maximum: 1, description: "It is overtaken by those behind it." })),
    delayMs: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 3_600_000, description: "Every message takes this much longer." }),
    ),
  },
  { additionalProperties: false },
);
export type Chaos = Static<typeof Chaos>;

/** Sends bytes and answers the status; throws when there was no answer. */
export type Post = (
  url: string,
  message: { readonly headers: Readonly<Record<string, string>>; readonly body: string },
  signal: AbortSignal,
) => Promise<number>;

/** Over real HTTP. An answer later than ten seconds is none, as with most vendors. */
export const postOverHttp: Post = async (url, { headers, body }, signal) => {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body,
    signal: AbortSignal.any([signal, AbortSignal.timeout(10_000)]),
  });
  await response.arrayBuffer();
  return response.status;
};

export interface OutboxOptions {
  readonly clock: Clock;
  readonly timeScale: number;
  readonly random: () => number;
  readonly post: Post;
  /** The vendor's headers: signature, ids, topic. Called for each attempt. */
  readonly sign: (delivery: Delivery, attempt: number, now: Date) => Readonly<Record<string, string>>;
  /** Called when nobody will try again: it arrived, or it was given up. */
  readonly settled: (delivery: Delivery, outcome: "delivered" | "lost") => void;
}

const retryAfterMs = [1_000, 2_000, 5_000, 10_000, 30_000, 60_000] as const;
const attemptsMax = 500;
const inFlightMax = 16;
const overtakenByMs = 1_500;
// However much time is compressed, the messages behind need this long to be sent.
const overtakenMinMs = 100;

/** Delivers at least once: tries until it is answered with 2xx, so the other side may well see a message twice. */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #pending = new Map<string, { readonly delivery: Delivery; attempts: number }>();
  readonly #due: string[] = [];
  readonly #stopping = new AbortController();
  readonly #waiting = new Set<() => void>();
  #inFlight = 0;
  chaos: Chaos = {};

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** Number of messages that have not arrived yet. */
  get pending(): number {
    return this.#pending.size;
  }

  send(delivery: Delivery): void {
    this.#pending.set(delivery.id, { delivery, attempts: 0 });
    const { random, timeScale } = this.#options;
    const overtakenMs = random() < (this.chaos.reorder ?? 0) ? Math.max(overtakenMinMs, overtakenByMs / timeScale) : 0;
    this.#schedule(delivery.id, (this.chaos.delayMs ?? 0) + overtakenMs);
  }

  /** Forgets what is pending. */
  clear(): void {
    for (const callOff of this.#waiting) callOff();
    this.#waiting.clear();
    this.#pending.clear();
    this.#due.length = 0;
  }

  stop(): void {
    this.#stopping.abort();
    this.clear();
  }

  #schedule(id: string, afterMs: number): void {
    if (afterMs === 0) return this.#begin(id);
    const callOff = after(this.#options.clock, afterMs, () => {
      this.#waiting.delete(callOff);
      this.#begin(id);
    });
    this.#waiting.add(callOff);
  }

  #begin(id: string): void {
    if (!this.#pending.has(id) || this.#stopping.signal.aborted) return;
    this.#due.push(id);
    this.#drain();
  }

  #drain(): void {
    while (this.#inFlight < inFlightMax) {
      const id = this.#due.shift();
      if (id === undefined) return;
      this.#inFlight += 1;
      void this.#attempt(id).finally(() => {
        this.#inFlight -= 1;
        this.#drain();
      });
    }
  }

  async #attempt(id: string): Promise<void> {
    const entry = this.#pending.get(id);
    if (entry === undefined) return;
    entry.attempts += 1;
    const { random } = this.#options;
    if (random() < (this.chaos.lose ?? 0)) return this.#settle(entry.delivery, "lost");
    const arrived = random() >= (this.chaos.drop ?? 0) && (await this.#post(entry.delivery, entry.attempts));
    if (this.#stopping.signal.aborted || !this.#pending.has(id)) return;
    if (arrived) {
      if (random() < (this.chaos.duplicate ?? 0)) await this.#post(entry.delivery, entry.attempts + 1);
      return this.#settle(entry.delivery, "delivered");
    }
    if (entry.attempts >= attemptsMax) return this.#settle(entry.delivery, "lost");
    const waitMs = retryAfterMs[Math.min(entry.attempts - 1, retryAfterMs.length - 1)] ?? 60_000;
    this.#schedule(id, Math.max(100, waitMs / this.#options.timeScale));
  }

  async #post(delivery: Delivery, attempt: number): Promise<boolean> {
    const { post, sign, clock } = this.#options;
    try {
      const headers = sign(delivery, attempt, clock.now());
      const status = await post(delivery.url, { headers, body: delivery.body }, this.#stopping.signal);
      return status >= 200 && status < 300;
    } catch {
      // Not answered is not delivered; the schedule decides what then.
      return false;
    }
  }

  #settle(delivery: Delivery, outcome: "delivered" | "lost"): void {
    if (this.#pending.delete(delivery.id)) this.#options.settled(delivery, outcome);
  }
}
