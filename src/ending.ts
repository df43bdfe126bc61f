import type { Log } from "#platform";

/** What was started, ended in the opposite order; one that fails to end does not keep the others from it. */
export function createEnding(log: Log) {
  const steps: { readonly what: string; readonly end: () => Promise<void> }[] = [];
  return {
    add: (what: string, end: () => Promise<void>) => void steps.push({ what, end }),
    async run(): Promise<void> {
      for (const { what, end } of steps.splice(0).toReversed()) {
        await end().catch((error: unknown) => log.error({ err: error }, `Stopping ${what} failed.`));
      }
    },
  };
}

export type Ending = ReturnType<typeof createEnding>;
