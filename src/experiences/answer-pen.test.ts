import { writeShortest, writeUnits } from "#platform";
import fc from "fast-check";
import { expect, it } from "vitest";
import { createAnswerMemory } from "./answer-buffers.ts";
import { createAnswerPen, type AnswerPen } from "./answer-pen.ts";

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
