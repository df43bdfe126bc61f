import { add, compare } from "#platform";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { promiseDate, sameDays } from "./promise.ts";

const inbound = [
  { expectedOn: "2026-03-20", quantity: "50" },
  { expectedOn: "2026-03-10", quantity: "20" },
  { expectedOn: "2026-02-01", quantity: "1000" },
];

describe("the day a backorder is promised for", () => {
  it("is the first by which enough has arrived", () => {
    expect(promiseDate("20", "0", inbound, "2026-03-01")).toBe("2026-03-10");
    expect(promiseDate("21", "0", inbound, "2026-03-01")).toBe("2026-03-20");
  });
  it("comes after those who wait already", () => {
    expect(promiseDate("20", "1", inbound, "2026-03-01")).toBe("2026-03-20");
  });
  it("counts on nothing that is overdue, and is none where too little is on its way", () => {
    expect(promiseDate("71", "0", inbound, "2026-03-01")).toBeNull();
  });
});

describe("how much may wait for the days to be the same", () => {
  const amount = fc.integer({ min: 1, max: 40 }).map(String);
  const arrivals = fc.array(
    fc.record({
      expectedOn: fc.constantFrom("2026-02-01", "2026-03-10", "2026-03-20", "2026-04-01"),
      quantity: amount,
    }),
    { maxLength: 4 },
  );
  const daysOf = (quantities: readonly string[], waiting: string, coming: typeof inbound) => {
    let before = waiting;
    return quantities.map((quantity) => {
      const day = promiseDate(quantity, before, coming, "2026-03-01");
      before = add(before, quantity);
      return day;
    });
  };

  it("is a range that has what waits now, and within it no day changes", () => {
    const whole = fc.integer({ min: 0, max: 120 }).map(String);
    fc.assert(
      fc.property(
        fc.array(amount, { minLength: 1, maxLength: 4 }),
        whole,
        whole,
        arrivals,
        (quantities, waiting, other, coming) => {
          const { above, upTo } = sameDays(quantities, waiting, coming, "2026-03-01");
          const isWithin = (amount: string) =>
            compare(amount, above) > 0 && (upTo === null || compare(amount, upTo) <= 0);
          expect(isWithin(waiting)).toBe(true);
          if (isWithin(other)) expect(daysOf(quantities, other, coming)).toEqual(daysOf(quantities, waiting, coming));
        },
      ),
    );
  });
  it("has no end where nothing known of covers them", () => {
    expect(sameDays(["71"], "0", inbound, "2026-03-01")).toEqual({ above: "-1", upTo: null });
  });
});
