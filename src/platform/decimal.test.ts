import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as decimal from "./decimal.ts";

const PLACES = 6;
const UNIT = 10n ** BigInt(PLACES);

/** What the contracts let through: up to 15 digits before and 6 after the point. */
const large = fc
  .bigInt({ min: -(10n ** 21n) + 1n, max: 10n ** 21n - 1n })
  .map((millionths) => ({ millionths, text: written(millionths) }));
/** A day's amounts, with as many places as somebody happened to write: they are counted another way. */
const ordinary = fc
  .record({ units: fc.bigInt({ min: -(10n ** 10n), max: 10n ** 10n }), places: fc.integer({ min: 0, max: PLACES }) })
  .map(({ units, places }) => ({ millionths: units * 10n ** BigInt(PLACES - places), text: written(units, places) }));
const amount = fc.oneof(large, ordinary);

/** Millionths as a decimal with all its places: exact by BigInt, the measure the rest is held to. */
function written(millionths: bigint, places = PLACES): string {
  const unit = 10n ** BigInt(places);
  const size = millionths < 0n ? -millionths : millionths;
  const rest = places === 0 ? "" : `.${String(size % unit).padStart(places, "0")}`;
  return `${millionths < 0n ? "-" : ""}${size / unit}${rest}`;
}

const shortest = (text: string): string => {
  const short = text.includes(".") ? text.replace(/\.?0+$/, "") : text;
  return short === "-0" ? "0" : short;
};

/** Half away from zero. */
function dividedHalfUp(value: bigint, by: bigint): bigint {
  const isNegative = value < 0n !== by < 0n;
  const [size, divisor] = [value < 0n ? -value : value, by < 0n ? -by : by];
  const quotient = (size * 2n + divisor) / (divisor * 2n);
  return isNegative ? -quotient : quotient;
}

describe("decimals", () => {
  it("add and subtract exactly, however many and however large", () => {
    fc.assert(
      fc.property(amount, fc.array(amount, { maxLength: 30 }), (first, others) => {
        const sum = others.reduce((total, { millionths }) => total + millionths, 0n);
        const texts = others.map(({ text }) => text);
        expect(decimal.add(...texts)).toBe(shortest(written(sum)));
        expect(decimal.subtract(first.text, ...texts)).toBe(shortest(written(first.millionths - sum)));
      }),
    );
    expect(decimal.add("0.1", "0.2")).toBe("0.3");
    expect(decimal.add()).toBe("0");
  });

  it("multiply exactly: the largest quantity by the largest price keeps its last digit", () => {
    fc.assert(
      fc.property(amount, amount, (a, b) => {
        expect(decimal.multiply(a.text, b.text)).toBe(shortest(written(a.millionths * b.millionths, 2 * PLACES)));
      }),
    );
  });

  it("round half away from zero, once, and with all their places", () => {
    fc.assert(
      fc.property(amount, fc.integer({ min: 0, max: PLACES }), ({ millionths, text }, places) => {
        const rounded = dividedHalfUp(millionths, 10n ** BigInt(PLACES - places));
        expect(decimal.round(text, places)).toBe(written(rounded, places));
      }),
    );
    expect(["2.5", "1.005", "-1.005", "0.00499999"].map((value) => decimal.round(value, 2))).toEqual([
      "2.50",
      "1.01",
      "-1.01",
      "0.00",
    ]);
    expect(decimal.round("-0.001", 2)).toBe("0.00");
  });

  it("divide to the places asked for, rounding once", () => {
    const places = fc.integer({ min: 0, max: PLACES });
    fc.assert(
      fc.property(amount, amount, places, (a, b, to) => {
        fc.pre(b.millionths !== 0n);
        const exact = dividedHalfUp(a.millionths * 10n ** BigInt(to), b.millionths);
        expect(decimal.divide(a.text, b.text, to)).toBe(shortest(written(exact, to)));
      }),
    );
    expect(decimal.divide("10", "3", 4)).toBe("3.3333");
    expect(() => decimal.divide("1", "0.000", 2)).toThrow(/zero/i);
  });

  it("compare by what they are worth, not by how they are written", () => {
    fc.assert(
      fc.property(amount, amount, (a, b) => {
        const order = a.millionths < b.millionths ? -1 : a.millionths > b.millionths ? 1 : 0;
        expect(decimal.compare(a.text, b.text)).toBe(order);
        expect(decimal.smaller(a.text, b.text)).toBe(order <= 0 ? a.text : b.text);
        expect(decimal.larger(a.text, b.text)).toBe(order >= 0 ? a.text : b.text);
        expect(decimal.isPositive(a.text)).toBe(a.millionths > 0n);
        expect(decimal.isZero(a.text)).toBe(a.millionths === 0n);
        expect(decimal.isWhole(a.text)).toBe(a.millionths % UNIT === 0n);
        expect(decimal.plain(a.text)).toBe(shortest(a.text));
      }),
    );
    expect([decimal.compare("3.000", "3"), decimal.plain("-0.00"), decimal.isZero("-0")]).toEqual([0, "0", true]);
  });

  it("refuse what is no number instead of counting with it", () => {
    for (const wrong of ["", "-", ".5", "5.", "1.2.3", "+1", "12,50", "NaN", "Infinity", "1e3", "0x10", " 1", "abc"])
      expect(() => decimal.add("1", wrong), wrong).toThrow(`"${wrong}" is not a decimal`);
  });
});
