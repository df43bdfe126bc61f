import type { Clock, Log } from "#platform";

export const CHANGES_EVERY_MS = 200;
/** Under a storm of changes memory is refreshed less often, so that following them takes no more than a tenth of the node. */
const CHANGES_SHARE = 10;
const CHANGES_AT_LEAST_EVERY_MS = 2_000;

/** Reads what changed since it was read last. */
interface Refreshed {
  refresh(): Promise<unknown>;
}

/** Keeps what this node has in memory in step with the books. */
export async function followChanges(
  { book, board }: { readonly book: Refreshed; readonly board: Refreshed },
  { clock, log }: { readonly clock: Clock; readonly log: Log },
  signal: AbortSignal,
): Promise<void> {
  let restMs = CHANGES_EVERY_MS;
  let isBehind = false;
  while (!signal.aborted) {
    await clock.sleep(restMs, signal);
    if (signal.aborted) return;
    const startedMs = clock.now().getTime();
    try {
      await Promise.all([book.refresh(), board.refresh()]);
      isBehind = false;
    } catch (error) {
      // Said once: it is tried again every two seconds for as long as the database is away.
      if (!isBehind) log.warn({ err: error }, "What changed could not be read; answers from memory grow older.");
      isBehind = true;
    }
    const tookMs = clock.now().getTime() - startedMs;
    const wantedMs = isBehind ? CHANGES_AT_LEAST_EVERY_MS : tookMs * CHANGES_SHARE;
    restMs = Math.min(CHANGES_AT_LEAST_EVERY_MS, Math.max(CHANGES_EVERY_MS, wantedMs));
  }
}
