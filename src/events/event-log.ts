import { eventCatalogue, type EventDraft, type EventKind, type LoggedEvent } from "#contracts";
import { packing, type Clock, type Ids, type Transaction } from "#platform";
import { partitionOf } from "./partition.ts";
import { createValidation } from "./validation.ts";

/** A process that listens to a type of event. */
export interface EventRoute {
  readonly process: string;
  readonly type: string;
  /** Which instance the event concerns; null: none. */
  instanceOf(event: LoggedEvent): string | null;
}

/** An event offered to one instance of a process. */
export interface Fact {
  readonly partition: number;
  readonly process: string;
  readonly instanceId: string;
  readonly event: LoggedEvent;
}

export interface AppendedEvent extends LoggedEvent {
  /** The log had an event of this id already; nothing was written and nobody is told again. */
  readonly duplicate: boolean;
}

export interface EventLog {
  /**
   * Appends in the caller's transaction and lays the facts into the inbox of the processes that listen; one statement whatever the number.
   * A draft that brings an id the log knows is answered as a duplicate.
   */
  append(tx: Transaction, drafts: readonly EventDraft[]): Promise<readonly AppendedEvent[]>;
  /** Validates drafts and gives them what they lack. For who writes them to the log by himself: the engine. */
  complete(drafts: readonly EventDraft[], time: Date): readonly LoggedEvent[];
  /** Who is to be offered an event. */
  route(event: LoggedEvent): readonly Fact[];
}

export interface EventLogOptions {
  readonly clock: Clock;
  readonly ids: Ids;
  /** The CloudEvents source: which hub. */
  readonly source: string;
  readonly routes: readonly EventRoute[];
  readonly catalogue?: readonly EventKind[];
  /** Rung after the commit of a transaction that appended facts. */
  readonly waker?: { notify(): void };
}

/** What differs between the events of one statement; time and source are given once. */
export const eventPacking = packing<Omit<LoggedEvent, "time" | "source">>({
  id: "text",
  type: "text",
  subject: "text",
  correlationId: "text",
  causationId: "text",
  data: "jsonb",
});

export interface FactRow {
  readonly partition: number;
  readonly process: string;
  readonly instanceId: string;
  readonly eventId: string;
}
const factPacking = packing<FactRow>({ partition: "integer", process: "text", instanceId: "text", eventId: "text" });

const insertEvents = `insert into events (time, source, id, type, subject, correlation_id, causation_id, data)
      select $3, $4, e.* from (${eventPacking.unpack("$1::jsonb")}) e`;

const appendNew = {
  name: "append-new-events",
  text: `
    with written as (${insertEvents})
    insert into process_facts (partition, process, instance_id, event_id) ${factPacking.unpack("$2::jsonb")}`,
};

/** For drafts that bring ids of their own: what the log knows already is left as it is, and nobody is told again. */
const appendUnlessKnown = {
  name: "append-events-unless-known",
  text: `
    with written as (${insertEvents} on conflict (id) do nothing returning id),
    routed as (
      insert into process_facts (partition, process, instance_id, event_id)
      ${factPacking.unpack("$2::jsonb")} where v ->> 3 in (select id from written) order by place)
    select id from written`,
};

/** A fact as the statements that lay into the inbox unpack it. */
export const factRow = ({ partition, process, instanceId, event }: Fact): FactRow => ({
  partition,
  process,
  instanceId,
  eventId: event.id,
});

function firstOfEachId(events: readonly LoggedEvent[]): readonly LoggedEvent[] {
  const seen = new Set<string>();
  return events.filter(({ id }) => !seen.has(id) && seen.add(id));
}

export function createEventLog({
  clock,
  ids,
  source,
  routes,
  catalogue = eventCatalogue,
  waker,
}: EventLogOptions): EventLog {
  const validate = createValidation(catalogue);
  const routesByType = Map.groupBy(routes, ({ type }) => type);

  const complete = (drafts: readonly EventDraft[], time: Date): readonly LoggedEvent[] =>
    drafts.map((draft) => {
      validate(draft);
      const { type, subject, correlationId, causationId, data } = draft;
      return { id: draft.id ?? ids.next("evt"), type, source, subject, time, correlationId, causationId, data };
    });

  const route = (event: LoggedEvent): readonly Fact[] =>
    (routesByType.get(event.type) ?? []).flatMap((listener) => {
      const instanceId = listener.instanceOf(event);
      if (instanceId === null) return [];
      return [{ partition: partitionOf(event.correlationId), process: listener.process, instanceId, event }];
    });

  return {
    complete,
    route,
    async append(tx, drafts) {
      if (drafts.length === 0) return [];
      const time = clock.now();
      const events = complete(drafts, time);
      const bringsIds = drafts.some(({ id }) => id !== undefined);
      const facts = (bringsIds ? firstOfEachId(events) : events).flatMap(route);
      const parameters = [
        JSON.stringify(eventPacking.pack(events)),
        JSON.stringify(factPacking.pack(facts.map(factRow))),
        time,
        source,
      ];
      if (facts.length > 0) tx.afterCommit(() => waker?.notify());
      if (!bringsIds) {
        tx.send(appendNew, parameters);
        return events.map((event) => ({ ...event, duplicate: false }));
      }
      const written = await tx.query<{ id: string }>(appendUnlessKnown, parameters);
      const fresh = new Set(written.map(({ id }) => id));
      // The first to bring an id wrote it; a second one in the same list is a repeat.
      return events.map((event) => ({ ...event, duplicate: !fresh.delete(event.id) }));
    },
  };
}
