import { expect, it } from "vitest";
import { isStale, staleAfter } from "./feed-ages.ts";

const now = new Date("2026-11-23T12:00:00Z");
const heard = (secondsAgo: number, entity = "stock") => ({
  entity,
  readAt: new Date(now.getTime() - secondsAgo * 1000),
});

it("is as strict as each kind of document is told to be, and ten turns patient with the rest", () => {
  const limit = staleAfter({ everyMs: 60_000, staleAfterMs: { stock: 5_000 } });
  expect(isStale(heard(5), limit, now)).toBe(false);
  expect(isStale(heard(6), limit, now)).toBe(true);
  expect(isStale(heard(600, "prices"), limit, now)).toBe(false);
  expect(isStale(heard(601, "prices"), limit, now)).toBe(true);
});

it("waits a minute at least where turns are short, and takes what was never read for stale", () => {
  const limit = staleAfter({ everyMs: 250 });
  expect(isStale(heard(60), limit, now)).toBe(false);
  expect(isStale(heard(61), limit, now)).toBe(true);
  expect(isStale({ entity: "stock", readAt: null }, limit, now)).toBe(true);
});
