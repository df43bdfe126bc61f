import { randomUUID } from "node:crypto";
import type { Clock } from "./clock.ts";
import type { Database } from "./database.ts";
import { keepSession } from "./kept-session.ts";
import type { Log } from "./log.ts";

/** One loop that waits for work. What happens while it is busy is not lost: its next wait ends at once. */
export interface WakeListener {
  wait(maxMs: number, signal?: AbortSignal): Promise<void>;
}

/**
 * Tells waiting loops, here and on other nodes, that there is work. A NOTIFY inside every transaction doubles the cost of a commit, so it is sent
 * after commit and at most once in 5 ms. A wake-up is a hint: who waits looks by itself every so often as well.
 */
export interface Waker {
  notify(): void;
  listener(): WakeListener;
  close(): Promise<void>;
}

interface WakerOptions {
  readonly database: Database;
  readonly channel: string;
  readonly clock: Clock;
  readonly log?: Log;
}

const COALESCE_MS = 5;

/** Wake-ups within this process only. */
export function createLocalWaker(clock: Clock): Waker {
  const waiting = new Set<() => void>();
  let generation = 0;
  return {
    notify() {
      generation += 1;
      for (const wake of waiting) wake();
      waiting.clear();
    },
    listener() {
      let seen = generation;
      return {
        async wait(maxMs, signal) {
          if (generation === seen && !signal?.aborted) {
            const woken = new AbortController();
            const wake = () => woken.abort();
            waiting.add(wake);
            await clock.sleep(maxMs, signal ? AbortSignal.any([signal, woken.signal]) : woken.signal);
            waiting.delete(wake);
          }
          seen = generation;
        },
      };
    },
    close: () => Promise.resolve(),
  };
}

export async function createWaker({ database, channel, clock, log }: WakerOptions): Promise<Waker> {
  const local = createLocalWaker(clock);
  const self = randomUUID();
  const closed = new AbortController();
  let isSending = false;

  const session = await keepSession({
    database,
    clock,
    log,
    purpose: "Listening for wake-ups",
    async prepare(opened) {
      opened.onNotification((_channel, from) => {
        if (from !== self) local.notify();
      });
      await opened.query(`listen ${channel}`);
      // Whatever was said while nobody listened.
      local.notify();
    },
  });

  const send = async (): Promise<void> => {
    await clock.sleep(COALESCE_MS, closed.signal);
    isSending = false;
    if (closed.signal.aborted) return;
    // The others look by themselves; a wake-up that is not sent costs a moment, nothing else.
    await database
      .query("select pg_notify($1, $2)", [channel, self])
      .catch((error: unknown) => log?.debug({ err: error }, "A wake-up was not sent."));
  };

  return {
    listener: () => local.listener(),
    notify() {
      local.notify();
      if (isSending || closed.signal.aborted) return;
      isSending = true;
      void send();
    },
    async close() {
      closed.abort();
      local.notify();
      await session.close();
    },
  };
}
