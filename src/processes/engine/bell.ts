/** Wakes one waiting loop. A ring while nobody waits is remembered, so none is lost between looking and waiting. */
export interface Bell {
  ring(): void;
  isAwaited(): boolean;
  /** Until it rings, or `maxMs` of real or virtual time passed. */
  wait(maxMs: number): Promise<void>;
}

export function createBell(sleep: (ms: number, signal: AbortSignal) => Promise<void>): Bell {
  let rung = false;
  let wake: (() => void) | null = null;
  return {
    ring() {
      rung = true;
      wake?.();
    },
    isAwaited: () => wake !== null && !rung,
    async wait(maxMs) {
      if (!rung) {
        const stop = new AbortController();
        const heard = new Promise<void>((resolve) => (wake = resolve));
        await Promise.race([heard, sleep(maxMs, stop.signal)]);
        stop.abort();
        wake = null;
      }
      rung = false;
    },
  };
}
