import type { DataOf, EffectCall, EventDraft, EventKind, LoggedEvent } from "#contracts";
import type { Database, Ids, Transaction } from "#platform";
import type { Duration } from "./duration.ts";
import type { RetryPolicy } from "./retry-policy.ts";

/** What an effect may know of the world: the hour, and how to name new things. */
export interface EffectContext {
  readonly now: Date;
  readonly ids: Ids;
}

/**
 * Changes what is ours, inside the engine's transaction, for the whole batch at once: `calls` holds one entry an instance, and what it
 * answers is decided upon before the transaction ends. An exception rolls the batch back and is traced to the fact that caused it.
 */
export interface Effect<Data = unknown> {
  readonly kind: "effect";
  readonly name: string;
  readonly locks?: EffectLocks<Data>;
  run(tx: Transaction, calls: readonly EffectCall<Data>[], context: EffectContext): Promise<readonly EventDraft[]>;
}

/**
 * What an effect is going to lock. Each effect keeps to the order in which everybody locks, but one that runs behind another begins again at the top of
 * it, and two transactions of several effects would wait for each other in a circle. So where several run in a round, all of it is locked before the first.
 */
export interface EffectLocks<Data = unknown> {
  /** Locks what all of them want, in that order. One function for all effects that want the same kinds of things. */
  take(tx: Transaction, wanted: readonly unknown[]): Promise<void>;
  /** What it wants for a call, as `take` understands it. */
  wanted(call: EffectCall<Data>): unknown;
}

export interface CommandContext {
  readonly database: Database;
  /** Derived from command, instance and causing event: the same on every attempt, another for a new cause. */
  readonly idempotencyKey: string;
  /** 1 the first time. Waiting for a closed lane is no attempt. */
  readonly attempt: number;
  /** An earlier attempt may have taken effect over there: look before asking again. */
  readonly maybeDone: boolean;
  readonly correlationId: string;
  /** Aborted when the deadline passes or the node stops without further patience. */
  readonly signal: AbortSignal;
  readonly now: Date;
  readonly ids: Ids;
}

/** How the last attempt ended when a command is given up. */
export interface LastFailure {
  readonly category: string;
  readonly outcome: "not-done" | "unknown";
  readonly explanation: string;
}

/** Asks another system, after commit, through that system's lane. Commands of one instance are performed in the order they were issued. */
export interface Command<Data = unknown> {
  readonly kind: "command";
  readonly name: string;
  /** A system's code, or "hub" for work that waits for nobody in particular. */
  lane(call: EffectCall<Data>): string;
  /** Lower goes first; 100 when not said. */
  readonly priority?: number;
  /** Throws a `CallFailure` when the other side does not answer as hoped; anything else thrown is a bug of ours. */
  perform(call: EffectCall<Data>, context: CommandContext): Promise<readonly EventDraft[]>;
  /** Counted from the issue. Then it is given up, and `givenUp` says so; without that it is parked. */
  readonly deadlineMs?: number;
  givenUp?(call: EffectCall<Data>, last: LastFailure): readonly EventDraft[];
  readonly retry?: Partial<RetryPolicy>;
}

export type Reaction<Data = unknown> = Effect<Data> | Command<Data>;

/** As the target of a row: the state stays, and so does the hour it was entered. */
export const stay: unique symbol = Symbol("stay");

export interface Transition<State extends string = string> {
  readonly from: readonly State[];
  readonly event: EventKind;
  readonly to: State | typeof stay;
  readonly reactions: readonly Reaction[];
}

/** A cell whose derived answer (held or ignored) is not the right one, and why. */
export interface CellOverride<State extends string = string> {
  readonly in: State | readonly State[];
  readonly event: EventKind;
  readonly because: string;
}

/** A business process as a table of rows; `compileProcess` says what is wrong with one. */
export interface Process<State extends string = string> {
  readonly name: string;
  readonly initial: State;
  readonly final: readonly State[];
  /** How long each state that is not final may last before `timer.elapsed` is raised. */
  readonly patience: Partial<Record<State, Duration>>;
  /** The events that may begin an instance. It begins in `initial`, and the event is then decided there. */
  readonly starts: readonly EventKind[];
  readonly transitions: readonly Transition<State>[];
  readonly held?: readonly CellOverride<State>[];
  readonly ignored?: readonly CellOverride<State>[];
  /** Which instance an event concerns; null: none of ours. */
  instanceOf(event: LoggedEvent): string | null;
}

/**
 * `const when = transitionsOver<State>()`, then one row a business rule:
 * `when("allocated", saw.ErpOrderCreated, "released", releaseToWarehouse)`, while - we learn of - we become - and so we.
 */
export const transitionsOver =
  <State extends string>() =>
  <Kind extends EventKind>(
    from: State | readonly State[],
    event: Kind,
    to: State | typeof stay,
    ...reactions: readonly Reaction<DataOf<Kind>>[]
  ): Transition<State> => ({ from: typeof from === "string" ? [from] : from, event, to, reactions });
