import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { systemClock, turnableClock } from "./clock.ts";

const START = new Date("2026-03-01T08:00:00Z");

describe("a clock that is turned", () => {
  it("stands still by itself", async () => {
    const clock = turnableClock(START);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(clock.now()).toEqual(START);
  });

  it("wakes each sleeper at its own time, in order, and nobody early", async () => {
    const naps = fc.array(fc.integer({ min: 1, max: 1000 }), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(naps, fc.integer({ min: 0, max: 1200 }), async (durations, turnMs) => {
        const clock = turnableClock(START);
        const woken: { readonly ms: number; readonly at: number }[] = [];
        for (const ms of durations)
          void clock.sleep(ms).then(() => woken.push({ ms, at: clock.now().getTime() - START.getTime() }));
        await clock.advance(turnMs);
        const due = durations.filter((ms) => ms <= turnMs).sort((a, b) => a - b);
        expect(woken.map(({ ms }) => ms)).toEqual(due);
        expect(woken.map(({ at }) => at)).toEqual(due);
        expect(clock.now().getTime()).toBe(START.getTime() + turnMs);
      }),
      { numRuns: 50 },
    );
  });

  it("lets who wakes sleep again within the same turn", async () => {
    const clock = turnableClock(START);
    let rounds = 0;
    const loop = async () => {
      for (; rounds < 100; rounds += 1) await clock.sleep(10);
    };
    void loop();
    await clock.advance(95);
    expect(rounds).toBe(9);
  });
});

describe.each([
  ["the system's clock", () => systemClock],
  ["a clock that is turned", () => turnableClock(START)],
])("sleeping by %s", (_, make) => {
  it("ends early, without an error, when it is called off, or had been", async () => {
    const off = new AbortController();
    const sleep = make().sleep(60_000, off.signal);
    off.abort();
    await sleep;
    await make().sleep(60_000, off.signal);
  });

  it("is over at once when there is nothing to wait for", async () => {
    await make().sleep(0);
  });
});
