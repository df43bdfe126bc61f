import { expect, it } from "vitest";
import { reportOf, type Comparison } from "./doctor-stock.ts";

const drift = (different: Partial<Comparison["drifts"][number]>) => ({
  sku: "V",
  branch: "ATL",
  ours: "6",
  theirs: "10",
  allocated: "1",
  unposted: "4",
  laterMovements: 0,
  ageSeconds: 61.4,
  cause: "not-posted-yet" as const,
  ...different,
});

it("says of each position what differs and why, and what to do only where something is wrong", () => {
  const late = reportOf({ system: "erp", compared: 1200, drifts: [drift({})] }, false).join("\n");
  expect(late).toMatch(/V@ATL +ours 6 +theirs 10 +allocated 1 +unposted 4 +later movements 0 +stated 61 s ago/);
  expect(late).toContain("Our stock agrees with the ERP's, over 1,200 positions of erp.");
  expect(late).not.toContain("--correct");
  const wrong = {
    system: "erp",
    compared: 2,
    drifts: [drift({}), drift({ ours: null, ageSeconds: null, cause: "unknown" })],
  };
  expect(reportOf(wrong, false).join("\n")).toMatch(/ours none.*never stated[\s\S]*1 position drifted[\s\S]*--correct/);
  expect(reportOf(wrong, true).join("\n")).toContain("1 position corrected to what the ERP states");
});
