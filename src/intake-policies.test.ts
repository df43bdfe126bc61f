import { businessDay } from "#domains";
import { expect, it } from "vitest";
import sample from "../crossdock.config.ts";
import { intakePolicies } from "./intake-policies.ts";

const { hub, policies } = sample;

it("says all that is wrong: a time zone nobody knows, a price rule for a channel that is none", () => {
  const configuration = {
    ...sample,
    hub: { ...hub, timeZone: "Mars/Olympus" },
    policies: { ...policies, price: { ...policies.price, channels: { "web-sop": { below: "correct" as const } } } },
  };
  expect(() => intakePolicies(configuration)).toThrow(/\/hub\/timeZone: .*Mars\/Olympus[^]*no channel "web-sop"/);
});

it("begins the day of prices where the business is", () => {
  const eveningInChicago = new Date("2026-03-01T04:30:00Z");
  expect(businessDay(eveningInChicago)).toBe("2026-03-01");
  expect(businessDay(eveningInChicago, "America/Chicago")).toBe("2026-02-28");
  expect(intakePolicies({ ...sample, hub: { ...hub, timeZone: "America/Chicago" } }).timeZone).toBe("America/Chicago");
});
