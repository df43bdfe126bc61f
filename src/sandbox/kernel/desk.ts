import { Type, type Static } from "typebox";
import { Compile } from "typebox/compile";
import type { Clock } from "#platform";
import { after } from "./clock.ts";
import type { Journal } from "./journal.ts";
import { Effect, EffectLedger } from "./ledger.ts";
import { Delivery } from "./webhooks.ts";

/** An answer kept under the caller's idempotency key. `fingerprint` tells whether the same key came with other content. */
export const RememberedAnswer = Type.Object(
  { key: Type.String(), fingerprint: Type.String(), status: Type.Integer(), body: Type.String() },
  { additionalProperties: false },
);
export type RememberedAnswer = Static<typeof RememberedAnswer>;

const Timer = Type.Object(
  { id: Type.String(), name: Type.String(), payload: Type.String(), dueAt: Type.String() },
  { additionalProperties: false },
);
type Timer = Static<typeof Timer>;

/** One line of the journal: all that one request or one timer brought about, together. */
const Entry = Type.Object(
  {
    at: Type.String(),
    facts: Type.Optional(Type.Array(Type.Unknown())),
    effects: Type.Optional(Type.Array(Effect)),
    answer: Type.Optional(RememberedAnswer),
    timers: Type.Optional(Type.Array(Timer)),
    fired: Type.Optional(Type.String()),
    deliveries: Type.Optional(Type.Array(Delivery)),
    settled: Type.Optional(Type.String()),
  },
  { additionalProperties: false },
);
type Entry = Static<typeof Entry>;
const entryReader = Compile(Entry);

/** What one request or one timer brings about. It is written down whole, or not at all. */
export interface Change<Fact> {
  readonly facts?: readonly Fact[];
  readonly effects?: readonly Effect[];
  readonly answer?: RememberedAnswer;
  /** Goes off after this much of the counterparty's time (the time scale makes it shorter); survives a restart. */
  readonly timers?: readonly { readonly name: string; readonly afterMs: number; readonly payload: string }[];
  /** Messages to send, at least once. */
  readonly deliveries?: readonly { readonly topic: string; readonly url: string; readonly body: object }[];
}

/** What a counterparty's routes and timers work with. */
export interface Desk<State, Fact> {
  readonly state: State;
  now(): Date;
  commit(change: Change<Fact>): void;
  rememberedAnswer(key: string): RememberedAnswer | undefined;
}

export interface DeskOptions<State, Fact> {
  readonly code: string;
  readonly clock: Clock;
  readonly timeScale: number;
  readonly journal: Journal;
  readonly initial: () => State;
  readonly parseFact: (value: unknown) => Fact;
  readonly evolve: (state: State, fact: Fact, at: string) => void;
  readonly timers: Readonly<Record<string, (payload: string, desk: Desk<State, Fact>) => Change<Fact>>>;
  readonly keepAnswersMs: number;
  readonly deliver: (delivery: Delivery) => void;
}

/** State, effects, remembered answers, timers and unsent messages: all of it a fold over the journal. */
export class JournalDesk<State, Fact> implements Desk<State, Fact> {
  readonly ledger = new EffectLedger();
  readonly #options: DeskOptions<State, Fact>;
  readonly #answers = new Map<string, { readonly answer: RememberedAnswer; readonly at: number }>();
  readonly #timers = new Map<string, Timer>();
  readonly #callOff = new Map<string, () => void>();
  readonly #unsent = new Map<string, Delivery>();
  #state: State;
  #numbered = 0;
  #stopped = false;

  constructor(options: DeskOptions<State, Fact>) {
    this.#options = options;
    this.#state = options.initial();
    for (const line of options.journal.read()) {
      const entry = entryReader.Parse(line);
      this.#fold(entry, (entry.facts ?? []).map(options.parseFact));
    }
  }

  get state(): State {
    return this.#state;
  }

  get waitingTimers(): number {
    return this.#timers.size;
  }

  now(): Date {
    return this.#options.clock.now();
  }

