/**
 * Work of which one run is enough for all who ask, as long as it begins after they asked: whoever asks while a run is under way waits for the
 * next one, and shares it.
 */
export function oneAtATime(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  let next: Promise<void> | null = null;

  function start(): Promise<void> {
    const run = work().finally(() => {
      running = null;
    });
    running = run;
    return run;
  }

  async function after(current: Promise<void>): Promise<void> {
    await current.catch(() => undefined);
    next = null;
    return start();
  }

  return () => {
    if (next) return next;
    if (!running) return start();
    next = after(running);
    return next;
  };
}
