/** Time, handed in. `sleep` ends early, without an error, when its signal aborts. */
export interface Clock {
  now(): Date;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => new Date(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const done = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, Math.max(0, ms));
      signal?.addEventListener("abort", done);
    }),
};

/** A clock that stands still until it is turned; sleepers wake in the order they are due. */
export interface TurnableClock extends Clock {
  advance(ms: number): Promise<void>;
}

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

export function turnableClock(start: Date = new Date("2026-01-05T09:00:00Z")): TurnableClock {
  let nowMs = start.getTime();
  let sleepers: Sleeper[] = [];
  const due = (until: number) => sleepers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
  return {
    now: () => new Date(nowMs),
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted || ms <= 0) return resolve();
        const sleeper: Sleeper = { at: nowMs + ms, wake: resolve };
        sleepers.push(sleeper);
        signal?.addEventListener("abort", () => {
          sleepers = sleepers.filter((other) => other !== sleeper);
          resolve();
        });
      }),
    async advance(ms) {
      const until = nowMs + ms;
      for (let next = due(until); next; next = due(until)) {
        const woken = next;
        nowMs = Math.max(nowMs, woken.at);
        sleepers = sleepers.filter((other) => other !== woken);
        woken.wake();
        // Lets what was woken run, and perhaps sleep again, before time goes on.
        await new Promise((resolve) => setImmediate(resolve));
      }
      nowMs = until;
    },
  };
}
