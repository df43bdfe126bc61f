import { TimerElapsed, type EventDraft, type LoggedEvent } from "#contracts";
import type { EventLog } from "#events";
import type { Clock, Database, Ids, Log, Transaction } from "#platform";
import { createBatch, decideAll, keyOf, missing, offer, passOnTheRest, settle, take, utter } from "./batch.ts";
import type { Batch, Item, StoredInstance } from "./batch.ts";
import { runEffects } from "./effects.ts";
import type { AtInstant } from "./instants.ts";
import * as store from "./store.ts";
import type { InboxFact } from "./store.ts";
import type { CompiledProcess } from "./table.ts";

export interface AdvanceOptions {
  readonly database: Database;
  readonly eventLog: EventLog;
  readonly processes: ReadonlyMap<string, CompiledProcess>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly random: () => number;
  readonly log: Log;
  readonly at: AtInstant;
  /** Facts a transaction takes at most. */
  readonly factsMax: number;
  /** How often a transaction may go round; what is left then goes by the inbox. */
  readonly roundsMax: number;
  /** Called when there is more than one transaction takes: others may help. */
  readonly plenty: () => void;
  /** Called after a commit that issued commands. */
  readonly issued: () => void;
}

/** What a transaction took up: facts from the inbox, and instances whose patience ended. */
export interface Taken {
  readonly facts: readonly InboxFact[];
  readonly timers: readonly StoredInstance[];
}

const isFirst = <Element>(element: Element, index: number, list: readonly Element[]) => list.indexOf(element) === index;

/** Does again what failed, but only these facts and timers, as far as they are still there. */
export async function advanceOnly(options: AdvanceOptions, wanted: Taken): Promise<void> {
  const keys = wanted.timers.map(({ process, instanceId, partition, correlationId }) => {
    return { process, instanceId, partition, correlationId };
  });
  const places = wanted.facts.map(({ seq, fact }) => ({ partition: fact.partition, seq }));
  const partitions = [...places, ...keys].map(({ partition }) => partition).filter(isFirst);
  await advanceInTransaction(options, async (tx, now) => {
    await store.lockPartitions(tx, partitions);
    const facts = places.length > 0 ? await store.readTheseFacts(tx, places, now) : [];
    const timers = keys.length > 0 ? await store.readInstances(tx, keys, now) : [];
    return { partitions, taken: { facts, timers } };
  });
}

export type TakeUp = (tx: Transaction, now: Date) => Promise<{ partitions: readonly number[]; taken: Taken } | null>;

/** Everything one transaction does: take up, decide, run effects, write. False: there was nothing to take up. */
export async function advanceInTransaction(options: AdvanceOptions, takeUp: TakeUp): Promise<boolean> {
  const { database, clock, ids, processes, at, issued } = options;
  const outcome = await database.transaction(async (tx) => {
    const now = clock.now();
    const scope = await takeUp(tx, now);
    if (!scope) return null;
    const batch = createBatch(processes, scope.partitions, now);
    for (const { instance } of scope.taken.facts) take(batch, instance);
    for (const instance of scope.taken.timers) take(batch, instance);
    offer(batch, scope.taken.facts.map(itemOfFact));
    offer(
      batch,
      scope.taken.timers
        .filter((timer) => processes.has(timer.process))
        .map((timer) => itemOfTimer(options, timer, now)),
    );
    await goRound(options, tx, batch);
    await store.writeBatch(tx, batch, () => ids.next("cmd"));
    await at("before-commit");
    return batch;
  });
  if (!outcome) return false;
  await at("after-commit");
  if (outcome.commands.length > 0) issued();
  return true;
}

const itemOfFact = ({ fact, ctid }: InboxFact): Item => {
  return { key: keyOf(fact.process, fact.instanceId), fact, from: "inbox", ctid };
};

export const timerDraft = (
  process: CompiledProcess,
  { instanceId, state, correlationId }: StoredInstance,
): EventDraft =>
  TimerElapsed(
    {
      process: process.name,
      instanceId,
      state: state ?? "",
      patienceMs: Math.round(process.patienceMs.get(state ?? process.initial) ?? 0),
    },
    { correlationId },
  );

function itemOfTimer({ processes, eventLog }: AdvanceOptions, timer: StoredInstance, now: Date): Item {
  const { process: name, instanceId, partition } = timer;
  const process = processes.get(name);
  const [event] = process ? eventLog.complete([timerDraft(process, timer)], now) : [];
  if (!event) throw new Error(`There is no process "${name}".`);
  return {
    key: keyOf(name, instanceId),
    fact: { partition, process: name, instanceId, event },
    from: "timer",
    ctid: "",
  };
}

/** Decides, runs effects, decides upon what they uttered, until everything is at rest. */
async function goRound(options: AdvanceOptions, tx: Transaction, batch: Batch): Promise<void> {
  const { eventLog, ids, roundsMax } = options;
  for (let round = 1; ; round += 1) {
    const absent = missing(batch);
    if (absent.length > 0) {
      const keys = absent.map(({ process, instanceId, partition, event }) => {
        return { process, instanceId, partition, correlationId: event.correlationId };
      });
      for (const stored of await store.readInstances(tx, keys, batch.now)) take(batch, stored);
    }
    decideAll(batch);
    const fromEffects = await runEffects(tx, batch.instances.values(), { now: batch.now, ids });
    const drafts = [...batch.drafts, ...fromEffects];
    const rested = batch.active.size === 0 && drafts.length === 0 && !anyOffers(batch);
    if (rested) return;
    batch.drafts = [];
    utter(batch, await withoutRepeats(tx, batch, drafts, eventLog), (event) => eventLog.route(event));
    settle(batch);
    if (round === roundsMax) return passOnTheRest(batch);
  }
}

const anyOffers = ({ instances }: Batch): boolean => {
  for (const { offersHeld } of instances.values()) if (offersHeld) return true;
  return false;
};

/** Completes drafts; those that bring an id the log, or this batch, knows already are dropped. */
async function withoutRepeats(
  tx: Transaction,
  batch: Batch,
  drafts: readonly EventDraft[],
  eventLog: EventLog,
): Promise<readonly LoggedEvent[]> {
  const events = eventLog.complete(drafts, batch.now);
  const ownIds = drafts.flatMap(({ id }) => (id === undefined ? [] : [id]));
  if (ownIds.length === 0) return events;
  const known = new Set([...(await store.knownEvents(tx, ownIds)), ...batch.events.map(({ id }) => id)]);
  return events.filter(({ id }) => !known.has(id) && known.add(id));
}
