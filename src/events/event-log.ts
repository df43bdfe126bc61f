import { eventCatalogue, type EventDraft, type EventKind, type LoggedEvent } from "#contracts";
import type { Clock, Ids, Statement, Transaction } from "#platform";
import { Compile, type Validator } from "typebox/compile";
import { partitionOf } from "./partition.ts";

/** Which instance of a process an event concerns; null when it is none of that process's business. */
export interface EventRoute {
  readonly process: string;
  readonly types: ReadonlySet<string>;
  instanceOf(event: LoggedEvent): string | null;
}

/** A fact: an event offered to one process instance. */
export interface Offer {
  readonly process: string;
  readonly instanceId: string;
  readonly event: LoggedEvent;
}

export interface EventLog {
  /**
   * Appends in the caller's transaction and offers each event to the processes it concerns. Answers what was appended; a draft with an id of its
   * own that is in the log already is a repeat and is left out.
   */
  append(tx: Transaction, drafts: readonly EventDraft[]): Promise<readonly LoggedEvent[]>;
  /** Judges drafts and gives them id and time, without writing: the engine writes its own with the rest of its transaction. */
  complete(drafts: readonly EventDraft[]): readonly LoggedEvent[];
  /** Whom an event concerns. */
  offersOf(event: LoggedEvent): readonly Offer[];
  /** Writes completed events, and the offers into the processes' inbox. Answers the ids that were new. */
  write(tx: Transaction, events: readonly LoggedEvent[], offers: readonly Offer[]): Promise<ReadonlySet<string>>;
}

interface EventLogOptions {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly source: string;
  readonly routes: readonly EventRoute[];
  /** The kinds that may be uttered; the hub's catalogue unless a bench or a test brings its own. */
  readonly catalogue?: readonly EventKind[];
}

const appendEvents: Statement = {
  name: "append-events",
  text: `
    with appended as (
      insert into events (id, type, source, subject, time, correlation_id, causation_id, data)
      select id, type, source, subject, time, correlation_id, causation_id, data
      from jsonb_to_recordset($1::jsonb)
        as e(id text, type text, source text, subject text, time timestamptz, correlation_id text, causation_id text, data jsonb)
      on conflict (id) do nothing
      returning id
    ), offered as (
      insert into process_facts (partition, process, instance_id, event_id)
      select f.partition, f.process, f.instance_id, f.event_id
      from jsonb_to_recordset($2::jsonb) with ordinality
        as f(partition smallint, process text, instance_id text, event_id text, n bigint)
      where f.event_id in (select id from appended)
      order by f.n
    )
    select id from appended`,
};

function validatorsOf(catalogue: readonly EventKind[]): ReadonlyMap<string, Validator> {
  return new Map(catalogue.map(({ type, data }) => [type, Compile(data)]));
}

/** An event nobody declared, or with other data than declared, is a mistake of ours; it must not get into the log. */
function assertDeclared(validators: ReadonlyMap<string, Validator>, { type, data }: EventDraft): void {
  const validator = validators.get(type);
  if (!validator) throw new TypeError(`No event of type ${type} is declared in the catalogue.`);
  if (validator.Check(data)) return;
  const faults = validator.Errors(data).map(({ instancePath, message }) => `${instancePath} ${message}`);
  throw new TypeError(`The data of ${type} is not what was declared: ${faults.join("; ")}`);
}

const eventRow = ({ correlationId, causationId, ...event }: LoggedEvent) => ({
  ...event,
  correlation_id: correlationId,
  causation_id: causationId,
});

const factRow = ({ process, instanceId, event }: Offer) => ({
  partition: partitionOf(event.correlationId),
  process,
  instance_id: instanceId,
  event_id: event.id,
});

export function createEventLog({ clock, ids, source, routes, catalogue = eventCatalogue }: EventLogOptions): EventLog {
  const validators = validatorsOf(catalogue);
  const routesByType = new Map(catalogue.map(({ type }) => [type, routes.filter(({ types }) => types.has(type))]));

  const offersOf = (event: LoggedEvent): readonly Offer[] =>
    (routesByType.get(event.type) ?? []).flatMap(({ process, instanceOf }) => {
      const instanceId = instanceOf(event);
      return instanceId === null ? [] : [{ process, instanceId, event }];
    });

  const complete = (drafts: readonly EventDraft[]): readonly LoggedEvent[] => {
    const time = clock.now();
    return drafts.map((draft) => {
      assertDeclared(validators, draft);
      const { type, subject, correlationId, causationId, data } = draft;
      return { id: draft.id ?? ids.next("evt"), type, source, subject, time, correlationId, causationId, data };
    });
  };

  const write: EventLog["write"] = async (tx, events, offers) => {
    if (events.length === 0) return new Set();
    const parameters = [JSON.stringify(events.map(eventRow)), JSON.stringify(offers.map(factRow))];
    return new Set((await tx.query<{ id: string }>(appendEvents, parameters)).map(({ id }) => id));
  };

  return {
    complete,
    offersOf,
    write,
    async append(tx, drafts) {
      const events = complete(drafts);
      const appended = await write(tx, events, events.flatMap(offersOf));
      return events.filter(({ id }) => appended.has(id));
    },
  };
}
