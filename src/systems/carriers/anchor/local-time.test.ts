import fc from "fast-check";
import { expect, it } from "vitest";
import { instantOf } from "./local-time.ts";

const zones = [
  "America/New_York",
  "America/Chicago",
  "America/Denver",
  "America/Phoenix",
  "America/Los_Angeles",
  "UTC",
];
const shownIn = (timeZone: string, instantMs: number) => new Date(instantMs).toLocaleString("sv-SE", { timeZone });

it("finds an instant again from what the clock on the wall showed, in any zone and any year", () => {
  const anySecond = fc.integer({ min: Date.UTC(2020, 0, 1) / 1000, max: Date.UTC(2035, 0, 1) / 1000 });
  fc.assert(
    fc.property(fc.constantFrom(...zones), anySecond, (zone, second) => {
      const shown = shownIn(zone, second * 1000);
      const found = Date.parse(instantOf(shown, zone));
      // In the hour that comes twice it is the first of the two that show the same.
      expect([second * 1000, second * 1000 - 3_600_000]).toContain(found);
      expect(shownIn(zone, found)).toBe(shown);
    }),
  );
});

it("takes the first of the hour that comes twice, and goes on where an hour is left out", () => {
  expect(instantOf("2026-11-01 01:30:00", "America/New_York")).toBe("2026-11-01T05:30:00.000Z");
  expect(instantOf("2026-03-08 02:30:00", "America/New_York")).toBe("2026-03-08T07:30:00.000Z");
});

it("names the zone nobody knows", () => {
  expect(() => instantOf("2026-11-01 01:30:00", "America/Ketchup")).toThrow(
    expect.objectContaining({
      code: "invalid-document",
      faults: [expect.objectContaining({ found: "America/Ketchup" })],
    }),
  );
});
