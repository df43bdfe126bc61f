import { describe, expect, it } from "vitest";
import { decideCredit } from "./credit.ts";

describe("credit", () => {
  it("is enough exactly up to the limit", () => {
    const position = { creditLimit: "1000", erpBalance: "600.00", hubExposure: "300.00" };
    expect(decideCredit(position, "100.00").approved).toBe(true);
    expect(decideCredit(position, "100.01")).toEqual({
      approved: false,
      explanation:
        "900 is open (600.00 in the ERP, 300.00 accepted since); this order's 100.01 would exceed the limit of 1000 by 0.01.",
    });
  });
  it("counts what the ERP does not know yet", () => {
    expect(decideCredit({ creditLimit: "100", erpBalance: "0", hubExposure: "100" }, "0.01").approved).toBe(false);
  });
  it("lets a balance in the customer's favour count for him", () => {
    expect(decideCredit({ creditLimit: "0", erpBalance: "-50", hubExposure: "0" }, "50").approved).toBe(true);
  });
  it("has no end without a limit", () => {
    expect(decideCredit({ creditLimit: null, erpBalance: "999999", hubExposure: "0" }, "1").approved).toBe(true);
  });
});
