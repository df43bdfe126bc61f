import type { LoggedEvent } from "#contracts";
import { eventPacking, factRow, PARTITIONS, type Fact } from "#events";
import type { Queryable, Transaction } from "#platform";
import type { Batch, HeldFact, InstanceInHand, StoredInstance } from "./batch.ts";
import * as sql from "./store-sql.ts";

/** A fact in the inbox with the instance it is for. */
export interface InboxFact {
  readonly ctid: string;
  readonly seq: string;
  readonly fact: Fact;
  readonly instance: StoredInstance;
}

/** Somebody else wrote what this transaction has read; nothing is lost by doing it again. */
export class LostRace extends Error {
  override readonly name = "LostRace";
}

interface InstanceColumns {
  readonly process: string;
  readonly instanceId: string;
  readonly partition: number;
  readonly correlationId: string;
  readonly state: string | null;
  readonly enteredAt: Date | null;
  readonly dueAt: Date | null;
  readonly version: number | null;
  readonly blocked: boolean;
  readonly held:
    readonly { seq: string; because: string; event: Omit<LoggedEvent, "time"> & { time: string } }[] | null;
}

interface FactColumns extends InstanceColumns, Omit<LoggedEvent, "correlationId"> {
  readonly ctid: string;
  readonly seq: string;
  readonly eventCorrelationId: string;
}

const heldFact = ({ seq, because, event }: NonNullable<InstanceColumns["held"]>[number]): HeldFact => ({
  seq,
  because,
  event: { ...event, time: new Date(event.time) },
});

const storedInstance = (row: InstanceColumns, now: Date): StoredInstance => ({
  process: row.process,
  instanceId: row.instanceId,
  correlationId: row.correlationId,
  partition: row.partition,
  state: row.state,
  enteredAt: row.enteredAt ?? now,
  dueAt: row.dueAt,
  version: row.version ?? 0,
  blocked: row.blocked,
  held: row.held === null ? [] : row.held.map(heldFact),
});

function inboxFact(row: FactColumns, now: Date): InboxFact {
  const { id, type, source, subject, time, eventCorrelationId: correlationId, causationId, data } = row;
  const event = { id, type, source, subject, time, correlationId, causationId, data };
  const { process, instanceId, partition } = row;
  return {
    ctid: row.ctid,
    seq: row.seq,
    fact: { process, instanceId, partition, event },
    instance: storedInstance(row, now),
  };
}

export interface LockedPartition {
  readonly partition: number;
  readonly hasTimers: boolean;
}

/** Finds the partitions with something to do and locks those nobody else has, beginning anywhere so that nodes do not queue up. */
export const lockDuePartitions = (
  tx: Transaction,
  options: { now: Date; random: () => number; partitionsMax: number; processes: readonly string[] },
) => {
  const { now, random, partitionsMax, processes } = options;
  return tx.query<LockedPartition>(sql.lockDue, [now, Math.floor(random() * PARTITIONS), partitionsMax, processes]);
};

/** Waits for the locks of these partitions. In order, so that two who want the same ones do not wait for each other. */
export async function lockPartitions(tx: Transaction, partitions: readonly number[]): Promise<void> {
  await tx.query(sql.lockThese, [[...new Set(partitions)].toSorted((a, b) => a - b)]);
}

export const readFacts = async (tx: Transaction, partitions: readonly number[], limit: number, now: Date) =>
  (await tx.query<FactColumns>(sql.readFacts, [partitions, limit])).map((row) => inboxFact(row, now));

export const readTheseFacts = async (
  tx: Transaction,
  facts: readonly { partition: number; seq: string }[],
  now: Date,
) => (await tx.query<FactColumns>(sql.readTheseFacts, [JSON.stringify(facts)])).map((row) => inboxFact(row, now));

export const readDueInstances = async (
  tx: Transaction,
  options: { partitions: readonly number[]; processes: readonly string[]; limit: number; now: Date },
) => {
  const { partitions, processes, limit, now } = options;
  const rows = await tx.query<InstanceColumns>(sql.readDueInstances, [partitions, now, limit, processes]);
  return rows.map((row) => storedInstance(row, now));
};

export interface InstanceKey {
  readonly process: string;
  readonly instanceId: string;
  readonly partition: number;
  readonly correlationId: string;
}

