import { describe, expect, it } from "vitest";
import type { RateQuote } from "#contracts";
import { addBusinessDays } from "./business-days.ts";
import { chooseCarrier, chooseNextCarrier, type CarrierReply } from "./choose-carrier.ts";
import { chooseMode } from "./choose-mode.ts";
import { weightBandOf } from "./last-known-rates.ts";

const decidedAt = new Date("2026-11-23T15:00:00Z");
const byThursday = { shipOn: "2026-11-23", promisedOn: "2026-11-26", transitDaysMax: 5 };
const quote = (carrier: string, amount: string, transitDays: number, more: Partial<RateQuote> = {}): RateQuote => ({
  carrier,
  service: "GROUND",
  serviceName: "Ground",
  mode: "parcel",
  amount,
  currency: "USD",
  transitDays,
  age: "live",
  ...more,
});
const quoted = (...quotes: RateQuote[]): CarrierReply => ({
  carrier: quotes[0]?.carrier ?? "",
  outcome: "quoted",
  quotes,
});
const verdicts = (decision: ReturnType<typeof chooseCarrier>) =>
  Object.fromEntries(decision.candidates.map((candidate) => [candidate.carrier, candidate.verdict]));

describe("the choice of a carrier", () => {
  it("takes the cheapest that keeps the promise, not the cheapest", () => {
    const decision = chooseCarrier(
      [quoted(quote("anchor", "9.10", 6)), quoted(quote("swift", "14.00", 2)), quoted(quote("zephyr", "15.50", 1))],
      byThursday,
      decidedAt,
    );
    expect(decision.chosen?.carrier).toBe("swift");
    expect(verdicts(decision)).toEqual({ swift: "chosen", anchor: "too-slow", zephyr: "costlier" });
  });

  it("explains itself to somebody who was not there", () => {
    const decision = chooseCarrier(
      [quoted(quote("anchor", "9.10", 6)), quoted(quote("swift", "14.00", 2))],
      byThursday,
      decidedAt,
    );
    expect(decision.explanation).toBe(
      "swift Ground for 14.00 USD is the cheapest of 1 offers that arrive by 2026-11-26 (2 in all); it arrives 2026-11-25.",
    );
    expect(decision.candidates.map((candidate) => candidate.explanation)).toEqual([
      "14.00 USD, arrives 2026-11-25",
      "9.10 USD, arrives 2026-12-01; promised for 2026-11-26",
    ]);
  });

  it("compares money as money, not as text", () => {
    const decision = chooseCarrier(
      [quoted(quote("a", "9.5", 1)), quoted(quote("b", "10.00", 1))],
      byThursday,
      decidedAt,
    );
    expect(decision.chosen?.carrier).toBe("a");
  });

  it("breaks ties by name, so that the same offers always give the same choice", () => {
    const offers = [quoted(quote("swift", "10.00", 1)), quoted(quote("anchor", "10.0", 1))];
    expect(chooseCarrier(offers, byThursday, decidedAt).chosen?.carrier).toBe("anchor");
    expect(chooseCarrier(offers.toReversed(), byThursday, decidedAt).chosen?.carrier).toBe("anchor");
  });

  it("takes the quickest where none keeps the promise, and says that none does", () => {
    const decision = chooseCarrier(
      [quoted(quote("a", "5.00", 9)), quoted(quote("b", "50.00", 7))],
      byThursday,
      decidedAt,
    );
    expect(decision.chosen?.carrier).toBe("b");
    expect(decision.explanation).toContain("None of 2 offers arrives by 2026-11-26");
  });

  it("judges a silent carrier by what it last asked, and says so", () => {
    const silent: CarrierReply = {
      carrier: "swift",
      outcome: "silent",
      reason: "Did not answer within 2000 ms.",
      lastKnown: [quote("swift", "8.00", 2, { age: "last-known" })],
    };
    const decision = chooseCarrier([quoted(quote("anchor", "9.00", 2)), silent], byThursday, decidedAt);
    expect(decision.chosen).toMatchObject({ carrier: "swift", age: "last-known" });
    expect(decision.explanation).toContain("last known rate; it did not answer");
  });

  it("names those that could not be asked, refused or were silent, each with its reason", () => {
    const decision = chooseCarrier(
      [
        { carrier: "piedmont", outcome: "not-eligible", reason: "Does not carry parcel." },
        { carrier: "anchor", outcome: "refused", reason: "Not served." },
        { carrier: "swift", outcome: "silent", reason: "Down.", lastKnown: [] },
      ],
      byThursday,
      decidedAt,
    );
    expect(decision.chosen).toBeUndefined();
    expect(verdicts(decision)).toEqual({ anchor: "refused", piedmont: "not-eligible", swift: "no-answer" });
  });

  it("asks the next best of the offers already known when the chosen one refuses the goods", () => {
    const first = chooseCarrier(
      [quoted(quote("swift", "14.00", 2)), quoted(quote("anchor", "15.00", 2)), quoted(quote("zephyr", "16.00", 2))],
      byThursday,
      decidedAt,
    );
    const second = chooseNextCarrier(
      first,
      [{ carrier: "swift", reason: "No capacity today." }],
      byThursday,
      decidedAt,
    );
    expect(second.chosen?.carrier).toBe("anchor");
    expect(verdicts(second)).toEqual({ anchor: "chosen", zephyr: "costlier", swift: "refused" });
    const none = chooseNextCarrier(
      second,
      ["swift", "anchor", "zephyr"].map((carrier) => ({ carrier, reason: "No." })),
      byThursday,
      decidedAt,
    );
    expect(none.chosen).toBeUndefined();
  });

  it("measures by days on the way where nothing was promised", () => {
    const loose = { ...byThursday, promisedOn: null };
    const decision = chooseCarrier([quoted(quote("a", "5.00", 6)), quoted(quote("b", "9.00", 5))], loose, decidedAt);
    expect(decision.chosen?.carrier).toBe("b");
  });
});

describe("the way goods go", () => {
  const carton = (weightLb: string, kind: "carton" | "pallet" = "carton") => ({
    sscc: "000000000000000000",
    kind,
    weightLb,
    lengthIn: "10",
    widthIn: "10",
    heightIn: "10",
    contents: [],
  });

  it.each([
    { units: [carton("149.9")], mode: "parcel" },
    { units: [carton("75"), carton("75")], mode: "ltl" },
    { units: [carton("20", "pallet")], mode: "ltl" },
  ])("is $mode for such goods", ({ units, mode }) => {
    expect(chooseMode(units, { ltlFromWeightLb: "150" }).mode).toBe(mode);
  });

  it("counts transit in working days", () => {
    expect(addBusinessDays("2026-11-27", 1)).toBe("2026-11-30");
    expect(addBusinessDays("2026-11-23", 0)).toBe("2026-11-23");
  });

  it("takes goods of about the same weight for alike", () => {
    expect(["0.5", "3", "64", "65"].map(weightBandOf)).toEqual([1, 4, 64, 128]);
  });
});
