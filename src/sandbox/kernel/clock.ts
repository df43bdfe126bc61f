import type { Clock } from "#platform";

// A Node timer holds no more than this; told to wait longer, it fires at once.
const sleepMaxMs = 2 ** 31 - 1;

/** Runs `action` once, after so much of this clock's time; the answer calls it off. */
export function after(clock: Clock, delayMs: number, action: () => void): () => void {
  const calledOff = new AbortController();
  const wait = async () => {
    let leftMs = delayMs;
    // Sleeps at least once, so that the action never runs before its caller has gone on.
    do {
      await clock.sleep(Math.min(leftMs, sleepMaxMs), calledOff.signal);
      leftMs -= sleepMaxMs;
    } while (leftMs > 0 && !calledOff.signal.aborted);
    if (!calledOff.signal.aborted) action();
  };
  void wait();
  return () => {
    calledOff.abort();
  };
}
