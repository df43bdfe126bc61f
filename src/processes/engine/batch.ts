import {
  FactUnclaimed,
  ProcessOverdue,
  TimerElapsed,
  type EffectCall,
  type EventDraft,
  type LoggedEvent,
} from "#contracts";
import type { Fact } from "#events";
import { decide, type Decision } from "./decide.ts";
import type { Command, Effect } from "./process.ts";
import type { CompiledProcess } from "./table.ts";

/** A fact kept because it came early. `seq` is null until it is stored. */
export interface HeldFact {
  readonly seq: string | null;
  readonly event: LoggedEvent;
  readonly because: string;
}

/** An instance as it is stored; version 0: it is not stored yet. */
export interface StoredInstance {
  readonly process: string;
  readonly instanceId: string;
  readonly correlationId: string;
  readonly partition: number;
  readonly state: string | null;
  readonly enteredAt: Date;
  readonly dueAt: Date | null;
  readonly version: number;
  /** An operator holds it, or a fact of it is parked: nothing of it is decided. */
  readonly blocked: boolean;
  readonly held: readonly HeldFact[];
}

/** One line of an instance's story, as it is stored. What was moved by says its target; everything else says why it was not. */
export type Move = { readonly event: string; readonly from: string | null } & (
  { readonly to: string } | { readonly outcome: "ignored" | "held" | "overdue"; readonly because: string }
);

export interface IssuedCommand {
  readonly instance: InstanceInHand;
  readonly command: Command;
  readonly event: LoggedEvent;
}

/** An instance while a batch works on it. */
export interface InstanceInHand {
  readonly stored: StoredInstance;
  readonly process: CompiledProcess;
  state: string | null;
  enteredAt: Date;
  dueAt: Date | null;
  changed: boolean;
  held: readonly HeldFact[];
  readonly moves: Move[];
  /** What its last move has yet to run; nothing else of it is decided meanwhile. */
  effects: { readonly queue: readonly Effect[]; readonly call: EffectCall } | null;
  offersHeld: boolean;
}

/** Something to be decided: a fact from the inbox (`ctid` says where it lies), an event uttered here, or patience that ended. */
export interface Item {
  readonly key: string;
  readonly fact: Fact;
  readonly from: "inbox" | "batch" | "timer";
  readonly ctid: string;
}

/** Everything that carries one correlation id: what its own events have yet to do goes before the next fact from outside. */
interface Story {
  uttered: Item[];
  readonly facts: Item[];
  /** Effects have to run, or events to be completed, before more of it can be decided. */
  stirred: boolean;
}

/** What one transaction has in hand. Nothing here touches the database. */
export interface Batch {
  readonly now: Date;
  readonly processes: ReadonlyMap<string, CompiledProcess>;
  /** The partitions this transaction has locked: events of their stories are decided here and now. */
  readonly partitions: ReadonlySet<number>;
  readonly instances: Map<string, InstanceInHand>;
  readonly stories: Map<string, Story>;
  readonly active: Set<Story>;
  /** Uttered by effects or by the engine and not yet completed. */
  drafts: EventDraft[];
  readonly events: LoggedEvent[];
  readonly commands: IssuedCommand[];
  /** Where in the inbox lies what was decided. */
  readonly decided: string[];
  /** Where in the inbox lies what has to wait behind a parked fact or for an operator. */
  readonly blocked: string[];
  /** Facts for other partitions, or for instances that are blocked. */
  readonly passedOn: { readonly fact: Fact; readonly blocked: boolean }[];
}

export const keyOf = (process: string, instanceId: string): string => `${process}\n${instanceId}`;

export const createBatch = (
  processes: ReadonlyMap<string, CompiledProcess>,
  partitions: readonly number[],
  now: Date,
): Batch => ({
  now,
  processes,
  partitions: new Set(partitions),
  instances: new Map(),
  stories: new Map(),
  active: new Set(),
  drafts: [],
  events: [],
  commands: [],
  decided: [],
  blocked: [],
  passedOn: [],
});

export function take(batch: Batch, stored: StoredInstance): void {
  const key = keyOf(stored.process, stored.instanceId);
  const process = batch.processes.get(stored.process);
  if (batch.instances.has(key) || !process) return;
  const { state, enteredAt, dueAt, held } = stored;
  const fresh = { changed: false, moves: [], effects: null, offersHeld: false };
  batch.instances.set(key, { stored, process, state, enteredAt, dueAt, held, ...fresh });
}

