import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { turnableClock } from "./clock.ts";
import { createLane, type Lane, type LaneLimits, type MaintenanceWindow } from "./lane.ts";

const limits: LaneLimits = { timeoutMs: 1000, concurrencyMax: 10, requestsPerSecondMax: 1000 };

function laneWith(given: Partial<LaneLimits> = {}, maintenance: readonly MaintenanceWindow[] = []) {
  const clock = turnableClock();
  const breaker = { failuresMax: 2, openMs: 1000, openMsMax: 1000 };
  return { clock, lane: createLane({ system: "wms", limits: { ...limits, ...given }, clock, maintenance, breaker }) };
}

/** Takes every place there is; answers how many. */
function enterAll(lane: Lane): number {
  let entered = 0;
  while (lane.enter()) entered += 1;
  return entered;
}

describe("a lane", () => {
  it("never has more calls on it, nor begins more in any while, than it may; and says beforehand how many", async () => {
    const steps = fc.array(
      fc.oneof(fc.constant("enter" as const), fc.constant("leave" as const), fc.integer({ min: 1, max: 1500 })),
      { maxLength: 120 },
    );
    const rates = fc.record({
      concurrencyMax: fc.integer({ min: 1, max: 8 }),
      requestsPerSecondMax: fc.constantFrom(0.5, 1, 3, 7.5),
      share: fc.constantFrom(1, 1 / 2, 1 / 3),
    });
    await fc.assert(
      fc.asyncProperty(rates, steps, async ({ share, ...given }, taken) => {
        const { clock, lane } = laneWith(given);
        lane.setShare(share);
        const perSecond = given.requestsPerSecondMax * share;
        const begun: number[] = [];
        let inUse = 0;
        for (const step of taken) {
          if (typeof step === "number") await clock.advance(step);
          else if (step === "leave" && inUse > 0) {
            lane.leave("answered");
            inUse -= 1;
          } else if (step === "enter") {
            const capacity = lane.capacity();
            const entered = lane.enter();
            expect(entered).toBe(capacity > 0);
            if (!entered) continue;
            inUse += 1;
            begun.push(clock.now().getTime());
          }
          expect(inUse).toBeLessThanOrEqual(Math.max(1, Math.floor(given.concurrencyMax * share)));
          expect(lane.status().inUse).toBe(inUse);
        }
        begun.forEach((from, first) =>
          begun.slice(first).forEach((to, more) => {
            const burst = Math.max(1, perSecond);
            expect(more + 1).toBeLessThanOrEqual(burst + ((to - from) / 1000) * perSecond + 1e-6);
          }),
        );
      }),
      { numRuns: 100 },
    );
  });

  it("keeps to its rate for a minute of steady work, and uses it up", async () => {
    const { clock, lane } = laneWith({ requestsPerSecondMax: 5 });
    let begun = 0;
    for (let ms = 0; ms < 60_000; ms += 50) {
      while (lane.enter()) {
        begun += 1;
        lane.leave("answered");
      }
      await clock.advance(50);
    }
    expect(begun).toBeGreaterThanOrEqual(60 * 5);
    expect(begun).toBeLessThanOrEqual(60 * 5 + 5);
  });

  it("saves up no more than a second's worth while nobody calls", async () => {
    const { clock, lane } = laneWith({ requestsPerSecondMax: 3 });
    await clock.advance(3_600_000);
    expect(enterAll(lane)).toBe(3);
  });

  it("is shared by the nodes: each takes its part, and one place at the least", async () => {
    const { clock, lane } = laneWith({ concurrencyMax: 6, requestsPerSecondMax: 100 });
    lane.setShare(1 / 3);
    expect(enterAll(lane)).toBe(2);
    lane.setShare(1 / 100);
    lane.leave("answered");
    expect(lane.capacity()).toBe(0);
    lane.leave("answered");
    await clock.advance(1000);
    expect(enterAll(lane)).toBe(1);
    lane.setShare(1);
    await clock.advance(1000);
    expect(enterAll(lane)).toBe(5);
  });

  it("goes on when the clock is set back by an hour", async () => {
    let now = new Date("2026-11-01T02:00:00Z");
    const lane = createLane({ system: "wms", limits, clock: { ...turnableClock(), now: () => now } });
    now = new Date("2026-11-01T01:00:00Z");
    expect(lane.enter()).toBe(true);
    lane.leave("answered");
    now = new Date("2026-11-01T01:00:10Z");
    expect(lane.capacity()).toBe(10);
  });

  it("rests when the system falls silent, and sends exactly one call to see whether it is back", async () => {
    const { clock, lane } = laneWith();
    expect([lane.enter(), lane.enter(), lane.enter()]).toEqual([true, true, true]);
    for (let call = 0; call < 3; call += 1) lane.leave("no-answer");
    expect(lane.status()).toMatchObject({ state: "resting", until: new Date(clock.now().getTime() + 1000) });
    expect(lane.enter()).toBe(false);
    await clock.advance(1000);
    expect(lane.capacity()).toBe(1);
    expect(enterAll(lane)).toBe(1);
    expect(lane.status().state).toBe("resting");
    lane.leave("answered");
    expect(lane.status().state).toBe("open");
    expect(enterAll(lane)).toBe(10);
  });

  it("stays closed through a planned maintenance, and opens by itself after it", async () => {
    const from = new Date("2026-01-05T09:10:00Z");
    const to = new Date("2026-01-05T09:30:00Z");
    const { clock, lane } = laneWith({}, [{ from, to }]);
    await clock.advance(10 * 60_000 - 1);
    expect(lane.capacity()).toBeGreaterThan(0);
    await clock.advance(1);
    expect(lane.enter()).toBe(false);
    expect(lane.status()).toMatchObject({ state: "maintenance", until: to });
    await clock.advance(20 * 60_000);
    expect(lane.enter()).toBe(true);
  });

  it("is closed and opened by hand, whatever else", () => {
    const { lane } = laneWith();
    lane.enter();
    lane.close("They move their data centre.");
    expect(lane.enter()).toBe(false);
    expect(lane.status()).toMatchObject({ state: "closed", explanation: "They move their data centre.", inUse: 1 });
    lane.leave("answered");
    lane.open();
    expect(lane.enter()).toBe(true);
  });
});
