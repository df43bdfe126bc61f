import type { EffectCall, EventDraft, EventKind, LoggedEvent, DataOf } from "#contracts";
import type { Database, Ids, Transaction } from "#platform";

export interface EffectContext {
  readonly now: Date;
  readonly ids: Ids;
}
export interface Effect<Data> {
  readonly kind: "effect";
  readonly name: string;
  run(tx: Transaction, calls: readonly EffectCall<Data>[], context: EffectContext): Promise<readonly EventDraft[]>;
}
export interface CommandContext {
  readonly database: Database;
  readonly idempotencyKey: string;
  readonly attempt: number;
  readonly maybeDone: boolean;
  readonly correlationId: string;
  readonly signal: AbortSignal;
  readonly now: Date;
  readonly ids: Ids;
}
export interface LastFailure {
  readonly category: string;
  readonly outcome: "not-done" | "unknown";
  readonly explanation: string;
}
export interface Command<Data> {
  readonly kind: "command";
  readonly name: string;
  lane(call: EffectCall<Data>): string;
  readonly priority?: number;
  perform(call: EffectCall<Data>, context: CommandContext): Promise<readonly EventDraft[]>;
  readonly deadlineMs?: number;
  givenUp?(call: EffectCall<Data>, last: LastFailure): readonly EventDraft[];
}
export type Reaction<Data> = Effect<Data> | Command<Data>;
export type Duration = `${number}${"s" | "m" | "h" | "d"}`;
export const stay = "stay";

export interface Transition<State extends string> {
  readonly from: State;
  readonly event: EventKind;
  readonly to: State | typeof stay;
  readonly reactions: readonly Reaction<unknown>[];
}
export interface Process<State extends string> {
  readonly name: string;
  readonly initial: State;
  readonly final: readonly State[];
  instanceOf(event: LoggedEvent): string | null;
  readonly starts: readonly EventKind[];
  readonly patience: Partial<Record<State, Duration>>;
  readonly transitions: readonly Transition<State>[];
}
export const transitionsOver =
  <State extends string>() =>
  <Kind extends EventKind>(
    from: State | readonly State[],
    event: Kind,
    to: State | typeof stay,
    ...reactions: Reaction<DataOf<Kind>>[]
  ): Transition<State>[] =>
    (Array.isArray(from) ? from : [from]).map((one: State) => ({ from: one, event, to, reactions }));
