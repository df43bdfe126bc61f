import fc from "fast-check";

/** All four ways of looking share what `npm run books -- --seconds N` gives; in `npm test` each looks shortly. */
const asked = process.env["BOOKS_SECONDS"];
/** Somebody gave it time of his own. */
export const isLookedFor = asked !== undefined;
const WAYS = 4;
export const seekingMs = (usualSeconds: number) => (asked ? Number(asked) / WAYS : usualSeconds) * 1000;
/** Where to look from: anywhere, unless it was said. */
export const seekingSeed = Number(process.env["BOOKS_SEED"] ?? Date.now() % 1_000_000_000);
/** To whoever waits for a long run. */
export const tell = (text: string): void => void (asked && process.stdout.write(`${text}\n`));

/** What one trial came to: what was wrong, and what had happened, in words. */
export interface Trial {
  readonly wrong: readonly string[];
  readonly diary: readonly string[];
}

/**
 * Tries what chance draws until the time is over. When something is wrong, looks for the shortest list of actions that makes it so, for as long again,
 * and tells that one.
 */
export async function seek<Drawn>(
  what: fc.Arbitrary<Drawn>,
  ms: number,
  trial: (drawn: Drawn) => Promise<Trial>,
  chances = 1,
): Promise<void> {
  const until = Date.now() + ms;
  let trials = 0;
  const began = Date.now();
  let worst: Trial | null = null;
  let found = "";
  let shrinkUntil = 0;
  const property = fc.asyncProperty(what, async (drawn) => {
    // A shorter list that is not tried for want of time counts as good: what was found so far stands.
    if (worst && Date.now() > shrinkUntil) return;
    // What happens at once does not go wrong every time: once it did, a shorter list has several chances.
    for (let chance = 0; chance < (worst ? chances : 1); chance += 1) {
      trials += 1;
      const came = await trial(drawn).catch((error: Error) => ({ wrong: [error.stack ?? error.message], diary: [] }));
      if (came.wrong.length === 0) continue;
      found ||= `Found in run ${trials}, after ${((Date.now() - began) / 1000).toFixed(1)} s`;
      shrinkUntil ||= Date.now() + SHRINK_MS;
      worst = came;
      throw new Error("wrong");
    }
  });
  let seed = seekingSeed;
  do {
    // One at a time, so that the time is kept; each from a seed of its own, so that one can be had again.
    const { failed, numShrinks } = await fc.check(property, { seed, numRuns: 1 });
    if (failed) throw new Error(telling(worst, `${found}; made shorter ${numShrinks} times:`, seed));
    seed += 1;
  } while (Date.now() < until);
  tell(`${trials} runs from seed ${seekingSeed} on, in ${Math.round(ms / 1000)} s`);
}

const SHRINK_MS = 20_000;

function telling(worst: Trial | null, found: string, seed: number): string {
  return [
    ...(worst?.wrong ?? ["The drawing itself failed."]),
    found,
    ...(worst?.diary ?? []).map((entry, index) => `  ${index + 1}. ${entry}`),
    `Again with: npm run books -- --seed ${seed}`,
  ].join("\n");
}
