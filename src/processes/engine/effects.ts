import type { EffectCall, EventDraft } from "#contracts";
import type { Transaction } from "#platform";
import type { InstanceInHand } from "./batch.ts";
import type { Effect, EffectContext } from "./process.ts";

interface Outstanding {
  readonly process: string;
  readonly call: EffectCall;
  queue: readonly Effect[];
}

const sameEffect = (a: Outstanding, b: Outstanding): boolean =>
  a.process === b.process && a.queue[0]?.name === b.queue[0]?.name;

/**
 * The next effect to run, and for whom. Each instance's effects keep their order; to spend few statements, one is chosen that nobody has yet to come to
 * further down, where there is such a one.
 */
function nextGroup(outstanding: readonly Outstanding[]): readonly Outstanding[] {
  const later = new Set(
    outstanding.flatMap(({ process, queue }) => queue.slice(1).map(({ name }) => `${process}\n${name}`)),
  );
  const head = outstanding.find(({ process, queue }) => !later.has(`${process}\n${queue[0]?.name}`)) ?? outstanding[0];
  return head ? outstanding.filter((other) => sameEffect(other, head)) : [];
}

const areOne = ([first, ...others]: readonly Outstanding[]): boolean =>
  first?.queue.length === 1 && others.every((other) => other.queue.length === 1 && sameEffect(first, other));

/** Before the first of several runs. One alone locks by itself. */
async function lockTogether(tx: Transaction, outstanding: readonly Outstanding[]): Promise<void> {
  const asked = outstanding.flatMap(({ call, queue }) => queue.flatMap(({ locks }) => (locks ? { locks, call } : [])));
  if (asked.length === 0 || areOne(outstanding)) return;
  for (const [take, those] of Map.groupBy(asked, ({ locks }) => locks.take))
    await take(
      tx,
      those.map(({ locks, call }) => locks.wanted(call)),
    );
}

/** Runs what the moves of one round ask for, each effect once for all the instances that want it. Answers what they uttered. */
export async function runEffects(
  tx: Transaction,
  instances: Iterable<InstanceInHand>,
  context: EffectContext,
): Promise<readonly EventDraft[]> {
  let outstanding: Outstanding[] = [];
  for (const { effects, stored } of instances)
    if (effects) outstanding.push({ process: stored.process, call: effects.call, queue: effects.queue });
  await lockTogether(tx, outstanding);
  const drafts: EventDraft[] = [];
  while (outstanding.length > 0) {
    const group = nextGroup(outstanding);
    const effect = group[0]?.queue[0];
    if (!effect) break;
    drafts.push(
      ...(await effect.run(
        tx,
        group.map(({ call }) => call),
        context,
      )),
    );
    for (const member of group) member.queue = member.queue.slice(1);
    outstanding = outstanding.filter(({ queue }) => queue.length > 0);
  }
  return drafts;
}
