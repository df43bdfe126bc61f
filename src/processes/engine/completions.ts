import type { EventDraft } from "#contracts";
import type { EventLog } from "#events";
import type { Clock, Database, Log } from "#platform";
import * as sql from "./commands-sql.ts";
import type { ClaimedCommand } from "./commands.ts";
import type { AtInstant } from "./instants.ts";
import { createRecoveries, type Recoveries } from "./recoveries.ts";
import { explain, isDatabaseTrouble, isLostRace } from "./trouble.ts";

/** What became of a command, and what is to be told of it. */
export interface Completion {
  readonly claimed: ClaimedCommand;
  readonly status: "done" | "waiting" | "parked" | "given-up";
  readonly drafts: readonly EventDraft[];
  readonly maybeDone: boolean;
  /** When they differ from what was claimed. */
  readonly attempts?: number;
  readonly dueAt?: Date;
  readonly category?: string;
  readonly outcome?: string;
  readonly explanation?: string;
}

interface CompletionOptions {
  readonly database: Database;
  readonly eventLog: EventLog;
  readonly clock: Clock;
  readonly log: Log;
  readonly at: AtInstant;
}

interface Writing extends CompletionOptions {
  readonly recoveries: Recoveries;
}

interface Waiting {
  readonly completion: Completion;
  readonly written: () => void;
}

const TROUBLE_PAUSE_MS = 200;

/** Writes the ends of commands. Those that arrive while a commit is under way share the next one. */
export function createCompletions(options: CompletionOptions): { add(completion: Completion): Promise<void> } {
  let queue: Waiting[] = [];
  let flushing = false;
  const writing: Writing = { ...options, recoveries: createRecoveries(options.clock) };

  const flush = async () => {
    // What ended in the same turn of the event loop goes along.
    await new Promise((resolve) => setImmediate(resolve));
    while (queue.length > 0) {
      const group = queue;
      queue = [];
      await writeTogether(
        writing,
        group.map(({ completion }) => completion),
      );
      for (const { written } of group) written();
    }
    flushing = false;
  };

  return {
    add: (completion) =>
      new Promise((resolve, reject) => {
        queue.push({ completion, written: resolve });
        if (flushing) return;
        flushing = true;
        flush().catch(reject);
      }),
  };
}

/** All in one transaction; if that fails for other reasons than the database itself, one by one, to find the one that does it. */
async function writeTogether(options: Writing, completions: readonly Completion[]): Promise<void> {
  for (;;) {
    try {
      return await write(options, completions);
    } catch (error) {
      if (isDatabaseTrouble(error)) {
        options.log.warn({ err: error }, "The ends of commands cannot be written yet; trying again.");
        await options.clock.sleep(TROUBLE_PAUSE_MS);
      } else if (!isLostRace(error)) {
        if (completions.length === 1) return writeUntellable(options, completions[0], error);
        for (const completion of completions) await writeTogether(options, [completion]);
        return;
      }
    }
  }
}

/** What it says cannot be told (its events are not what the catalogue says): that is a bug of ours, and a person's to mend. */
async function writeUntellable(options: Writing, completion: Completion | undefined, error: unknown) {
  if (!completion) return;
  const explanation = `It was performed, but what it answered could not be recorded: ${explain(error)}`;
  const { claimed } = completion;
  options.log.error(
    { command: claimed.name, instance: claimed.instanceId, explanation },
    "A command's answer was refused.",
  );
  const failure = { category: "internal", outcome: "unknown", explanation };
  await write(options, [{ claimed, status: "parked", drafts: [], maybeDone: true, ...failure }]);
}

async function write({ database, eventLog, clock, at, recoveries }: Writing, completions: readonly Completion[]) {
  const now = clock.now();
  const rows = completions.map(({ claimed, status, maybeDone, attempts, dueAt, category, outcome, explanation }) => ({
    id: claimed.commandId,
    claimed_by: claimed.claimedBy,
    status,
    maybe_done: maybeDone,
    attempts: attempts ?? claimed.attempts,
    due_at: dueAt ?? now,
    category,
    outcome,
    explanation,
    finished_at: status === "done" || status === "given-up" ? now : null,
  }));
  await database.transaction(async (tx) => {
    const ours = await tx.query<{ id: string }>(sql.complete, [JSON.stringify(rows)]);
    // A command that was taken from us, because we were believed dead, is answered by whoever has it now.
    const stillOurs = new Set(ours.map(({ id }) => id));
    const recovering = recoveries.among(completions);
    if (recovering.length > 0) await tx.query(sql.hasten, [JSON.stringify(recovering), now]);
    const drafts = completions.flatMap(({ claimed, drafts }) => (stillOurs.has(claimed.commandId) ? drafts : []));
    await eventLog.append(tx, drafts);
    await at("before-completion-commit");
  });
  recoveries.note(completions);
}
