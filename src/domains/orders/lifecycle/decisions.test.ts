import { sampleProduct } from "#testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compilePromising } from "../../promising/promising-plan.ts";
import { judgeCancellation } from "./settle-cancellations.ts";
import { estimateTax, exemptionFor, type TaxableOrder } from "./tax.ts";
import { fillWaitingLines } from "./waiting-lines.ts";

const at = (branch: string, status: string, recall: "requested" | "refused" | null = null) => ({
  branch,
  status,
  recall,
  recallReason: recall === "refused" ? "the truck has left" : null,
});
const some = [{ lineNumber: 2, sku: "B", quantity: "4" }];

describe("whether an order can still be cancelled", () => {
  it("waits until every branch that was asked has answered", () => {
    const fulfillments = [at("ATL", "cancelled"), at("DAL", "picked", "requested")];
    expect(judgeCancellation({ fulfillments, cancelledLines: some })).toEqual({ verdict: "waiting" });
  });

  it("is settled as recalled when nothing left and nobody goes on", () => {
    expect(judgeCancellation({ fulfillments: [at("ATL", "cancelled")], cancelledLines: some })).toEqual({
      verdict: "recalled",
    });
    expect(judgeCancellation({ fulfillments: [], cancelledLines: some })).toEqual({ verdict: "recalled" });
  });

  it("is refused when a branch says too late, with who, why, and what became of the rest", () => {
    const fulfillments = [at("ATL", "cancelled"), at("DAL", "packed", "refused")];
    expect(judgeCancellation({ fulfillments, cancelledLines: some })).toEqual({
      verdict: "refused",
      reason: "DAL goes on: the truck has left. The rest is cancelled. Ask for a return of what ships.",
    });
  });

  it("is refused when a part has shipped already", () => {
    const verdict = judgeCancellation({ fulfillments: [at("ATL", "shipped")], cancelledLines: [] });
    expect(verdict).toMatchObject({ verdict: "refused", reason: expect.stringContaining("ATL has shipped its part") });
  });
});

describe("stock that arrives", () => {
  const waits = (salesOrderId: string, quantity: string, more = {}) => ({
    salesOrderId,
    lineNumber: 1,
    sku: "A",
    quantity,
    homeBranch: null,
    avoid: [],
    channel: "web-shop",
    item: sampleProduct({ sku: "A" }),
    ...more,
  });
  const free = (branch: string, available: string) => ({
    sku: "A",
    branch,
    available,
    isOffered: true,
  });

  it("goes to who waited first, in part if there is not enough", () => {
    const filled = fillWaitingLines([waits("so_1", "3"), waits("so_2", "4"), waits("so_3", "1")], [free("ATL", "5")]);
    expect(filled.map(({ salesOrderId, quantity }) => [salesOrderId, quantity])).toEqual([
      ["so_1", "3"],
      ["so_2", "2"],
    ]);
  });

  it("comes from the customer's own branch first, then from the others in their order", () => {
    const filled = fillWaitingLines([waits("so_1", "6", { homeBranch: "DAL" })], [free("ATL", "5"), free("DAL", "4")]);
    expect(filled.map(({ branch, quantity }) => [branch, quantity])).toEqual([
      ["DAL", "4"],
      ["ATL", "2"],
    ]);
  });

  it("is not taken from a branch that has just refused the same order", () => {
    expect(fillWaitingLines([waits("so_1", "6", { avoid: ["ATL"] })], [free("ATL", "5")])).toEqual([]);
  });

  it("does not fill a line from what is kept for another channel, counting what lies elsewhere, nor from where it may not ship", () => {
    const rules = {
      channelReserves: [{ channel: "b2b", sku: "A", quantity: "4" }],
      sourcing: [{ rule: "only-from" as const, items: { hazardous: true as const }, branches: ["ATL"] }],
    };
    const plan = compilePromising(rules, []);
    const stock = [free("ATL", "5"), { ...free("DAL", "1"), isOffered: false }];
    const lines = [waits("so_1", "9"), waits("so_2", "9", { channel: "b2b" })];
    expect(fillWaitingLines(lines, stock, plan).map(({ quantity }) => quantity)).toEqual(["2", "3"]);
    const solvent = waits("so_1", "1", { channel: "b2b", item: sampleProduct({ hazardous: true }) });
    expect(fillWaitingLines([solvent], [free("DAL", "5")], plan)).toEqual([]);
    expect(fillWaitingLines([solvent], [free("ATL", "5")], plan)).toHaveLength(1);
  });

  it("is never given away twice, and nobody gets more than he waits for", () => {
    const quantity = fc.integer({ min: 0, max: 50 }).map(String);
    const lines = fc.array(fc.tuple(fc.constantFrom("A", "B"), quantity), { maxLength: 12 });
    const stock = fc.uniqueArray(fc.tuple(fc.constantFrom("A", "B"), fc.constantFrom("X", "Y", "Z"), quantity), {
      selector: ([sku, branch]) => sku + branch,
    });
    fc.assert(
      fc.property(lines, stock, (wanted, there) => {
        const filled = fillWaitingLines(
          wanted.map(([sku, quantity], index) => ({ ...waits(`so_${index}`, quantity), sku })),
          there.map(([sku, branch, available]) => ({ sku, branch, available, isOffered: true })),
        );
        const sum = (rows: readonly { quantity: string }[]) => rows.reduce((all, row) => all + Number(row.quantity), 0);
        for (const [sku, branch, available] of there)
          expect(sum(filled.filter((one) => one.sku === sku && one.branch === branch))).toBeLessThanOrEqual(
            Number(available),
          );
        for (const [index, [sku, quantity]] of wanted.entries()) {
          const got = sum(filled.filter((one) => one.salesOrderId === `so_${index}`));
          expect(got).toBeLessThanOrEqual(Number(quantity));
          const left = there
            .filter(([other]) => other === sku)
            .reduce((all, [, , available]) => all + Number(available), 0);
          // Nobody waits while something he waits for lies free.
          if (got < Number(quantity)) expect(sum(filled.filter((one) => one.sku === sku))).toBe(left);
        }
      }),
    );
  });
});

describe("tax while the tax engine is silent", () => {
  const order: TaxableOrder = {
    salesOrderId: "so_1",
    customerNumber: "C-1",
    currency: "USD",
    taxSource: null,
    shipFromBranch: "ATL",
    shipFrom: {},
    shipTo: {},
    shipToRegion: "GA",
    exemptions: [],
    lines: [
      { lineNumber: 1, sku: "A", taxCode: null, quantity: "3", amount: "10.01" },
      { lineNumber: 2, sku: "B", taxCode: null, quantity: "1", amount: "0.07" },
    ],
  };

  it("is estimated to the cent a line, by the configured rate", () => {
    expect(estimateTax(order, "7.25", "2026-11-23")).toEqual({
      source: "estimate",
      taxAmount: "0.74",
      lines: [
        { lineNumber: 1, taxAmount: "0.73", jurisdictions: [] },
        { lineNumber: 2, taxAmount: "0.01", jurisdictions: [] },
      ],
    });
  });

  it("is nothing for a customer whose certificate holds there and then", () => {
    const exemptions = [{ region: "GA", certificateNumber: "E-1", validFrom: "2026-01-01", validTo: "2026-12-31" }];
    expect(estimateTax({ ...order, exemptions }, "7.25", "2026-11-23")).toMatchObject({
      source: "exempt",
      taxAmount: "0",
    });
    expect(exemptionFor(exemptions, "GA", "2027-01-01")).toBeUndefined();
    expect(exemptionFor(exemptions, "TX", "2026-11-23")).toBeUndefined();
  });
});
