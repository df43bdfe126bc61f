import { Type } from "typebox";
import { CommandId } from "../primitives.ts";
import { defineEvent } from "./event.ts";

const instance = { process: Type.String(), instanceId: Type.String() };

/** Raised by the engine itself when a state's patience ends. A row may answer it; without one it becomes `process.overdue`. */
export const TimerElapsed = defineEvent({
  name: "timer.elapsed",
  summary: "A process stayed in a state for as long as we had patience.",
  subject: "instanceId",
  data: { ...instance, state: Type.String(), patienceMs: Type.Integer() },
});

export const ProcessOverdue = defineEvent({
  name: "process.overdue",
  summary: "A process waits longer than it should, and somebody should look.",
  subject: "instanceId",
  data: { ...instance, state: Type.String(), explanation: Type.String() },
});

export const FactUnclaimed = defineEvent({
  name: "fact.unclaimed",
  summary: "A fact came early, was held, and its time never came.",
  subject: "instanceId",
  data: { ...instance, eventId: Type.String(), eventType: Type.String(), explanation: Type.String() },
});

export const CommandDeferred = defineEvent({
  name: "command.deferred",
  summary: "A call did not succeed yet and will be tried again.",
  subject: "commandId",
  data: {
    ...instance,
    commandId: CommandId,
    command: Type.String(),
    lane: Type.String(),
    category: Type.String(),
    attempt: Type.Integer(),
    explanation: Type.String(),
    nextAttemptInMs: Type.Integer(),
  },
});

export const CommandParked = defineEvent({
  name: "command.parked",
  summary: "A call failed for good; it is kept as a dead letter until somebody mends it.",
  subject: "commandId",
  data: {
    ...instance,
    commandId: CommandId,
    command: Type.String(),
    lane: Type.String(),
    category: Type.String(),
    explanation: Type.String(),
  },
});

export const FactParked = defineEvent({
  name: "fact.parked",
  summary: "A fact could not be handled; it is kept as a dead letter and its neighbours go on.",
  subject: "instanceId",
  data: { ...instance, eventId: Type.String(), eventType: Type.String(), explanation: Type.String() },
});

export const OperatorIntervened = defineEvent({
  name: "operator.intervened",
  summary: "A person moved, held, retried, skipped or edited something, with a reason.",
  subject: "target",
  data: { target: Type.String(), action: Type.String(), by: Type.String(), reason: Type.String() },
});

export const engineEvents = [
  TimerElapsed,
  ProcessOverdue,
  FactUnclaimed,
  CommandDeferred,
  CommandParked,
  FactParked,
  OperatorIntervened,
] as const;
