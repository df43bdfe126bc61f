import { CrossdockError, OperatorIntervened, TimerElapsed, type EventDraft } from "#contracts";
import { partitionOf, type EventLog } from "#events";
import type { Clock, Database, Queryable, Transaction } from "#platform";
import { lockPartitions } from "./store.ts";
import type { CompiledProcess } from "./table.ts";

/** Who acts, and why; both end up in the audit and on the timeline. */
export interface Intervention {
  readonly by: string;
  readonly reason: string;
}

export interface InstanceRef {
  readonly process: string;
  readonly instanceId: string;
}

export interface DeadCommand extends InstanceRef {
  readonly kind: "command";
  readonly commandId: string;
  readonly correlationId: string;
  readonly name: string;
  readonly lane: string;
  readonly payload: unknown;
  readonly attempts: number;
  readonly maybeDone: boolean;
  readonly category: string | null;
  readonly explanation: string | null;
  readonly parkedAt: Date;
}

export interface DeadFact extends InstanceRef {
  readonly kind: "fact";
  readonly correlationId: string;
  readonly eventId: string;
  readonly type: string;
  readonly payload: unknown;
  readonly explanation: string;
  readonly parkedAt: Date;
  /** How many facts of the same instance wait behind it. */
  readonly waiting: number;
}

export interface Operators {
  listDeadLetters(): Promise<readonly (DeadCommand | DeadFact)[]>;
  /** Puts a parked command back in its place in the order. */
  retryCommand(commandId: string, why: Intervention): Promise<void>;
  /** Changes what a parked command is called with, and puts it back. The idempotency key changes with it: it is another request. */
  editCommand(commandId: string, payload: object, why: Intervention): Promise<void>;
  /** Ends a parked command without performing it, as if these events had come of it. */
  skipCommand(commandId: string, assumed: readonly EventDraft[], why: Intervention): Promise<void>;
  /** Offers a parked fact again, before those that wait behind it. */
  retryFact(instance: InstanceRef, why: Intervention): Promise<void>;
  /** Drops a parked fact; those behind it go on. */
  discardFact(instance: InstanceRef, why: Intervention): Promise<void>;
  /** Nothing of the instance is decided or performed until it is released. */
  holdInstance(instance: InstanceRef, why: Intervention): Promise<void>;
  releaseInstance(instance: InstanceRef, why: Intervention): Promise<void>;
  /** Puts an instance into another state, without reactions. */
  moveInstance(instance: InstanceRef, to: string, why: Intervention): Promise<void>;
}

export interface OperatorOptions {
  readonly database: Database;
  readonly eventLog: EventLog;
  readonly clock: Clock;
  readonly processes: ReadonlyMap<string, CompiledProcess>;
  /** Rung after each act, so that its consequences need not wait for the next look. */
  readonly waker: { notify(): void };
}

interface Act {
  readonly action: string;
  readonly target: string;
  readonly correlationId: string;
  readonly before: unknown;
  readonly after: unknown;
}

const deadCommands = `
  select 'command' as kind, c.id as "commandId", c.process, c.instance_id as "instanceId", c.correlation_id as "correlationId", c.name,
      c.lane, coalesce(c.payload, e.data) as payload, c.attempts, c.maybe_done as "maybeDone", c.category, c.explanation,
      c.due_at as "parkedAt"
    from commands c join events e on e.id = c.event_id where c.status = 'parked' order by c.seq`;

const deadFacts = `
  select 'fact' as kind, p.process, p.instance_id as "instanceId", e.correlation_id as "correlationId", p.event_id as "eventId",
      e.type, e.data as payload, p.explanation, p.parked_at as "parkedAt",
      (select count(*) - 1 from process_facts f
        where f.process = p.process and f.instance_id = p.instance_id and f.blocked)::int as waiting
    from parked_facts p join events e on e.id = p.event_id order by p.parked_at`;

const nothingThere = (what: string) => new CrossdockError("not-found", `There is no ${what}.`);

const named = ({ process, instanceId }: InstanceRef): string => `${process} ${instanceId}`;

