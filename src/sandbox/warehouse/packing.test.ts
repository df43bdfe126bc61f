import fc from "fast-check";
import { Decimal } from "decimal.js";
import { expect, it } from "vitest";
import { pack, sscc } from "./packing.ts";

it("numbers handling units with a right check digit", () => {
  // The example of GS1's own check digit page, with its extension digit and prefix replaced by ours.
  for (const serial of [1, 42, 999_999_999]) {
    const code = sscc(serial);
    const sum = Array.from(code, Number).reduce((total, digit, index) => total + digit * (index % 2 === 0 ? 3 : 1), 0);
    expect([code.length, sum % 10]).toEqual([18, 0]);
  }
});

it("packs all that was picked and nothing else, whatever it weighs", () => {
  const tasks = fc.array(
    fc.record({ units: fc.integer({ min: 0, max: 400 }), lbs: fc.constantFrom("0.02", "1.4", "44", "60", "2500") }),
    { minLength: 1, maxLength: 5 },
  );
  fc.assert(
    fc.property(tasks, (drawn) => {
      const asked = drawn.map(({ units, lbs }, index) => ({
        seq: index + 1,
        item: `I-${index}`,
        units: String(units),
        uom: "EA",
        lbs,
      }));
      const consignee = { attn: "", firm: null, line1: "", city: "", st: null, zip: "", ctry: "US" };
      const picked = asked.map(({ seq, item, units }) => ({ seq, item, units, short: "0" }));
      const packed = pack(picked, { facility: "ATL", po: null, consignee, tasks: asked }, new Map(), 0);
      for (const { seq, units } of picked) {
        const inside = packed.flatMap(({ contents }) => contents.filter((content) => content.seq === seq));
        expect(inside.reduce((sum, content) => sum.plus(content.units), new Decimal(0)).toString()).toBe(units);
      }
      expect(new Set(packed.map((unit) => unit.sscc)).size).toBe(packed.length);
    }),
  );
});
