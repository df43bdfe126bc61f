import { afterEach, expect, it, vi } from "vitest";
import { examineStock, reportOf, type Comparison } from "./doctor-stock.ts";

type Drift = Comparison["drifts"][number];
const drift = (different: Partial<Drift> = {}): Drift => ({
  sku: "V",
  branch: "ATL",
  ours: "6",
  theirs: "10",
  allocated: "1",
  unposted: "4",
  unpostedSince: "2026-11-20T08:30:00.000Z",
  laterMovements: 0,
  ageSeconds: 61.4,
  cause: "not-posted-yet",
  ...different,
});

const wrong = drift({ ours: null, ageSeconds: null, unposted: "0", unpostedSince: null, cause: "unknown" });
const comparison = (different: Partial<Comparison>): Comparison => ({
  system: "erp",
  compared: 1200,
  drifts: [],
  corrected: [],
  ...different,
});
const said = (told: Comparison, wasToCorrect = false) => reportOf(told, wasToCorrect).join("\n");

it("says of each position what differs and why, and what to do only where something is wrong", () => {
  const late = said(comparison({ drifts: [drift()] }));
  expect(late).toMatch(
    /V@ATL +ours 6 +theirs 10 +allocated 1 +unposted 4 since 2026-11-20 08:30 +later movements 0 +stated 61 s ago/,
  );
  expect(late).toContain("Our stock agrees with the ERP's, over 1,200 positions of erp.");
  expect(late).not.toContain("--correct");
  expect(said(comparison({ drifts: [drift(), wrong] }))).toMatch(
    /ours none.*unposted 0 .*never stated[\s\S]*1 position drifted[\s\S]*--correct/,
  );
});

it("tells what was corrected from what could not be", () => {
  const corrected = said(comparison({ drifts: [drift()], corrected: [wrong] }), true);
  expect(corrected).toContain("1 position corrected to what the ERP states");
  expect(corrected).not.toContain("could not");
  expect(said(comparison({ drifts: [wrong] }), true)).toMatch(/1 position could not be corrected[\s\S]*send a new one/);
});

afterEach(() => void vi.restoreAllMocks());

/** What a hub that answers so makes a person read, and the exit code. */
async function examined(answer: unknown, { json = false, correct = false } = {}) {
  const lines: string[] = [];
  const asked: unknown[] = [];
  vi.spyOn(console, "log").mockImplementation((line: string) => void lines.push(line));
  const client = {
    get: async (path: string) => (asked.push(path), answer),
    post: async (path: string, body: unknown) => (asked.push(path, body), { status: 200, body: answer }),
  };
  const code = await examineStock(client, { json, correct, reason: "counted" });
  return { code, report: lines.join("\n"), asked };
}

it("fails while something is wrong, and not for what explains itself", async () => {
  expect(await examined(comparison({ drifts: [drift()] }))).toMatchObject({ code: 0, asked: ["/v1/stock/drift"] });
  expect(await examined(comparison({ drifts: [wrong] }))).toMatchObject({ code: 1 });
  expect(await examined(comparison({ drifts: [wrong] }), { correct: true })).toMatchObject({ code: 1 });
  expect(await examined(comparison({ corrected: [wrong] }), { correct: true })).toMatchObject({
    code: 0,
    asked: ["/v1/stock/corrections", { reason: "counted" }],
  });
});

it("gives machines the answer as it came, and takes none it cannot read", async () => {
  const told = comparison({ drifts: [wrong] });
  const { code, report } = await examined(told, { json: true });
  expect([code, JSON.parse(report)]).toEqual([1, told]);
  await expect(examined({ drifts: "many" })).rejects.toThrow("could not be read");
});
