import { PARTITIONS } from "#events";
import type { Transaction } from "#platform";
import { isolate } from "./isolate.ts";
import * as store from "./store.ts";
import { advanceInTransaction, type AdvanceOptions, type Taken } from "./transaction.ts";
import { isDatabaseTrouble, isLostRace } from "./trouble.ts";

/** Advances everything that is due in one transaction. False: there was nothing to do. */
export function createAdvance(options: AdvanceOptions): () => Promise<boolean> {
  const { random, factsMax, log, plenty } = options;
  const processes = [...options.processes.keys()];
  // Few stories waiting: all of them in one transaction. Many: fewer partitions each, so that others find some too.
  let partitionsMax = PARTITIONS;

  const readDue = async (tx: Transaction, locked: readonly store.LockedPartition[], now: Date): Promise<Taken> => {
    const partitions = locked.map(({ partition }) => partition);
    const facts = await store.readFacts(tx, partitions, factsMax, now);
    const withTimers = locked.filter(({ hasTimers }) => hasTimers).map(({ partition }) => partition);
    const due = { partitions: withTimers, processes, limit: factsMax, now };
    const timers = withTimers.length > 0 ? await store.readDueInstances(tx, due) : [];
    const filled = facts.length / factsMax;
    if (filled > 0.9) {
      partitionsMax = Math.max(1, Math.floor(partitions.length / 2));
      plenty();
    }
    if (filled < 0.3) partitionsMax = Math.min(PARTITIONS, partitionsMax * 2);
    return { facts, timers };
  };

  return async function advance() {
    let taken: Taken = { facts: [], timers: [] };
    try {
      return await advanceInTransaction(options, async (tx, now) => {
        const locked = await store.lockDuePartitions(tx, { now, random, partitionsMax, processes });
        if (locked.length === 0) return null;
        taken = await readDue(tx, locked, now);
        return { partitions: locked.map(({ partition }) => partition), taken };
      });
    } catch (error) {
      if (isDatabaseTrouble(error)) throw error;
      if (!isLostRace(error)) {
        log.warn({ err: error }, "A batch failed; looking for the fact that does it.");
        await isolate(options, taken, error);
      }
      return true;
    }
  };
}