/** What people may do to processes and their commands. Each act is audited with its reason, and told as `operator.intervened`. */
export function createOperators(options: OperatorOptions): Operators {
  const { database, clock, eventLog, processes, waker } = options;

  /** One transaction an act: the change, the audit entry, the event. */
  const act = async (why: Intervention, change: (tx: Transaction) => Promise<Act>): Promise<void> => {
    if (why.reason.trim() === "") throw new CrossdockError("malformed-body", "Say why: the reason is kept.");
    await database.transaction(
      async (tx) => {
        const { action, target, correlationId, before, after } = await change(tx);
        await tx.query(
          "insert into audit_entries (at, by, action, target, reason, before, after) values ($1, $2, $3, $4, $5, $6, $7)",
          [clock.now(), why.by, action, target, why.reason, JSON.stringify(before), JSON.stringify(after)],
        );
        await eventLog.append(tx, [OperatorIntervened({ target, action, ...why }, { correlationId })]);
      },
      { retries: 3 },
    );
    waker.notify();
  };

  return {
    async listDeadLetters() {
      const commands = await database.query<DeadCommand>(deadCommands);
      return [...commands, ...(await database.query<DeadFact>(deadFacts))];
    },
    retryCommand: (commandId, why) =>
      act(why, (tx) => changeCommand(tx, commandId, "retry-command", "waiting", clock.now())),
    editCommand: (commandId, payload, why) =>
      act(why, (tx) => changeCommand(tx, commandId, "edit-command", "waiting", clock.now(), payload)),
    skipCommand: (commandId, assumed, why) =>
      act(why, async (tx) => {
        const done = await changeCommand(tx, commandId, "skip-command", "skipped", clock.now());
        const events = await eventLog.append(tx, assumed);
        return { ...done, after: { status: "skipped", assumed: events.map(({ id }) => id) } };
      }),
    retryFact: (instance, why) =>
      act(why, async (tx) => {
        const parked = await unpark(tx, instance);
        await unblock(tx, instance);
        return { action: "retry-fact", target: named(instance), ...parked, after: null };
      }),
    discardFact: (instance, why) =>
      act(why, async (tx) => {
        const parked = await unpark(tx, instance);
        await tx.query("delete from process_facts where partition = $1 and seq = $2", [parked.partition, parked.seq]);
        // Patience that ended and is discarded must not end again at once.
        if (parked.type === TimerElapsed.type) await changeInstance(tx, instance, "due_at = null");
        await unblock(tx, instance);
        return { action: "discard-fact", target: named(instance), ...parked, after: null };
      }),
    holdInstance: (instance, why) =>
      act(why, async (tx) => {
        const before = await lockInstance(tx, instance);
        await changeInstance(tx, instance, "suspended = true");
        return { action: "hold-instance", target: named(instance), ...before, after: { suspended: true } };
      }),
    releaseInstance: (instance, why) =>
      act(why, async (tx) => {
        const before = await lockInstance(tx, instance);
        await changeInstance(tx, instance, "suspended = false");
        await unblock(tx, instance);
        return { action: "release-instance", target: named(instance), ...before, after: { suspended: false } };
      }),
    moveInstance: (instance, to, why) =>
      act(why, async (tx) => {
        const process = processes.get(instance.process);
        if (!process?.states.includes(to))
          throw new CrossdockError("not-possible-now", `${instance.process} has no state "${to}".`);
        const before = await lockInstance(tx, instance);
        const now = clock.now();
        const patienceMs = process.patienceMs.get(to);
        const dueAt = patienceMs === undefined ? null : new Date(now.getTime() + patienceMs);
        await changeInstance(tx, instance, "state = $3, entered_at = $4, due_at = $5", [to, now, dueAt]);
        await offerHeldAgain(tx, instance, before.partition);
        return { action: "move-instance", target: named(instance), ...before, after: { state: to } };
      }),
  };
}

