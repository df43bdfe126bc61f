import type { EffectCall, EventDraft } from "#contracts";
import type { Ids, Transaction } from "#platform";

/** What an effect may know of the world: the hour, and how to name new things. */
export interface EffectContext {
  readonly now: Date;
  readonly ids: Ids;
}

/** Changes what is ours for a whole batch at once, inside the transaction it is handed, and says what became true. */
export type DomainEffect<Data> = (
  tx: Transaction,
  calls: readonly EffectCall<Data>[],
  context: EffectContext,
) => Promise<readonly EventDraft[]>;

/** Where a new event belongs: the story, and what caused it. */
export interface Story {
  readonly correlationId: string;
  readonly causationId?: string | null;
}
export const followedBy = (call: EffectCall): Story => ({
  correlationId: call.event.correlationId,
  causationId: call.event.id,
});

interface ConcernsOrder {
  readonly salesOrderId: string;
}

/** The orders a batch concerns, each once, and the story each is in. */
export function ordersOf(calls: readonly EffectCall<ConcernsOrder>[]): {
  readonly salesOrderIds: readonly string[];
  readonly storyOf: (salesOrderId: string) => Story;
} {
  const callOf = new Map(calls.map((call) => [call.event.data.salesOrderId, call]));
  return {
    salesOrderIds: [...callOf.keys()].toSorted(),
    storyOf(salesOrderId) {
      const call = callOf.get(salesOrderId);
      return call ? followedBy(call) : { correlationId: salesOrderId };
    },
  };
}
