import { silences, type Clock } from "#platform";
import type { Completion } from "./completions.ts";

/** Work of one kind at one system. */
export interface LaneWork {
  readonly lane: string;
  readonly name: string;
}

/** What always fails looks like a system that recovers whenever another succeeds; it is not to be tried more often than its own pauses would have it. */
const AGAIN_AFTER_MS = 60_000;

const keyOf = ({ claimed: { lane, name } }: Completion) => JSON.stringify([lane, name]);
const isSilence = ({ status, category }: Completion) =>
  status === "waiting" && silences.some((one) => one === category);

export type Recoveries = ReturnType<typeof createRecoveries>;

/** Notices which systems do again what they failed to do. This node's memory only: one that forgets leaves the rest to their pauses. */
export function createRecoveries(clock: Clock) {
  const failing = new Set<string>();
  const recoveredAt = new Map<string, number>();
  const now = () => clock.now().getTime();
  const isRecovery = (completion: Completion) => {
    const key = keyOf(completion);
    const passedMs = now() - (recoveredAt.get(key) ?? Number.NEGATIVE_INFINITY);
    return completion.status === "done" && failing.has(key) && passedMs >= AGAIN_AFTER_MS;
  };

  return {
    /** What recovers with these, none twice. */
    among: (completions: readonly Completion[]): readonly LaneWork[] => {
      const recovering = new Map(completions.filter(isRecovery).map((one) => [keyOf(one), one.claimed]));
      return [...recovering.values()].map(({ lane, name }) => ({ lane, name }));
    },
    /** To be told of all ends, once they are written. */
    note(completions: readonly Completion[]) {
      for (const completion of completions.filter(isRecovery)) {
        failing.delete(keyOf(completion));
        recoveredAt.set(keyOf(completion), now());
      }
      for (const completion of completions.filter(isSilence)) failing.add(keyOf(completion));
    },
  };
}