function storyOf(batch: Batch, correlationId: string): Story {
  const story = batch.stories.get(correlationId) ?? { uttered: [], facts: [], stirred: false };
  batch.stories.set(correlationId, story);
  batch.active.add(story);
  return story;
}

/** Facts from the inbox, and timers, in the order in which they are to be decided. */
export function offer(batch: Batch, items: readonly Item[]): void {
  for (const item of items) {
    // A process that is not in the tables any more: its facts are kept, and in nobody's way.
    if (!batch.processes.has(item.fact.process)) batch.blocked.push(item.ctid);
    else storyOf(batch, item.fact.event.correlationId).facts.push(item);
  }
}

/** Events that became true in this transaction. */
export function utter(
  batch: Batch,
  events: readonly LoggedEvent[],
  route: (event: LoggedEvent) => readonly Fact[],
): void {
  for (const event of events) {
    batch.events.push(event);
    for (const fact of route(event)) {
      if (batch.partitions.has(fact.partition)) {
        const key = keyOf(fact.process, fact.instanceId);
        storyOf(batch, event.correlationId).uttered.push({ key, fact, from: "batch", ctid: "" });
      } else {
        batch.passedOn.push({ fact, blocked: false });
      }
    }
  }
}

/** Instances that uttered events concern and that were not read yet. */
export const missing = (batch: Batch): readonly Fact[] => [
  ...new Map(
    [...batch.active].flatMap(({ uttered }) =>
      uttered.filter(({ key }) => !batch.instances.has(key)).map(({ key, fact }) => [key, fact] as const),
    ),
  ).values(),
];

/**
 * Decides as far as it goes without running effects. Within a story, what its own events cause comes to rest before the next fact from
 * outside is looked at; so every instance sees its facts one after the other, whatever the size of the batch.
 */
export function decideAll(batch: Batch): void {
  for (const instance of batch.instances.values()) if (instance.offersHeld) offerHeld(batch, instance);
  for (const story of batch.active) {
    while (!story.stirred) {
      story.uttered = story.uttered.filter((item) => !decideItem(batch, story, item));
      if (story.uttered.length > 0 || story.stirred) break;
      const next = story.facts.shift();
      if (!next) break;
      story.uttered.push(next);
    }
    if (story.uttered.length === 0 && story.facts.length === 0 && !story.stirred) batch.active.delete(story);
  }
}

/** What the effects uttered is known now: stories that waited for it may go on. */
export function settle(batch: Batch): void {
  for (const story of batch.active) story.stirred = false;
  for (const instance of batch.instances.values()) instance.effects = null;
}

/** Whether it could be decided, or put aside. */
function decideItem(batch: Batch, story: Story, item: Item): boolean {
  const instance = batch.instances.get(item.key);
  if (!instance || instance.effects) return false;
  if (instance.stored.blocked) {
    if (item.from === "batch") batch.passedOn.push({ fact: item.fact, blocked: true });
    if (item.from === "inbox") batch.blocked.push(item.ctid);
    return true;
  }
  const draftsBefore = batch.drafts.length;
  if (item.from === "inbox") batch.decided.push(item.ctid);
  const { event } = item.fact;
  if (event.type === TimerElapsed.type) timerElapsed(batch, instance, item);
  else apply(batch, instance, event, decide(instance.process, instance.state, event.type));
  story.stirred ||= instance.effects !== null || batch.drafts.length > draftsBefore;
  return true;
}

const after = (now: Date, ms: number | undefined): Date | null =>
  ms === undefined ? null : new Date(now.getTime() + ms);

function apply(batch: Batch, instance: InstanceInHand, event: LoggedEvent, decision: Decision): void {
  const from = instance.state;
  if (decision.outcome === "moved") return move(batch, instance, event, decision);
  const { outcome, because } = decision;
  instance.moves.push({ event: event.id, from, outcome, because });
  if (outcome === "held") {
    instance.held = [...instance.held, { seq: null, event, because }];
    if (from === null && instance.dueAt === null) {
      // Nobody waits for what has not begun; the row is kept so that a fact whose process never begins is told of.
      instance.dueAt = after(batch.now, instance.process.patienceMs.get(instance.process.initial));
      instance.changed = true;
    }
  }
}

