import { CallFailure, type Clock } from "#platform";
import { isRefused, type Answer } from "#systems";
import type { CommandContext } from "../engine/index.ts";
import type { CallOptions, SystemHandle } from "../systems-at-hand.ts";
import type { EffectCall } from "#contracts";
import type { ProcessPolicies } from "../policies.ts";
import type { SystemsAtHand } from "../systems-at-hand.ts";

/** What the commands are handed. */
export interface Hands {
  readonly systems: SystemsAtHand;
  readonly policies: ProcessPolicies;
  readonly clock: Pick<Clock, "sleep">;
}

/** The lane of work that waits for no system in particular, or for several. */
export const HUB_LANE = "hub";

export const callOptions = (context: CommandContext): CallOptions => ({
  idempotencyKey: context.idempotencyKey,
  correlationId: context.correlationId,
  attempt: context.attempt,
  signal: context.signal,
  maybeDone: context.maybeDone,
  now: context.now,
});

/** The story goes on where the event that caused a command left it. */
export const storyOf = (call: EffectCall) => ({
  correlationId: call.event.correlationId,
  causationId: call.event.id,
});

/** A no for which the process has no way of its own: it is parked in the system's own words, for a person. */
export const forAPerson = (system: string, operation: string, explanation: string): CallFailure =>
  new CallFailure(explanation, { category: "rejected", outcome: "not-done", system, operation });

/** An operation this connector does not have, where the process cannot do without it. */
export const cannot = (handle: SystemHandle, operation: string): CallFailure =>
  forAPerson(handle.code, operation, `The connector ${handle.connector.code} does not offer this operation.`);

/** What was accepted; a refusal goes to a person. */
export function acceptedOrPark<Accepted extends object>(
  answer: Answer<Accepted>,
  handle: SystemHandle,
  operation: string,
): Accepted {
  if (isRefused(answer)) throw forAPerson(handle.code, operation, `It was refused: ${answer.refused}`);
  return answer;
}