async function changeCommand(
  tx: Transaction,
  commandId: string,
  action: string,
  status: "waiting" | "skipped",
  now: Date,
  payload?: object,
): Promise<Act> {
  const [before] = await tx.query<{ status: string; correlationId: string; payload: unknown; deadlinePassed: boolean }>(
    `select c.status, c.correlation_id as "correlationId", coalesce(c.payload, e.data) as payload
       from commands c join events e on e.id = c.event_id where c.id = $1 for update of c`,
    [commandId],
  );
  if (!before) throw nothingThere(`command ${commandId}`);
  if (before.status !== "parked")
    throw new CrossdockError(
      "not-possible-now",
      `Command ${commandId} is ${before.status}; only a parked one can be changed.`,
    );
  // A deadline that has passed would end it again at once: whoever puts it back has decided to wait.
  await tx.query(
    `update commands set status = $2, attempts = 0, due_at = $3, payload = coalesce($4::jsonb, payload),
        edition = edition + case when $4::jsonb is null then 0 else 1 end,
        deadline_at = case when deadline_at > $3 then deadline_at end,
        finished_at = case when $2 = 'skipped' then $3 end
      where id = $1`,
    [commandId, status, now, payload === undefined ? null : JSON.stringify(payload)],
  );
  const { correlationId, ...was } = before;
  return { action, target: commandId, correlationId, before: was, after: { status, ...(payload ? { payload } : {}) } };
}

interface Parked {
  readonly correlationId: string;
  readonly partition: number;
  readonly seq: string;
  readonly type: string;
  readonly before: unknown;
}

/** Takes the partition's lock like any advance, so that no one decides meanwhile. */
async function unpark(tx: Transaction, { process, instanceId }: InstanceRef): Promise<Parked> {
  const parameters = [process, instanceId];
  const [place] = await tx.query<{ partition: number }>(
    "select partition from parked_facts where process = $1 and instance_id = $2",
    parameters,
  );
  if (!place) throw nothingThere(`parked fact of ${process} ${instanceId}`);
  await lockPartitions(tx, [place.partition]);
  const [parked] = await tx.query<{
    seq: string;
    eventId: string;
    explanation: string;
    type: string;
    correlationId: string;
  }>(
    `delete from parked_facts p using events e where e.id = p.event_id and p.process = $1 and p.instance_id = $2
     returning p.fact_seq::text as seq, p.event_id as "eventId", p.explanation, e.type, e.correlation_id as "correlationId"`,
    parameters,
  );
  if (!parked) throw nothingThere(`parked fact of ${process} ${instanceId}`);
  const { seq, type, correlationId, eventId, explanation } = parked;
  return { partition: place.partition, seq, type, correlationId, before: { eventId, type, explanation } };
}

const unblock = (tx: Queryable, { process, instanceId }: InstanceRef) =>
  tx.query("update process_facts set blocked = false where process = $1 and instance_id = $2 and blocked", [
    process,
    instanceId,
  ]);

async function lockInstance(tx: Transaction, { process, instanceId }: InstanceRef) {
  const read = () =>
    tx.query<{ state: string | null; suspended: boolean; correlationId: string; partition: number }>(
      `select state, suspended, correlation_id as "correlationId", partition from process_instances
        where process = $1 and instance_id = $2`,
      [process, instanceId],
    );
  const [found] = await read();
  if (!found) throw nothingThere(`instance ${instanceId} of ${process}`);
  await lockPartitions(tx, [...new Set([found.partition, partitionOf(found.correlationId)])]);
  const [locked] = await read();
  if (!locked) throw nothingThere(`instance ${instanceId} of ${process}`);
  const { correlationId, partition, state, suspended } = locked;
  return { correlationId, partition, before: { state, suspended } };
}

const changeInstance = (
  tx: Transaction,
  { process, instanceId }: InstanceRef,
  change: string,
  more: readonly unknown[] = [],
) =>
  tx.query(`update process_instances set ${change}, version = version + 1 where process = $1 and instance_id = $2`, [
    process,
    instanceId,
    ...more,
  ]);

/** Facts held for the old state may be what the new one waits for. */
const offerHeldAgain = (tx: Transaction, { process, instanceId }: InstanceRef, partition: number) =>
  tx.query(
    `with held as (delete from process_held_facts where process = $1 and instance_id = $2 returning seq, event_id)
     insert into process_facts (partition, process, instance_id, event_id)
     select $3, $1, $2, event_id from held order by seq`,
    [process, instanceId, partition],
  );
