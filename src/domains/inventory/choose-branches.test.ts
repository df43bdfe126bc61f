import { add, compare, subtract } from "#platform";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chooseBranches, createFreeStock, type Demand, type SourcingPreference } from "./choose-branches.ts";

const demand = (lineNumber: number, sku: string, quantity: string): Demand => ({
  lineNumber,
  sku,
  quantity,
  baseUnitOfMeasure: "EA",
});
const preference: SourcingPreference = { branches: ["ATL", "DFW", "ORD"], homeBranch: "DFW", shipComplete: false };
/** { ATL: { elbow: 5 } } */
const stockOf = (branches: Record<string, Record<string, number>>) =>
  createFreeStock(
    Object.entries(branches).flatMap(([branch, items]) =>
      Object.entries(items).map(([sku, available]) => ({ sku, branch, available: String(available) })),
    ),
  );
const choose = (
  demands: Demand[],
  stock: Record<string, Record<string, number>>,
  different: Partial<SourcingPreference> = {},
) => chooseBranches(demands, { ...preference, ...different }, stockOf(stock));
const branchesOf = (lines: ReturnType<typeof chooseBranches>) =>
  lines.map(({ taken }) => taken.map(({ branch }) => branch).join("+"));

const both = [demand(1, "elbow", "10"), demand(2, "tee", "5")];

describe("where an order is sourced from", () => {
  it("is the customer's home branch if it has all, whatever its rank", () => {
    const lines = choose(both, { ATL: { elbow: 99, tee: 99 }, DFW: { elbow: 10, tee: 5 } });
    expect(lines.map(({ explanation }) => explanation)).toEqual([
      "All 10 EA from DFW, the customer's home branch.",
      "All 5 EA from DFW, the customer's home branch.",
    ]);
  });

  it("is else the first branch that has the whole order", () => {
    const lines = choose(both, { ATL: { elbow: 10 }, DFW: { elbow: 99 }, ORD: { elbow: 10, tee: 5 } });
    expect(branchesOf(lines)).toEqual(["ORD", "ORD"]);
    expect(lines[0]?.explanation).toBe("All 10 EA from ORD, the first branch that has the whole order.");
  });

  it("is else as few branches as possible, whole lines together", () => {
    const three = [...both, demand(3, "pipe", "1")];
    const lines = choose(three, { ATL: { elbow: 10 }, DFW: { pipe: 1 }, ORD: { elbow: 10, tee: 5 } });
    expect(branchesOf(lines)).toEqual(["ORD", "ORD", "DFW"]);
    expect(lines[2]?.explanation).toBe("All 1 EA from DFW; no single branch has the whole order.");
  });

  it("splits a line only where no branch has it whole, and backorders the rest", () => {
    const [line] = choose([demand(1, "elbow", "24")], { ATL: { elbow: 4 }, DFW: { elbow: 6 }, ORD: { elbow: 8 } });
    expect(line?.taken).toEqual([
      { branch: "ORD", quantity: "8" },
      { branch: "DFW", quantity: "6" },
      { branch: "ATL", quantity: "4" },
    ]);
    expect(line?.backordered).toBe("6");
    expect(line?.explanation).toBe("8 EA from ORD and 6 EA from DFW and 4 EA from ATL; 6 EA backordered.");
  });

  it("ships pieces from branches that ship anyway before it opens another shipment", () => {
    const lines = choose([demand(1, "tee", "5"), demand(2, "elbow", "10")], {
      ATL: { tee: 5, elbow: 3 },
      ORD: { elbow: 9 },
    });
    expect(branchesOf(lines)).toEqual(["ATL", "ATL+ORD"]);
  });

  it("lets two lines of one item share what a branch has", () => {
    const lines = choose([demand(1, "elbow", "6"), demand(2, "elbow", "6")], { DFW: { elbow: 10 } });
    expect(lines.map(({ backordered }) => backordered)).toEqual(["0", "2"]);
  });

  it("says that a ship-complete order waits for what is missing", () => {
    const [line] = choose([demand(1, "elbow", "10")], { DFW: { elbow: 4 } }, { shipComplete: true });
    expect(line?.explanation).toBe("4 EA from DFW; 6 EA backordered. The order ships only when it is complete.");
  });

  it("takes nothing from a branch we do not ship from", () => {
    const [line] = choose([demand(1, "elbow", "1")], { XXX: { elbow: 4 } });
    expect(line).toMatchObject({ taken: [], backordered: "1", explanation: "No branch has any; 1 EA backordered." });
  });
});

describe("for any orders and any stock", () => {
  const skus = ["elbow", "tee", "pipe"];
  const anyStock = fc.record(
    Object.fromEntries(
      preference.branches.map((branch) => [
        branch,
        fc.record(Object.fromEntries(skus.map((sku) => [sku, fc.nat(12)]))),
      ]),
    ),
  );
  const anyOrder = fc
    .array(fc.record({ sku: fc.constantFrom(...skus), quantity: fc.integer({ min: 1, max: 15 }) }), {
      minLength: 1,
      maxLength: 5,
    })
    .map((lines) => lines.map(({ sku, quantity }, index) => demand(index + 1, sku, String(quantity))));

  it("every line adds up, nothing is promised twice, and nothing lies idle while a line waits for it", () => {
    fc.assert(
      fc.property(anyStock, fc.array(anyOrder, { minLength: 1, maxLength: 6 }), (stock, orders) => {
        const free = stockOf(stock);
        const sourced = orders.map((order) => chooseBranches(order, preference, free));
        for (const [index, order] of orders.entries()) {
          const lines = sourced[index] ?? [];
          expect(lines.map(({ lineNumber }) => lineNumber)).toEqual(order.map(({ lineNumber }) => lineNumber));
          for (const [at, { quantity }] of order.entries()) {
            const line = lines[at];
            expect(add(line?.backordered ?? "", ...(line?.taken ?? []).map((piece) => piece.quantity))).toBe(quantity);
          }
        }
        for (const sku of skus) {
          const left = preference.branches.map((branch) => free.available(sku, branch));
          for (const available of left) expect(compare(available, "0")).toBeGreaterThanOrEqual(0);
          const taken = sourced
            .flat()
            .filter((line) => line.sku === sku)
            .flatMap((line) => line.taken.map(({ quantity }) => quantity));
          const had = preference.branches.map((branch) => String(stock[branch]?.[sku] ?? 0));
          expect(subtract(add(...had), ...taken)).toBe(add(...left));
          const waits = sourced.flat().some((line) => line.sku === sku && line.backordered !== "0");
          if (waits) expect(add(...left)).toBe("0");
        }
      }),
    );
  });
});
