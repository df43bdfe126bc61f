import { eventPacking, type FactRow } from "#events";
import { packing } from "#platform";
import type { Move } from "./batch.ts";

/** The class of the partitions' advisory locks (the first of the two integers). */
const PARTITION_LOCK_CLASS = 7302;

const instanceColumns = `i.state, i.entered_at as "enteredAt", i.due_at as "dueAt", i.version,
  coalesce(i.suspended, false) or exists (
    select 1 from parked_facts p where p.process = k.process and p.instance_id = k.instance_id) as blocked,
  (select jsonb_agg(jsonb_build_object('seq', h.seq::text, 'because', h.because, 'event', jsonb_build_object(
      'id', e.id, 'type', e.type, 'source', e.source, 'subject', e.subject, 'time', e.time,
      'correlationId', e.correlation_id, 'causationId', e.causation_id, 'data', e.data)) order by h.seq)
    from process_held_facts h join events e on e.id = h.event_id
   where h.process = k.process and h.instance_id = k.instance_id) as held`;

// `offset 0` keeps the look-ups by key what they are, whatever the planner believes of the tables' sizes.
const instanceOfKey = `left join lateral (
    select * from process_instances i where i.process = k.process and i.instance_id = k.instance_id offset 0) i on true`;

const factColumns = `k.ctid::text, k.seq::text, k.process, k.instance_id as "instanceId", k.partition,
  coalesce(i.correlation_id, e.correlation_id) as "correlationId",
  e.id, e.type, e.source, e.subject, e.time, e.correlation_id as "eventCorrelationId", e.causation_id as "causationId", e.data,
  ${instanceColumns}`;

const eventOfFact = "cross join lateral (select * from events e where e.id = k.event_id offset 0) e";

/**
 * The partitions with facts are found by hopping through the index from one to the next, those with timers by the index of due instances. Locks are
 * tried one by one until there are enough. Reading is left to the next statement: its snapshot must be younger than the locks.
 */
export const lockDue = {
  name: "lock-due-partitions",
  text: `
    with recursive with_facts (partition) as (
      (select partition from process_facts where not blocked order by partition limit 1)
      union all
      select (select f.partition from process_facts f where f.partition > w.partition and not f.blocked
               order by f.partition limit 1)
        from with_facts w where w.partition is not null),
    with_timers as (
      select distinct partition from (
        select partition from process_instances i
         where due_at <= $1 and not suspended and process = any($4::text[])
           and not exists (select 1 from parked_facts p where p.process = i.process and p.instance_id = i.instance_id)
         order by due_at limit 1000) i),
    due as materialized (
      select partition, bool_or(timers) as timers from (
        select partition, false from with_facts where partition is not null
        union all select partition, true from with_timers) d (partition, timers)
       group by partition order by (partition + 64 - $2::int) % 64)
    select partition::int, timers as "hasTimers" from due
     where pg_try_advisory_xact_lock(${PARTITION_LOCK_CLASS}, partition) limit $3`,
};

export const lockThese = {
  name: "lock-partitions",
  text: `select pg_advisory_xact_lock(${PARTITION_LOCK_CLASS}, p) from unnest($1::int[]) p`,
};

/** The oldest facts of the locked partitions. Each gives up to twice its share, so that uneven ones fill the batch too. */
export const readFacts = {
  name: "read-facts",
  text: `
    select ${factColumns}
      from (
        select f.* from unnest($1::int[]) locked (partition)
         cross join lateral (
           select f.ctid, f.* from process_facts f where f.partition = locked.partition and not f.blocked
            order by f.seq limit 1 + 2 * $2::int / cardinality($1::int[])) f
         order by f.seq limit $2::int) k
     ${eventOfFact} ${instanceOfKey}
     order by k.seq`,
};

export const readTheseFacts = {
  name: "read-these-facts",
  text: `
    select ${factColumns}
      from jsonb_to_recordset($1::jsonb) wanted (partition int, seq bigint)
     cross join lateral (
       select f.ctid, f.* from process_facts f where f.partition = wanted.partition and f.seq = wanted.seq and not f.blocked
       offset 0) k
     ${eventOfFact} ${instanceOfKey}
     order by k.seq`,
};

export const readDueInstances = {
  name: "read-due-instances",
  text: `
    select k.process, k.instance_id as "instanceId", k.partition, k.correlation_id as "correlationId", ${instanceColumns}
      from (select * from process_instances i
             where i.due_at <= $2 and not i.suspended and i.partition = any($1::int[])
               and i.process = any($4::text[])
             order by i.due_at limit $3) k
     ${instanceOfKey}
     where not exists (select 1 from parked_facts p where p.process = k.process and p.instance_id = k.instance_id)
     order by k.due_at`,
};

