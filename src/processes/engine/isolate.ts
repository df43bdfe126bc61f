import { FactParked, type LoggedEvent } from "#contracts";
import type { Transaction } from "#platform";
import { advanceOnly, timerDraft, type AdvanceOptions, type Taken } from "./transaction.ts";
import type { StoredInstance } from "./batch.ts";
import { layIntoInbox, lockPartitions, parkFact, readInstances, type InboxFact } from "./store.ts";
import { explain, isDatabaseTrouble, isLostRace } from "./trouble.ts";

type Unit = { readonly story: string } & ({ readonly fact: InboxFact } | { readonly timer: StoredInstance });

const unitsOf = ({ facts, timers }: Taken): readonly Unit[] => [
  ...facts.map((fact) => ({ story: fact.fact.event.correlationId, fact })),
  ...timers.map((timer) => ({ story: timer.correlationId, timer })),
];

const takenOf = (units: readonly Unit[]): Taken => ({
  facts: units.flatMap((unit) => ("fact" in unit ? [unit.fact] : [])),
  timers: units.flatMap((unit) => ("timer" in unit ? [unit.timer] : [])),
});

/** Two halves that share no story; of a single story only its first fact, since the others come after it. */
function halves(units: readonly Unit[]): readonly (readonly Unit[])[] {
  const stories = [...Map.groupBy(units, ({ story }) => story).values()];
  if (stories.length === 1) return [units.slice(0, 1)];
  const middle = Math.ceil(stories.length / 2);
  return [stories.slice(0, middle).flat(), stories.slice(middle).flat()];
}

/** Halves what failed until the poisonous fact stands alone, and parks it; everything else is advanced on the way. */
export async function isolate(options: AdvanceOptions, taken: Taken, error: unknown): Promise<void> {
  const units = unitsOf(taken);
  const [only] = units;
  if (units.length === 1 && only) return park(options, only, explain(error));
  for (const half of halves(units)) {
    try {
      await advanceOnly(options, takenOf(half));
    } catch (failure) {
      if (isDatabaseTrouble(failure)) throw failure;
      // Lost against a neighbour: it stays in the inbox for the next advance.
      if (!isLostRace(failure)) await isolate(options, takenOf(half), failure);
    }
  }
}

async function park(options: AdvanceOptions, unit: Unit, explanation: string): Promise<void> {
  const { database, eventLog, clock, log } = options;
  await database.transaction(async (tx) => {
    const fact = "fact" in unit ? unit.fact : await timerAsFact(options, tx, unit.timer);
    if (!fact) return;
    const { process, instanceId, partition, event } = fact.fact;
    await lockPartitions(tx, [partition]);
    if (!(await parkFact(tx, fact, explanation, clock.now()))) return;
    const what = { process, instanceId, eventId: event.id, eventType: event.type, explanation };
    await eventLog.append(tx, [FactParked(what, { correlationId: event.correlationId, causationId: event.id })]);
    log.error(what, "A fact could not be handled and was parked; the rest goes on.");
  });
}

/** Ended patience has no place in the inbox; to be parked it becomes a fact there. */
async function timerAsFact(
  { processes, eventLog, clock }: AdvanceOptions,
  tx: Transaction,
  timer: StoredInstance,
): Promise<Pick<InboxFact, "seq" | "fact"> | null> {
  const { process: name, instanceId, partition } = timer;
  await lockPartitions(tx, [partition]);
  const [now] = await readInstances(tx, [timer], clock.now());
  const process = processes.get(name);
  if (!process || now?.version !== timer.version || now.blocked) return null;
  const [event]: readonly LoggedEvent[] = await eventLog.append(tx, [timerDraft(process, timer)]);
  if (!event) return null;
  const fact = { partition, process: name, instanceId, event };
  const [row] = await layIntoInbox(tx, [{ fact, blocked: false }]);
  return row ? { seq: row.seq, fact } : null;
}
