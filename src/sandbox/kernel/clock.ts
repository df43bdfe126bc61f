/** What the sandbox asks of a clock. The platform's clock fits; tests hand in one they can turn. */
export interface SandboxClock {
  now(): Date;
  /** Runs `action` once after `delayMs` of this clock's time; the answer calls it off. */
  after(delayMs: number, action: () => void): () => void;
}

/** The clock on the wall. Timers do not keep the process alive. */
export const wallClock: SandboxClock = {
  now: () => new Date(),
  after(delayMs, action) {
    // A longer delay than a Node timer can hold would fire at once.
    const timer = setTimeout(action, Math.min(delayMs, 2 ** 31 - 1));
    timer.unref();
    return () => {
      clearTimeout(timer);
    };
  },
};