export const readInstances = {
  name: "read-instances",
  text: `
    select k.process, k.instance_id as "instanceId", coalesce(i.partition, k.partition)::int as partition,
        coalesce(i.correlation_id, k.correlation_id) as "correlationId", ${instanceColumns}
      from (select process, "instanceId" as instance_id, partition, "correlationId" as correlation_id
              from jsonb_to_recordset($1::jsonb) w (process text, "instanceId" text, partition int, "correlationId" text)) k
     ${instanceOfKey}`,
};

export const knownEvents = { name: "known-events", text: "select id from events where id = any($1::text[])" };

interface InstanceRow {
  readonly process: string;
  readonly instanceId: string;
  readonly correlationId: string;
  readonly partition: number;
  readonly state: string | null;
  readonly enteredAt: Date;
  readonly dueAt: Date | null;
  readonly version: number;
}
export const instancePacking = packing<InstanceRow>({
  process: "text",
  instanceId: "text",
  correlationId: "text",
  partition: "integer",
  state: "text",
  enteredAt: "timestamptz",
  dueAt: "timestamptz",
  version: "integer",
});

interface MovesRow {
  readonly correlationId: string;
  readonly process: string;
  readonly instanceId: string;
  readonly moves: readonly Move[];
}
export const movesPacking = packing<MovesRow>({
  correlationId: "text",
  process: "text",
  instanceId: "text",
  moves: "jsonb",
});

/** What every batch writes. The version tells whether an instance is still as it was read, the counts whether all was written. */
export const writeBatch = {
  name: "write-batch",
  text: `
    with written_events as (
      insert into events (time, source, id, type, subject, correlation_id, causation_id, data)
      select $1::timestamptz, $2::text, e.* from (${eventPacking.unpack("$3::jsonb")}) e),
    written_instances as (
      insert into process_instances as i
        (process, instance_id, correlation_id, partition, state, entered_at, due_at, version)
      ${instancePacking.unpack("$4::jsonb")} where true
      on conflict (process, instance_id) do update
        set state = excluded.state, entered_at = excluded.entered_at, due_at = excluded.due_at, version = excluded.version
        where i.version = excluded.version - 1
      returning 1),
    written_moves as (
      insert into process_moves (at, correlation_id, process, instance_id, moves)
      select $1::timestamptz, m.* from (${movesPacking.unpack("$5::jsonb")}) m),
    deleted_facts as (delete from process_facts where ctid = any($6::tid[]) returning 1)
    select (select count(*) from written_instances)::int as instances, (select count(*) from deleted_facts)::int as facts`,
};

export const writeHeldFacts = {
  name: "write-held-facts",
  text: `
    with released as (
      delete from process_held_facts h using jsonb_to_recordset($1::jsonb -> 'released') r (process text, instance_id text, seq bigint)
       where h.process = r.process and h.instance_id = r.instance_id and h.seq = r.seq)
    insert into process_held_facts (process, instance_id, event_id, held_at, because)
    select process, instance_id, event_id, ($1::jsonb ->> 'now')::timestamptz, because
      from jsonb_to_recordset($1::jsonb -> 'held') n (process text, instance_id text, event_id text, because text)`,
};

export const writeCommands = {
  name: "write-commands",
  text: `
    insert into commands (id, process, instance_id, correlation_id, name, lane, priority, event_id, issued_at, due_at, deadline_at)
    select id, process, instance_id, correlation_id, name, lane, priority, event_id,
        ($1::jsonb ->> 'now')::timestamptz, ($1::jsonb ->> 'now')::timestamptz, deadline_at
      from jsonb_to_recordset($1::jsonb -> 'commands') c (id text, process text, instance_id text, correlation_id text, name text,
        lane text, priority int, event_id text, deadline_at timestamptz)`,
};

export const inboxPacking = packing<FactRow & { readonly blocked: boolean }>({
  partition: "integer",
  process: "text",
  instanceId: "text",
  eventId: "text",
  blocked: "boolean",
});

export const layIntoInbox = {
  name: "lay-into-inbox",
  text: `
    insert into process_facts (partition, process, instance_id, event_id, blocked)
    ${inboxPacking.unpack("$1::jsonb")} order by place
    returning seq::text`,
};

export const blockFacts = {
  name: "block-facts",
  text: "update process_facts set blocked = true where ctid = any($1::tid[])",
};

export const parkFact = {
  name: "park-fact",
  text: `
    with blocked as (
      update process_facts set blocked = true where partition = $1::int and seq = $2::bigint and not blocked returning 1)
    insert into parked_facts (partition, fact_seq, process, instance_id, event_id, parked_at, explanation)
    select $1::int, $2::bigint, $3::text, $4::text, $5::text, $6::timestamptz, $7::text from blocked
    on conflict do nothing
    returning 1`,
};
