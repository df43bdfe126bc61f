import { CommandDeferred, CommandParked, type EffectCall, type EventDraft, type LoggedEvent } from "#contracts";
import type { EventLog } from "#events";
import { CallFailure, deriveId, type Clock, type Database, type Ids, type Log } from "#platform";
import { createCompletions, type Completion } from "./completions.ts";
import * as sql from "./commands-sql.ts";
import type { AtInstant } from "./instants.ts";
import type { Command, LastFailure } from "./process.ts";
import { afterFailure, defaultRetryPolicy, type Failure } from "./retry-policy.ts";
import type { CompiledProcess } from "./table.ts";
import { explain, isDatabaseTrouble } from "./trouble.ts";

/** The lane of work that waits for nobody in particular. */
export const HUB_LANE = "hub";
const HUB_PLACES = 16;

/** What the engine asks of the ways to other systems. */
export interface EngineLanes {
  /** How many calls may begin now; 0 while it is closed. */
  capacity(code: string): number;
  /** How many calls are on their way. Without it the engine counts the commands it performs. */
  inUse?(code: string): number;
  /** Closes a lane until an operator opens it: our credentials were refused there. */
  close?(code: string, reason: string): void;
}

export interface CommandOptions {
  readonly database: Database;
  readonly eventLog: EventLog;
  readonly processes: ReadonlyMap<string, CompiledProcess>;
  readonly lanes: EngineLanes;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly random: () => number;
  readonly node: () => number;
  readonly log: Log;
  readonly at: AtInstant;
  /** Called when something ended: the next of an instance may begin, a place became free. */
  readonly ended: () => void;
}

/** A command as it was claimed, with the event that caused it. */
export interface ClaimedCommand extends Omit<LoggedEvent, "id" | "correlationId"> {
  readonly commandId: string;
  readonly process: string;
  readonly instanceId: string;
  readonly correlationId: string;
  readonly name: string;
  readonly lane: string;
  /** This one included. */
  readonly attempts: number;
  readonly maybeDone: boolean;
  readonly edition: number;
  /** The number this node had when it claimed; it gets another when its session is lost. */
  readonly claimedBy: number;
  readonly deadlineAt: Date | null;
  readonly category: string | null;
  readonly explanation: string | null;
  readonly eventId: string;
  readonly eventCorrelationId: string;
}

export interface CommandRunner {
  /** Claims what the lanes have room for and begins it. "full": something waits for room; "rest": nothing is due. */
  begin(): Promise<"began" | "full" | "rest">;
  /** Gives up what waited past its deadline. */
  giveUpExpired(): Promise<boolean>;
  /** When all that runs now has ended and is committed. */
  idle(): Promise<void>;
  readonly running: () => number;
  /** No more patience with what still runs. */
  abort(): void;
}

const callOf = (claimed: ClaimedCommand): EffectCall => {
  const { eventId: id, eventCorrelationId: correlationId, type, source, subject, time, causationId, data } = claimed;
  return {
    instanceId: claimed.instanceId,
    event: { id, type, source, subject, time, correlationId, causationId, data },
  };
};

const idempotencyKeyOf = ({ process, name, instanceId, eventId, edition }: ClaimedCommand): string =>
  deriveId("key", process, name, instanceId, eventId, ...(edition === 0 ? [] : [String(edition)]));

export function createCommandRunner(options: CommandOptions): CommandRunner {
  const { database, lanes, clock, node, ended } = options;
  const performing = new Map<string, number>();
  const underWay = new Set<Promise<void>>();
  const stop = new AbortController();
  const completions = createCompletions(options);

  const room = (lane: string): number => {
    const here = performing.get(lane) ?? 0;
    if (lane === HUB_LANE) return Math.max(0, HUB_PLACES - here);
    // What we have begun and is not yet on the way will want a place too.
    return Math.max(0, lanes.capacity(lane) - Math.max(0, here - (lanes.inUse?.(lane) ?? 0)));
  };

  const run = (claimed: ClaimedCommand, work: (claimed: ClaimedCommand) => Promise<Completion>) => {
    const { lane } = claimed;
    performing.set(lane, (performing.get(lane) ?? 0) + 1);
    const whole = (async () => {
      let completion: Completion;
      try {
        completion = await work(claimed);
      } finally {
        performing.set(lane, (performing.get(lane) ?? 1) - 1);
      }
      await completions.add(completion);
    })();
    const tracked = whole.finally(() => {
      underWay.delete(tracked);
      ended();
    });
    underWay.add(tracked);
    // Its failures are told where they happen; this one keeps an ended process from dying of it.
    tracked.catch((error: unknown) => options.log.error({ err: error }, "A command's end could not be written."));
  };

  return {
    running: () => underWay.size,
    async begin() {
      const waiting = await database.query<{ lane: string }>(sql.waitingLanes, [clock.now()]);
      if (waiting.length === 0) return "rest";
      const rooms = waiting
        .map(({ lane }) => ({ lane, room: room(lane), ordered: lane !== HUB_LANE }))
        .filter(({ room }) => room > 0);
      if (rooms.length === 0) return "full";
      const claimed = await database.query<ClaimedCommand>(sql.claim, [JSON.stringify(rooms), clock.now(), node()]);
      for (const command of claimed) run(command, (one) => perform(options, one, stop.signal));
      if (claimed.length > 0) return "began";
      return rooms.length < waiting.length ? "full" : "rest";
    },
    async giveUpExpired() {
      const expired = await database.query<ClaimedCommand>(sql.claimExpired, [clock.now(), node()]);
      for (const command of expired) run(command, async (one) => giveUp(options, one, lastOf(one)));
      return expired.length > 0;
    },
    async idle() {
      while (underWay.size > 0) await Promise.allSettled(underWay);
    },
    abort: () => stop.abort(),
  };
}

