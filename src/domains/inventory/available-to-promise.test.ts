import type { InventoryPosition } from "#contracts";
import { add, compare } from "#platform";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { availableToPromise, quantityBy } from "./available-to-promise.ts";
import { kitAvailableToPromise } from "./kit-promise.ts";

const now = new Date("2026-01-05T09:00:00Z");
const position = (branch: string, onHand: string, different: Partial<InventoryPosition> = {}): InventoryPosition => ({
  sku: "ELBOW",
  branch,
  onHand,
  allocated: "0",
  reserved: "0",
  safetyStock: "0",
  availableToPromise: "0",
  inbound: [],
  asOf: "2026-01-05T08:59:30Z",
  source: "erp",
  ...different,
});
const inbound = (...arrivals: [string, string][]) =>
  arrivals.map(([expectedOn, quantity]) => ({ expectedOn, quantity }));
const ask = (positions: InventoryPosition[], more: object = {}) =>
  availableToPromise({ sku: "ELBOW", positions, backordered: "0", now, ...more });

describe("available to promise", () => {
  it("now is on hand less allocated, reserved and safety stock, branch by branch and in all, with the age of each figure", () => {
    const answer = ask([
      position("ATL", "100", { allocated: "30", reserved: "20", safetyStock: "10" }),
      position("DFW", "5"),
    ]);
    expect(answer).toMatchObject({ now: "45", backordered: "0" });
    expect(answer.branches).toMatchObject([
      { branch: "ATL", now: "40", ageSeconds: 30, source: "erp", onHand: "100" },
      { branch: "DFW", now: "5" },
    ]);
  });

  it("grows on each day something comes, and counts nothing that is overdue", () => {
    const answer = ask([
      position("ATL", "10", { inbound: inbound(["2026-01-20", "7"], ["2026-01-10", "5"], ["2026-01-04", "1000"]) }),
      position("DFW", "0", { inbound: inbound(["2026-01-10", "2"]) }),
    ]);
    expect(answer).toMatchObject({ now: "10", overdue: "1000" });
    expect(answer.byDate).toEqual([
      { on: "2026-01-10", quantity: "17" },
      { on: "2026-01-20", quantity: "24" },
    ]);
    expect(quantityBy(answer, "2026-01-09")).toBe("10");
    expect(quantityBy(answer, "2026-02-01")).toBe("24");
  });

  it("of what comes is first what was promised beyond what lies there, then those who wait", () => {
    const oversold = position("ATL", "3", { allocated: "10", inbound: inbound(["2026-01-10", "20"]) });
    const answer = ask([oversold], { backordered: "5" });
    expect(answer).toMatchObject({ now: "0", byDate: [{ on: "2026-01-10", quantity: "8" }] });
  });

  it("leaves out what other channels keep, at a branch and over all", () => {
    const kept = { at: (branch: string) => (branch === "ATL" ? "20" : "0"), overall: "5" };
    const answer = ask([position("ATL", "30"), position("DFW", "4")], { kept });
    expect(answer).toMatchObject({ now: "9" });
    expect(answer.branches).toMatchObject([
      { now: "9", keptForOthers: "20" },
      { now: "4", keptForOthers: "0" },
    ]);
  });

  it.each([
    ["8", "2026-01-05", "ATL", "8 is there now, from ATL."],
    ["12", "2026-01-05", undefined, "12 is there now, from several branches together."],
    ["15", "2026-01-12", "ATL", "15 is there by 2026-01-12, after those who wait, from ATL."],
    ["99", null, undefined, "At most 22 can be promised by what is known to come."],
  ])("promises %s on %s", (quantity, on, branch, explanation) => {
    const positions = [position("ATL", "10", { inbound: inbound(["2026-01-12", "10"]) }), position("DFW", "2")];
    expect(ask(positions, { quantity }).promise).toEqual({ quantity, on, explanation, ...(branch ? { branch } : {}) });
  });

  it("of a kit is what each branch has all parts for, by date as well, limited by the scarcest", () => {
    const part = (quantity: string, ...positions: InventoryPosition[]) => ({ quantity, answer: ask(positions) });
    const kit = kitAvailableToPromise(
      "KIT",
      [
        part("1", position("ATL", "9"), position("DFW", "4"), position("ORD", "9")),
        part("2", position("ATL", "5", { inbound: inbound(["2026-01-12", "7"]) }), position("DFW", "50")),
      ],
      { now, quantity: "8" },
    );
    expect(kit).toMatchObject({ now: "6", byDate: [{ on: "2026-01-12", quantity: "10" }] });
    expect(kit.branches.map(({ branch, now }) => `${branch} ${now}`)).toEqual(["ATL 2", "DFW 4"]);
    expect(kit.promise).toMatchObject({ on: "2026-01-12" });
    const [one] = kitAvailableToPromise("KIT", [part("3", position("ATL", "2"))], { now }).branches;
    expect(one).toMatchObject({ now: "0", limitedBy: "ELBOW" });
  });

  it("never falls, never goes below nought, and no branch promises more than all together", () => {
    const units = fc.integer({ min: 0, max: 50 }).map(String);
    const anyPosition = fc.record({
      onHand: fc.integer({ min: -10, max: 60 }).map(String),
      allocated: units,
      reserved: units,
      safetyStock: units,
      inbound: fc.array(
        fc.record({
          expectedOn: fc.integer({ min: 1, max: 28 }).map((day) => `2026-01-${String(day).padStart(2, "0")}`),
          quantity: units,
        }),
      ),
    });
    fc.assert(
      fc.property(
        fc.array(anyPosition, { maxLength: 4 }),
        units,
        units,
        units,
        (positions, backordered, keptAt, overall) => {
          const all = positions.map((one, index) => position(`B${index}`, one.onHand, one));
          const answer = ask(all, { backordered, kept: { at: () => keptAt, overall } });
          for (const figures of [answer, ...answer.branches]) {
            const steps = [figures.now, ...figures.byDate.map(({ quantity }) => quantity)];
            expect(steps.every((step) => compare(step, "0") >= 0)).toBe(true);
            expect(steps.every((step, index) => index === 0 || compare(step, steps[index - 1] ?? "0") >= 0)).toBe(true);
            expect(compare(figures.now, answer.now)).toBeLessThanOrEqual(0);
          }
          const everything = all.flatMap((one) => [one.onHand, ...one.inbound.map(({ quantity }) => quantity)]);
          const positive = everything.filter((quantity) => compare(quantity, "0") > 0);
          expect(compare(quantityBy(answer, "2026-12-31"), add("0", ...positive))).toBeLessThanOrEqual(0);
        },
      ),
    );
  });
});
