import { randomBytes } from "node:crypto";
import * as fc from "fast-check";
import { Value } from "typebox/value";
import { describe, expect, it } from "vitest";
import { SalesOrderId } from "#contracts";
import { turnableClock, type Clock } from "./clock.ts";
import { createIds, deriveId } from "./ids.ts";

/** What the contracts promise of every id. */
const isId = (text: string) => Value.Check(SalesOrderId, text);

const clockAt = (now: () => number): Clock => ({ ...turnableClock(), now: () => new Date(now()) });

describe("ids", () => {
  it("grow strictly, also within a millisecond, when the clock is set back, and with the most unlucky chance", () => {
    const steps = fc.array(fc.integer({ min: -5000, max: 5000 }), { minLength: 2, maxLength: 200 });
    const chance = fc.constantFrom<(size: number) => Uint8Array>(
      randomBytes,
      (size) => new Uint8Array(size),
      (size) => new Uint8Array(size).fill(255),
    );
    fc.assert(
      fc.property(steps, chance, (all, bytes) => {
        let nowMs = Date.parse("2026-11-23T12:00:00Z");
        const ids = createIds(
          clockAt(() => nowMs),
          bytes,
        );
        const made = all.map((step) => {
          nowMs += step;
          return ids.next("so");
        });
        expect(made.filter((id) => !isId(id))).toEqual([]);
        expect([...new Set(made)].toSorted()).toEqual(made);
      }),
    );
  });

  it("differ between nodes that make them in the same millisecond", () => {
    const clock = turnableClock();
    const nodes = [createIds(clock, randomBytes), createIds(clock, randomBytes)];
    const made = nodes.flatMap((ids) => Array.from({ length: 1000 }, () => ids.next("so")));
    expect(new Set(made).size).toBe(2000);
  });

  it("are ULIDs: what reads those finds the time in them", () => {
    const ids = createIds(
      clockAt(() => 1_469_918_176_385),
      (size) => new Uint8Array(size),
    );
    // The time of the ULID specification's own example, 01ARYZ6S41TSV4RRFFQ69G5FAV.
    expect(ids.next("so")).toBe("so_01aryz6s410000000000000000");
  });

  it("take what randomness is given whole: every bit but the top one counts", () => {
    const zero = (size: number) => new Uint8Array(size);
    const of = (bytes: (size: number) => Uint8Array) => createIds(turnableClock(), bytes).next("so");
    const withBit = (bit: number) => (size: number) =>
      zero(size).map((_, index) => (index === bit >> 3 ? 128 >> (bit & 7) : 0));
    const made = Array.from({ length: 79 }, (_, bit) => of(withBit(bit + 1)));
    expect(new Set([...made, of(zero)]).size).toBe(80);
  });
});

describe("derived ids", () => {
  const parts = fc.array(fc.string({ unit: "grapheme" }), { maxLength: 4 });

  it("are the same for the same parts and look like any other id", () => {
    fc.assert(
      fc.property(parts, (given) => {
        expect(deriveId("so", ...given)).toBe(deriveId("so", ...given));
        expect(isId(deriveId("so", ...given))).toBe(true);
        expect(deriveId("so", ...given)).toMatch(/^so_[0-7]/);
      }),
    );
    // Kept in databases: must never change.
    expect(deriveId("so", "web-shop", "1001")).toBe("so_6j4064tpkrar90qj3wr8dh41wk");
  });

  it("differ where the parts do, also where only the border between them moves", () => {
    fc.assert(
      fc.property(parts, parts, (one, other) => {
        fc.pre(JSON.stringify(one) !== JSON.stringify(other));
        expect(deriveId("so", ...one)).not.toBe(deriveId("so", ...other));
      }),
    );
    expect(deriveId("so", "ab", "c")).not.toBe(deriveId("so", "a", "bc"));
    expect(deriveId("so", "a", "")).not.toBe(deriveId("so", "a"));
  });
});