const lastOf = ({ category, maybeDone, explanation }: ClaimedCommand): LastFailure => ({
  category: category ?? "unavailable",
  outcome: maybeDone ? "unknown" : "not-done",
  explanation: explanation ?? "Its turn did not come before the deadline.",
});

async function perform(options: CommandOptions, claimed: ClaimedCommand, stop: AbortSignal): Promise<Completion> {
  const { database, clock, ids, at, processes } = options;
  const command = processes.get(claimed.process)?.commands.get(claimed.name);
  if (!command) return parked(claimed, { ...bug("The process has no such command any more."), outcome: "not-done" });
  const { correlationId, attempts, maybeDone } = claimed;
  const ended = new AbortController();
  const deadline = abortAt(clock, claimed.deadlineAt, ended.signal);
  try {
    await at("before-perform");
    // A connector that begins with an aborted signal would never hear of it.
    if (deadline.aborted) return giveUp(options, claimed, lastOf(claimed));
    const drafts = await command.perform(callOf(claimed), {
      database,
      idempotencyKey: idempotencyKeyOf(claimed),
      attempt: attempts,
      maybeDone,
      correlationId,
      signal: AbortSignal.any([stop, deadline]),
      now: clock.now(),
      ids,
    });
    await at("after-perform");
    return { claimed, status: "done", drafts, maybeDone };
  } catch (error) {
    return failed(options, claimed, command, failureOf(error));
  } finally {
    ended.abort();
  }
}

/** Aborts at an hour, unless what it is for ended before. */
function abortAt(clock: Clock, at: Date | null, ended: AbortSignal): AbortSignal {
  const controller = new AbortController();
  const abort = async (when: Date) => {
    await clock.sleep(when.getTime() - clock.now().getTime(), ended);
    if (!ended.aborted) controller.abort();
  };
  if (at) void abort(at);
  return controller.signal;
}

/** Where it stopped is not known of an exception of our own, so whether it took effect is not either. */
const bug = (explanation: string): Failure => ({
  category: "internal",
  outcome: "unknown",
  retryAfterMs: null,
  deferred: false,
  explanation,
});

/** Our own database went away under it: nothing is wrong with the command, and it is tried until the database returns. */
const ownDatabaseAway = (error: unknown): Failure => ({
  ...bug(`The hub's own database did not answer: ${explain(error)}`),
  category: "unavailable",
});

const failureOf = (error: unknown): Failure => {
  if (!(error instanceof CallFailure)) return isDatabaseTrouble(error) ? ownDatabaseAway(error) : bug(explain(error));
  const { category, outcome, retryAfterMs, deferred, message: explanation } = error;
  return { category, outcome, retryAfterMs, deferred, explanation };
};

/** A claimed command failed: what now? */
export function failed(
  options: CommandOptions,
  claimed: ClaimedCommand,
  command: Command,
  failure: Failure,
): Completion {
  const { clock, random, lanes, log } = options;
  const policy = { ...defaultRetryPolicy, ...command.retry };
  const next = afterFailure(policy[failure.category], failure, { attempts: claimed.attempts, random });
  const maybeDone = claimed.maybeDone || failure.outcome === "unknown";
  const { category, explanation } = failure;
  if (failure.category === "internal")
    log.error({ command: claimed.name, instance: claimed.instanceId, explanation }, "A command broke.");
  if (next.verdict === "park") return parked({ ...claimed, maybeDone }, failure);
  const dueAt = new Date(clock.now().getTime() + next.delayMs);
  if (claimed.deadlineAt && dueAt >= claimed.deadlineAt)
    return giveUp(options, claimed, { category, outcome: maybeDone ? "unknown" : "not-done", explanation });
  if (next.closesLane) lanes.close?.(claimed.lane, explanation);
  const nextAttemptInMs = Math.round(next.delayMs);
  const attempts = next.spent ? claimed.attempts : claimed.attempts - 1;
  const told = CommandDeferred(
    { ...particulars(claimed), category, attempt: claimed.attempts, explanation, nextAttemptInMs },
    storyOf(claimed),
  );
  const drafts = failure.deferred ? [] : [told];
  return {
    claimed,
    status: "waiting",
    drafts,
    maybeDone,
    attempts,
    dueAt,
    category,
    outcome: failure.outcome,
    explanation,
  };
}

const storyOf = (claimed: ClaimedCommand) => ({ correlationId: claimed.correlationId, causationId: claimed.eventId });
const particulars = ({ process, instanceId, commandId, name, lane }: ClaimedCommand) => {
  return { process, instanceId, commandId, command: name, lane };
};

function parked(claimed: ClaimedCommand, { category, outcome, explanation }: Failure): Completion {
  const drafts: EventDraft[] = [CommandParked({ ...particulars(claimed), category, explanation }, storyOf(claimed))];
  return { claimed, status: "parked", drafts, maybeDone: claimed.maybeDone, category, outcome, explanation };
}

/** Time is up. A command that says what that means has ended; one that does not waits for a person. */
function giveUp({ processes }: CommandOptions, claimed: ClaimedCommand, last: LastFailure): Completion {
  const command = processes.get(claimed.process)?.commands.get(claimed.name);
  const maybeDone = last.outcome === "unknown";
  if (!command?.givenUp) {
    const explanation = `The deadline passed. ${last.explanation}`;
    return parked({ ...claimed, maybeDone }, { ...bug(explanation), category: "timed-out", outcome: last.outcome });
  }
  const drafts = command.givenUp(callOf(claimed), last);
  return { claimed, status: "given-up", drafts, ...last, maybeDone };
}
