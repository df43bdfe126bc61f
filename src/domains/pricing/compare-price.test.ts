import { describe, expect, it } from "vitest";
import { comparePrice } from "./compare-price.ts";

const policy = { tolerancePercent: "1", above: "accept", below: "hold" } as const;

describe("the channel's price beside ours", () => {
  it("passes where it is the same, however many zeros it carries", () => {
    expect(comparePrice(policy, "10.0000", "10")).toMatchObject({ verdict: "accept", unitPrice: "10.0000" });
  });

  it("is kept within the tolerance, either way, the edge included", () => {
    expect(comparePrice(policy, "10.0000", "9.90")).toMatchObject({ verdict: "accept", unitPrice: "9.90" });
    expect(comparePrice(policy, "10.0000", "10.10")).toMatchObject({ verdict: "accept", unitPrice: "10.10" });
  });

  it("holds the order where it is too low, keeps what the buyer saw, and says by how much", () => {
    expect(comparePrice(policy, "10.0000", "9.89")).toEqual({
      verdict: "hold",
      unitPrice: "9.89",
      explanation:
        "The channel's 9.89 is 0.11 (1.1 %) below our 10, beyond the tolerance of 1 %; somebody must decide.",
    });
  });

  it("is corrected to ours where the policy says so", () => {
    expect(comparePrice({ ...policy, below: "correct" }, "10.0000", "5")).toMatchObject({
      verdict: "correct",
      unitPrice: "10.0000",
    });
  });

  it("takes what the buyer pays too much where the policy says so", () => {
    expect(comparePrice(policy, "10.0000", "12")).toMatchObject({ verdict: "accept", unitPrice: "12" });
  });

  it("is never within tolerance of nothing", () => {
    expect(comparePrice({ ...policy, above: "hold" }, "0.0000", "1")).toMatchObject({ verdict: "hold" });
  });
});
