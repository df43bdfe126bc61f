import { instants } from "#processes";
import { expect, it } from "vitest";
import { runChaos } from "./chaos.ts";

it(
  "finishes every accepted order once, with the books in balance, although nodes die at every named instant",
  { timeout: 180_000 },
  async () => {
    const report = await runChaos({
      seconds: 8,
      seed: 20_261_123,
      timeScale: 60_000,
      ordersPerSecond: 4,
      killsPostgres: false,
      restWithinMs: 60_000,
    });

    expect(report.violations, `left to look into: ${report.folder}`).toEqual([]);
    expect(Object.keys(report.endings)).toEqual(expect.arrayContaining([...instants]));
    expect(report.closed).toBeGreaterThan(10);
  },
);