  /** Takes up what was waiting when the process ended. */
  resume(): void {
    for (const timer of this.#timers.values()) this.#arm(timer);
    for (const delivery of this.#unsent.values()) this.#options.deliver(delivery);
  }

  stop(): void {
    this.#stopped = true;
    for (const callOff of this.#callOff.values()) callOff();
    this.#options.journal.close();
  }

  /** Forgets everything but what it began with. */
  reset(): void {
    for (const callOff of this.#callOff.values()) callOff();
    for (const kept of [this.#answers, this.#timers, this.#callOff, this.#unsent]) kept.clear();
    this.ledger.clear();
    this.#options.journal.clear();
    this.#state = this.#options.initial();
  }

  commit(change: Change<Fact>): void {
    this.#commit(change);
  }

  rememberedAnswer(key: string): RememberedAnswer | undefined {
    const kept = this.#answers.get(key);
    if (kept === undefined || this.now().getTime() - kept.at > this.#options.keepAnswersMs) return undefined;
    return kept.answer;
  }

  settled(delivery: Delivery): void {
    if (this.#stopped) return;
    this.#write({ at: this.now().toISOString(), settled: delivery.id }, []);
  }

  #commit(change: Change<Fact>, fired?: string): void {
    const now = this.now();
    const at = now.toISOString();
    const timers = (change.timers ?? []).map(({ name, payload, afterMs }) => ({
      id: this.#nextId("timer", now),
      name,
      payload,
      dueAt: new Date(now.getTime() + afterMs / this.#options.timeScale).toISOString(),
    }));
    const deliveries = (change.deliveries ?? []).map(({ topic, url, body }) => ({
      id: this.#nextId("msg", now),
      topic,
      url,
      body: JSON.stringify(body),
      createdAt: at,
    }));
    const facts = [...(change.facts ?? [])];
    const entry: Entry = {
      at,
      ...(facts.length > 0 && { facts }),
      ...(change.effects !== undefined && { effects: [...change.effects] }),
      ...(change.answer !== undefined && { answer: change.answer }),
      ...(timers.length > 0 && { timers }),
      ...(fired !== undefined && { fired }),
      ...(deliveries.length > 0 && { deliveries }),
    };
    this.#write(entry, facts);
    for (const timer of timers) this.#arm(timer);
    for (const delivery of deliveries) this.#options.deliver(delivery);
  }

  /** Written down before it is true, and true before anybody is answered. */
  #write(entry: Entry, facts: readonly Fact[]): void {
    this.#options.journal.append(entry);
    this.#fold(entry, facts);
  }

  #fold(entry: Entry, facts: readonly Fact[]): void {
    for (const fact of facts) this.#options.evolve(this.#state, fact, entry.at);
    for (const effect of entry.effects ?? []) this.ledger.record(effect, entry.at);
    if (entry.answer !== undefined) {
      this.#answers.set(entry.answer.key, { answer: entry.answer, at: Date.parse(entry.at) });
    }
    for (const timer of entry.timers ?? []) this.#timers.set(timer.id, timer);
    if (entry.fired !== undefined) this.#timers.delete(entry.fired);
    for (const delivery of entry.deliveries ?? []) this.#unsent.set(delivery.id, delivery);
    if (entry.settled !== undefined) this.#unsent.delete(entry.settled);
  }

  #arm(timer: Timer): void {
    const dueInMs = Math.max(0, Date.parse(timer.dueAt) - this.now().getTime());
    const callOff = after(this.#options.clock, dueInMs, () => {
      this.#callOff.delete(timer.id);
      const handle = this.#options.timers[timer.name];
      if (this.#stopped || !this.#timers.has(timer.id) || handle === undefined) return;
      this.#commit(handle(timer.payload, this), timer.id);
    });
    this.#callOff.set(timer.id, callOff);
  }

  /** Never the same again, also not after a restart or a reset: receivers drop what they have seen. */
  #nextId(kind: string, now: Date): string {
    this.#numbered += 1;
    return `${this.#options.code}-${kind}-${now.getTime().toString(36)}-${this.#numbered.toString(36)}`;
  }
}
