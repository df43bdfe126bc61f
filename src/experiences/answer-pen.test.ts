import { writeShortest, writeUnits } from "#platform";
import fc from "fast-check";
import { expect, it } from "vitest";
import { createAnswerMemory } from "./answer-buffers.ts";
import { blockOf, createAnswerPen, type AnswerPen } from "./answer-pen.ts";

const pen = createAnswerPen(createAnswerMemory());
function written(write: (by: AnswerPen) => void): string {
  pen.begin();
  write(pen);
  return pen.end().content.toString();
}

it("writes figures as everybody else does", () => {
  const anyUnits = fc.oneof(fc.nat(), fc.nat(2_000), fc.maxSafeNat());
  fc.assert(
    fc.property(anyUnits, fc.nat(6), (units, places) => {
      expect(written(({ decimal }) => decimal(units, places))).toBe(writeUnits(units, places));
      expect(written(({ shortest }) => shortest(units, places))).toBe(writeShortest(units, places));
    }),
    { numRuns: 2_000 },
  );
});

it("comes to an end with what is no figure", () => {
  for (const units of [Number.POSITIVE_INFINITY, Number.NaN])
    expect(written(({ decimal }) => decimal(units, 2)).length).toBeLessThan(20);
});

it("copies words eight bytes at a time, and nothing of what stands behind them", () => {
  const littered = { ...createAnswerMemory(), take: (bytes: number) => Buffer.alloc(bytes, 0xff) };
  const by = createAnswerPen(littered);
  const anyText = fc.stringMatching(/^[ -~]{0,40}$/);
  fc.assert(
    fc.property(anyText, anyText, anyText, (before, kept, after) => {
      const eights = new Float64Array(8).fill(-1);
      by.begin();
      by.block(blockOf(before));
      const since = by.written();
      by.text(kept);
      by.copyOut(since, eights, 1);
      by.block(blockOf(after));
      by.eights(eights, 1, kept.length);
      expect(by.end().content.toString()).toBe(before + kept + after + kept);
      const words = Math.ceil(kept.length / 8);
      expect(Buffer.from(eights.buffer, 8, words * 8).toString("latin1")).toBe(kept.padEnd(words * 8, "\0"));
      expect([eights[0], eights[1 + words]]).toEqual([-1, -1]);
    }),
  );
});
