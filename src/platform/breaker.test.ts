import { describe, expect, it } from "vitest";
import { createBreaker } from "./breaker.ts";
import { turnableClock } from "./clock.ts";

const settings = { failuresMax: 3, openMs: 1000, openMsMax: 3000 };

/** A breaker that has just opened. */
function opened() {
  const clock = turnableClock();
  const breaker = createBreaker(clock, settings);
  for (let call = 0; call < settings.failuresMax; call += 1) breaker.begin();
  for (let call = 0; call < settings.failuresMax; call += 1) breaker.fail();
  return { clock, breaker };
}

describe("a breaker", () => {
  it("opens after so many silences in a row, and not before", () => {
    const breaker = createBreaker(turnableClock(), settings);
    breaker.fail();
    breaker.fail();
    breaker.succeed();
    breaker.fail();
    breaker.fail();
    expect(breaker.state().is).toBe("closed");
    breaker.fail();
    expect(breaker.state().is).toBe("open");
  });

  it("lets one call probe when its time has come, and none beside it", async () => {
    const { clock, breaker } = opened();
    await clock.advance(999);
    expect(breaker.state().is).toBe("open");
    await clock.advance(1);
    expect(breaker.state().is).toBe("half-open");
    breaker.begin();
    expect(breaker.state().is).toBe("open");
    breaker.succeed();
    expect(breaker.state()).toEqual({ is: "closed", until: null });
  });

  it("rests twice as long after each probe that failed, up to the longest", async () => {
    const { clock, breaker } = opened();
    for (const ms of [2000, 3000, 3000]) {
      await clock.advance(3000);
      breaker.begin();
      breaker.fail();
      expect(breaker.state()).toEqual({ is: "open", until: new Date(clock.now().getTime() + ms) });
    }
  });

  it("rests no longer because calls that were under way when it opened fail as well", () => {
    const { clock, breaker } = opened();
    for (let late = 0; late < 20; late += 1) breaker.fail();
    expect(breaker.state().until).toEqual(new Date(clock.now().getTime() + settings.openMs));
  });

  it("lets another call probe when the probe was called off", async () => {
    const { clock, breaker } = opened();
    await clock.advance(1000);
    breaker.begin();
    breaker.abandon();
    expect(breaker.state().is).toBe("half-open");
  });
});