export const readInstances = async (database: Queryable, keys: readonly InstanceKey[], now: Date) =>
  (await database.query<InstanceColumns>(sql.readInstances, [JSON.stringify(keys)])).map((row) =>
    storedInstance(row, now),
  );

/** Which of these ids the log knows. */
export const knownEvents = async (tx: Transaction, ids: readonly string[]): Promise<ReadonlySet<string>> =>
  new Set((await tx.query<{ id: string }>(sql.knownEvents, [ids])).map(({ id }) => id));

const instanceRow = ({ stored, state, enteredAt, dueAt }: InstanceInHand) => ({
  process: stored.process,
  instanceId: stored.instanceId,
  correlationId: stored.correlationId,
  partition: stored.partition,
  state,
  enteredAt,
  dueAt,
  version: stored.version + 1,
});

const movesRow = ({ stored, moves }: InstanceInHand) => ({
  correlationId: stored.correlationId,
  process: stored.process,
  instanceId: stored.instanceId,
  moves,
});

/** Writes all that a batch came to, in a handful of statements whatever its size. */
export async function writeBatch(tx: Transaction, batch: Batch, nextCommandId: () => string): Promise<void> {
  const instances = [...batch.instances.values()];
  const changed = instances.filter((instance) => instance.changed);
  const parameters = [
    batch.now,
    batch.events[0]?.source ?? null,
    JSON.stringify(eventPacking.pack(batch.events)),
    JSON.stringify(sql.instancePacking.pack(changed.map(instanceRow))),
    JSON.stringify(sql.movesPacking.pack(instances.filter(({ moves }) => moves.length > 0).map(movesRow))),
    batch.decided,
  ];
  const [counts] = await tx.query<{ instances: number; facts: number }>(sql.writeBatch, parameters);
  if (counts?.instances !== changed.length || counts.facts !== batch.decided.length)
    throw new LostRace("Another transaction wrote the same instances or facts.");
  await writeHeldFacts(tx, instances, batch.now);
  await writeCommands(tx, batch, nextCommandId);
  if (batch.passedOn.length > 0) await layIntoInbox(tx, batch.passedOn);
  if (batch.blocked.length > 0) await tx.query(sql.blockFacts, [batch.blocked]);
}

async function writeHeldFacts(tx: Transaction, instances: readonly InstanceInHand[], now: Date): Promise<void> {
  const held = instances.flatMap(({ stored, held }) =>
    held
      .filter(({ seq }) => seq === null)
      .map(({ event, because }) => ({
        process: stored.process,
        instance_id: stored.instanceId,
        event_id: event.id,
        because,
      })),
  );
  const released = instances.flatMap(({ stored, held }) =>
    stored.held
      .filter((before) => !held.includes(before))
      .map(({ seq }) => ({ process: stored.process, instance_id: stored.instanceId, seq })),
  );
  if (held.length + released.length > 0) await tx.query(sql.writeHeldFacts, [{ now, held, released }]);
}

async function writeCommands(tx: Transaction, { commands, now }: Batch, nextId: () => string): Promise<void> {
  if (commands.length === 0) return;
  const rows = commands.map(({ instance: { stored }, command, event }) => ({
    id: nextId(),
    process: stored.process,
    instance_id: stored.instanceId,
    correlation_id: stored.correlationId,
    name: command.name,
    lane: command.lane({ instanceId: stored.instanceId, event }),
    priority: command.priority ?? 100,
    event_id: event.id,
    deadline_at: command.deadlineMs === undefined ? null : new Date(now.getTime() + command.deadlineMs),
  }));
  await tx.query(sql.writeCommands, [{ now, commands: rows }]);
}

/** Answers where in their partition the facts lie now. */
export const layIntoInbox = (tx: Transaction, facts: Batch["passedOn"]) =>
  tx.query<{ seq: string }>(sql.layIntoInbox, [
    JSON.stringify(sql.inboxPacking.pack(facts.map(({ fact, blocked }) => ({ ...factRow(fact), blocked })))),
  ]);

/** Keeps a fact nobody can handle, blocked in its place. False: it is not there any more. */
export async function parkFact(
  tx: Transaction,
  { seq, fact }: Pick<InboxFact, "seq" | "fact">,
  explanation: string,
  now: Date,
): Promise<boolean> {
  const { partition, process, instanceId, event } = fact;
  const rows = await tx.query(sql.parkFact, [partition, seq, process, instanceId, event.id, now, explanation]);
  return rows.length > 0;
}
