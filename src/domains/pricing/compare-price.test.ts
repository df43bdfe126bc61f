import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { comparePrice, priceRules, type PricePolicy } from "./compare-price.ts";

const policy: PricePolicy = { tolerancePercent: "1", above: "accept", below: "hold" };
const compared = (ours: string, channels: string, different: Partial<PricePolicy> = {}, quantity = "10") => {
  const rule = { ...policy, ...different, name: "price policy 1a2b3c4d" };
  return comparePrice(rule, ours, channels, quantity);
};

describe("the channel's price beside ours", () => {
  it("passes where it is the same, however many zeros it carries", () => {
    expect(compared("10.0000", "10")).toMatchObject({ verdict: "accept", unitPrice: "10.0000" });
  });

  it("is kept within the tolerance, either way, the edge included", () => {
    expect(compared("10.0000", "9.90")).toEqual({
      verdict: "accept",
      unitPrice: "9.90",
      explanation:
        "The channel's 9.9 is 0.1 (1 %) below our 10, 1.00 on the line, within the tolerance of 1 % (price policy 1a2b3c4d).",
    });
    expect(compared("10.0000", "10.10")).toMatchObject({ verdict: "accept", unitPrice: "10.10" });
  });

  it("holds the order where it is too low, keeps what the buyer saw, and says by how much and by which rule", () => {
    expect(compared("10.0000", "9.89")).toEqual({
      verdict: "hold",
      unitPrice: "9.89",
      explanation:
        "The channel's 9.89 is 0.11 (1.1 %) below our 10, 1.10 on the line, beyond the tolerance of 1 %; somebody must decide (price policy 1a2b3c4d).",
    });
  });

  it("is corrected to ours where the policy says so", () => {
    const answer = compared("10.0000", "5", { below: "correct" });
    expect(answer).toMatchObject({ verdict: "correct", unitPrice: "10.0000" });
    expect(answer.explanation).toMatch(/beyond the tolerance of 1 %; it is corrected to ours/);
  });

  it("takes what the buyer pays too much where the policy says so, and says that it is beyond", () => {
    const answer = compared("10.0000", "12");
    expect(answer).toMatchObject({ verdict: "accept", unitPrice: "12" });
    expect(answer.explanation).toMatch(/beyond the tolerance of 1 %, and the channel's price is taken all the same/);
  });

  it("may be off by little in percent and still by too much on the line", () => {
    const capped = { toleranceAmount: "5" };
    expect(compared("10.0000", "9.95", capped, "100")).toMatchObject({ verdict: "accept" });
    const answer = compared("10.0000", "9.95", capped, "101");
    expect(answer).toMatchObject({ verdict: "hold" });
    expect(answer.explanation).toMatch(/5\.05 on the line, beyond the tolerance of 5 a line/);
  });

  it("is never within tolerance of nothing", () => {
    expect(compared("0.0000", "1", { above: "hold" })).toMatchObject({ verdict: "hold" });
  });

  it("never costs the house more than the tolerance without a person, whatever the prices", () => {
    const price = fc.integer({ min: 0, max: 1_000_000 }).map((n) => (n / 10_000).toFixed(4));
    fc.assert(
      fc.property(price, price, fc.integer({ min: 1, max: 10_000 }), (ours, channels, quantity) => {
        const { verdict, unitPrice } = compared(ours, channels, { toleranceAmount: "25" }, String(quantity));
        const lost = (Number(ours) - Number(unitPrice)) * quantity;
        return verdict === "hold" || (lost <= 25.005 && Number(unitPrice) >= Number(ours) * 0.99 - 1e-9);
      }),
    );
  });
});

describe("the policy", () => {
  const rules = priceRules({ ...policy, channels: { portal: { tolerancePercent: "0", below: "correct" } } });

  it("holds for every channel, but where a channel has its own, which names itself", () => {
    expect(rules("web-shop")).toMatchObject({ tolerancePercent: "1", below: "hold" });
    expect(rules("portal")).toMatchObject({ tolerancePercent: "0", above: "accept", below: "correct" });
    expect(rules("portal").name).toMatch(/^price policy [0-9a-f]{8} for portal$/);
  });

  it("has another version when anything in it is different, and the same one when nothing is", () => {
    expect(rules("web-shop").name).not.toBe(priceRules(policy)("web-shop").name);
    expect(priceRules({ below: "hold", above: "accept", tolerancePercent: "1" })("x").name).toBe(
      priceRules(policy)("x").name,
    );
  });
});
