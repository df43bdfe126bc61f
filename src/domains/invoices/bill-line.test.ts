import fc from "fast-check";
import { Decimal } from "decimal.js";
import { describe, expect, it } from "vitest";
import { billLine, type BillableLine, type BilledLine } from "./bill-line.ts";

const line: BillableLine = {
  lineNumber: 1,
  sku: "PVC-90-050",
  orderedQuantity: "10",
  baseQuantity: "10",
  unitPrice: "3.33",
  taxAmount: "2.00",
  shippedNow: "10",
  shippedBefore: "0",
  billedQuantityBefore: "0",
  billedTaxBefore: "0",
};

/** Bills the parts one after the other, as shipments do. */
function billParts(order: BillableLine, parts: readonly string[]): BilledLine[] {
  let state = order;
  return parts.map((shippedNow) => {
    const billed = billLine({ ...state, shippedNow });
    const plus = (a: string, b: string) => new Decimal(a).plus(b).toFixed();
    state = {
      ...state,
      shippedBefore: plus(state.shippedBefore, shippedNow),
      billedQuantityBefore: plus(state.billedQuantityBefore, billed.quantity),
      billedTaxBefore: plus(state.billedTaxBefore, billed.taxAmount),
    };
    return billed;
  });
}
const total = (lines: readonly BilledLine[], field: "quantity" | "taxAmount") =>
  lines.reduce((sum, one) => sum.plus(one[field]), new Decimal(0)).toFixed();

describe("an invoice line", () => {
  it("bills what left at the order's price with its share of the tax", () => {
    expect(billLine({ ...line, shippedNow: "3" })).toMatchObject({
      quantity: "3",
      lineAmount: "9.99",
      taxAmount: "0.60",
    });
  });

  it("gives the last shipment the remainder of the tax", () => {
    const thirds = billParts({ ...line, baseQuantity: "3", orderedQuantity: "3", taxAmount: "1.00" }, ["1", "1", "1"]);
    expect(thirds.map((one) => one.taxAmount)).toEqual(["0.33", "0.34", "0.33"]);
  });

  it("bills cases where cases were ordered, though pieces were shipped", () => {
    const cases = { ...line, orderedQuantity: "2", baseQuantity: "48", unitPrice: "24.00" };
    expect(billLine({ ...cases, shippedNow: "36" })).toMatchObject({ quantity: "1.5", lineAmount: "36.00" });
  });

  it("charges no tax for what never ships", () => {
    expect(total(billParts(line, ["2", "4"]), "taxAmount")).toBe("1.2");
  });

  it("never bills a negative tax when an estimate was too high", () => {
    expect(
      billLine({ ...line, shippedNow: "1", shippedBefore: "1", billedQuantityBefore: "1", billedTaxBefore: "5" })
        .taxAmount,
    ).toBe("0.00");
  });

  it("adds up exactly however the goods were split", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 144 }),
        fc.integer({ min: 0, max: 10_000_00 }),
        (parts, perUnit, taxCents) => {
          const base = parts.reduce((sum, part) => sum + part, 0) * perUnit;
          const taxAmount = new Decimal(taxCents).dividedBy(100).toFixed(2);
          const orderedQuantity = String(base / perUnit);
          const billed = billParts(
            { ...line, baseQuantity: String(base), orderedQuantity, taxAmount },
            parts.map((part) => String(part * perUnit)),
          );
          expect(new Decimal(total(billed, "taxAmount")).toFixed(2)).toBe(taxAmount);
          expect(total(billed, "quantity")).toBe(orderedQuantity);
          expect(billed.every((one) => !one.taxAmount.startsWith("-"))).toBe(true);
        },
      ),
    );
  });
});
