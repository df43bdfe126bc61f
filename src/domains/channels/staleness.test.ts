import { describe, expect, it } from "vitest";
import { confirmedAtMs, degraded, stalenessEpoch, stalenessOf, type StalenessRule } from "./staleness.ts";

const at = (minute: number) => new Date(Date.UTC(2026, 0, 5, 9, minute));
const stated = (minute: number, source = "erp") => ({ asOf: at(minute).toISOString(), source });
const heard = (minute: number | null, system = "erp", entity = "stock") => ({
  system,
  entity,
  readAt: minute === null ? null : at(minute),
});
const callUs: StalenessRule = { maxAgeSeconds: 600, whenStale: "call-us" };

describe("a figure is confirmed", () => {
  it("when it was stated, or when its own source was last heard; all of an item's as its oldest", () => {
    expect(confirmedAtMs([stated(1)], [])).toBe(at(1).getTime());
    expect(confirmedAtMs([stated(1)], [heard(5), heard(9, "wms"), heard(9, "erp", "prices")])).toBe(at(5).getTime());
    expect(confirmedAtMs([stated(7)], [heard(5)])).toBe(at(7).getTime());
    expect(confirmedAtMs([stated(1), stated(2, "wms")], [heard(5)])).toBe(at(2).getTime());
    expect(confirmedAtMs([stated(1)], [heard(null)])).toBe(at(1).getTime());
  });

  it("where nothing lies anywhere, when every source was heard to say so; never, where one never was", () => {
    expect(confirmedAtMs([], [heard(5), heard(3, "wms")])).toBe(at(3).getTime());
    expect(confirmedAtMs([], [heard(5), heard(null, "wms")])).toBeNull();
    expect(confirmedAtMs([], [])).toBeNull();
  });
});

describe("a figure is stale", () => {
  it("from the second on at which it reaches the maximum age, and where nobody ever confirmed it", () => {
    const now = at(10);
    expect(stalenessOf(callUs, at(0).getTime() + 1, now)).toBeNull();
    expect(stalenessOf(callUs, at(0).getTime(), now)).toMatchObject({ ageSeconds: 600, maxAgeSeconds: 600 });
    expect(stalenessOf(callUs, null, now)).toMatchObject({ confirmedAt: null, ageSeconds: null });
  });

  it("and then told as it is, less a buffer and never below nothing, or not at all", () => {
    const buffer: StalenessRule = { maxAgeSeconds: 1, whenStale: "buffer", buffer: "2.5" };
    expect(["10", "2"].map((quantity) => degraded(buffer, quantity))).toEqual(["7.5", "0"]);
    expect(degraded({ maxAgeSeconds: 1, whenStale: "show" }, "10")).toBe("10");
    expect(degraded(callUs, "10")).toBe("0");
  });
});

it("names another epoch as soon as sources grow stale, each maximum age after, and when they are heard again", () => {
  const epochs = [9, 10, 19, 20].map((minute) => stalenessEpoch(callUs, [heard(0)], at(minute)));
  expect(new Set(epochs).size).toBe(3);
  expect(epochs[1]).toBe(epochs[2]);
  expect(stalenessEpoch(callUs, [heard(20)], at(21))).toBe(epochs[0]);
});
