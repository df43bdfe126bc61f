import { expect, it } from "vitest";
import { storm } from "./storm.ts";

it(
  "loses nothing, doubles nothing and leaves nothing undone while its nodes are killed",
  { timeout: 150_000 },
  async () => {
    const { violations, accepted, deaths } = await storm({
      seconds: 12,
      seed: 20_261_123,
      killEveryMs: 4000,
      restMaxMs: 60_000,
    });
    expect(violations).toEqual([]);
    expect(accepted).toBeGreaterThan(10);
    expect([...deaths.values()].reduce((sum, count) => sum + count, 0)).toBeGreaterThan(2);
  },
);
