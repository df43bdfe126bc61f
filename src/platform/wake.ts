import type { Clock } from "./clock.ts";
import type { Database, Session } from "./database.ts";
import type { Log } from "./log.ts";

/**
 * Tells waiting loops, here and on other nodes, that there is work. A NOTIFY inside every transaction doubles the cost of a commit, so it is sent
 * after commit and at most once in 5 ms. A wake-up is a hint: who waits looks by itself every so often as well.
 */
export interface Waker {
  notify(): void;
  wait(maxMs: number, signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

const COALESCE_MS = 5;

export async function createWaker(options: {
  database: Database;
  channel: string;
  clock: Clock;
  log?: Log;
}): Promise<Waker> {
  const { database, channel, clock, log } = options;
  const waiting = new Set<() => void>();
  let missed = false;
  let sending = false;
  let closed = false;
  let session: Session | undefined;

  const wakeAll = () => {
    missed = waiting.size === 0;
    for (const wake of waiting) wake();
    waiting.clear();
  };

  const listen = async (): Promise<void> => {
    session = await database.session();
    session.onNotification(wakeAll);
    session.onLost(() => {
      if (!closed)
        void clock
          .sleep(500)
          .then(() =>
            closed
              ? undefined
              : listen().catch((error: unknown) => log?.warn({ err: error }, "Listening again failed.")),
          );
    });
    await session.query(`listen ${channel}`);
  };
  await listen();

  const send = async () => {
    await clock.sleep(COALESCE_MS);
    sending = false;
    if (closed) return;
    await database
      .query("select pg_notify($1, '')", [channel])
      .catch((error: unknown) => log?.debug({ err: error }, "A wake-up was not sent; the others look by themselves."));
  };

  return {
    notify() {
      wakeAll();
      if (sending || closed) return;
      sending = true;
      void send();
    },
    async wait(maxMs, signal) {
      if (missed) {
        missed = false;
        return;
      }
      const stop = new AbortController();
      const woken = new Promise<void>((resolve) => waiting.add(resolve));
      const either = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
      await Promise.race([woken, clock.sleep(maxMs, either)]);
      stop.abort();
    },
    async close() {
      closed = true;
      wakeAll();
      await session?.close();
    },
  };
}