function move(
  batch: Batch,
  instance: InstanceInHand,
  event: LoggedEvent,
  { to, stays, reactions }: Extract<Decision, { outcome: "moved" }>,
): void {
  instance.moves.push({ event: event.id, from: instance.state, to });
  instance.changed = true;
  if (!stays) {
    instance.state = to;
    instance.enteredAt = batch.now;
    instance.dueAt = after(batch.now, instance.process.patienceMs.get(to));
  }
  const call = { instanceId: instance.stored.instanceId, event };
  const queue = reactions.filter((reaction) => reaction.kind === "effect");
  for (const command of reactions) if (command.kind === "command") batch.commands.push({ instance, command, event });
  instance.effects = queue.length > 0 ? { queue, call } : null;
  instance.offersHeld = instance.held.length > 0;
  if (!instance.effects) offerHeld(batch, instance);
}

/** Offers held facts again, oldest first, until none has a use or effects have to run first. */
function offerHeld(batch: Batch, instance: InstanceInHand): void {
  instance.offersHeld = false;
  for (const held of instance.held) {
    const decision = decide(instance.process, instance.state, held.event.type);
    if (decision.outcome === "held") continue;
    instance.held = instance.held.filter((other) => other !== held);
    instance.changed = true;
    if (decision.outcome === "moved") return move(batch, instance, held.event, decision);
    apply(batch, instance, held.event, decision);
    batch.drafts.push(unclaimed(instance, held.event, `It was held, and its time never came. ${decision.because}`));
  }
}

const whichInstance = ({ stored }: InstanceInHand) => ({ process: stored.process, instanceId: stored.instanceId });

const unclaimed = (instance: InstanceInHand, event: LoggedEvent, explanation: string): EventDraft =>
  FactUnclaimed(
    { ...whichInstance(instance), eventId: event.id, eventType: event.type, explanation },
    { correlationId: event.correlationId, causationId: event.id },
  );

/** Patience ended: a row may answer; without one people are told, once, of the state and of the facts that wait in it. */
function timerElapsed(batch: Batch, instance: InstanceInHand, item: Item): void {
  const { state } = instance;
  const { event } = item.fact;
  // A fact that came in the same moment may have moved it on.
  const isDue = instance.dueAt !== null && instance.dueAt <= batch.now;
  if (!isDue || Reflect.get(Object(event.data), "state") !== (state ?? "")) {
    const because = "The state it waited in is over.";
    if (item.from === "inbox") instance.moves.push({ event: event.id, from: state, outcome: "ignored", because });
    return;
  }
  if (item.from === "timer") batch.events.push(event);
  instance.changed = true;
  const decision = state === null ? null : decide(instance.process, state, event.type);
  if (decision?.outcome === "moved") {
    // A row that stays wants to be asked again.
    instance.dueAt = decision.stays ? after(batch.now, instance.process.patienceMs.get(state ?? "")) : instance.dueAt;
    return move(batch, instance, event, decision);
  }
  instance.dueAt = null;
  if (decision) {
    instance.moves.push({ event: event.id, from: state, outcome: decision.outcome, because: decision.because });
    const story = { correlationId: event.correlationId, causationId: event.id };
    if (decision.outcome === "overdue")
      batch.drafts.push(
        ProcessOverdue({ ...whichInstance(instance), state: state ?? "", explanation: decision.because }, story),
      );
  }
  for (const held of instance.held)
    batch.drafts.push(unclaimed(instance, held.event, `Patience ended and nothing has taken it. ${held.because}`));
}

/** What is left undecided when the rounds are used up goes by the inbox; what lies there already stays. */
export function passOnTheRest(batch: Batch): void {
  for (const { uttered } of batch.active)
    for (const { fact, from } of uttered) if (from === "batch") batch.passedOn.push({ fact, blocked: false });
  for (const instance of batch.instances.values()) {
    if (!instance.offersHeld) continue;
    const { process, instanceId, partition } = instance.stored;
    for (const { event } of instance.held)
      batch.passedOn.push({ fact: { process, instanceId, partition, event }, blocked: false });
    instance.held = [];
  }
}
