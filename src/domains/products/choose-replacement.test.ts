import type { Product } from "#contracts";
import { sampleProduct } from "#testing";
import { describe, expect, it } from "vitest";
import { chooseReplacement } from "./choose-replacement.ts";

const old = sampleProduct({ sku: "OLD", status: "discontinued", supersededBy: "NEW", substitutes: ["ALIKE"] });
const out = sampleProduct({ sku: "OUT", substitutes: ["DEAR", "ALIKE"] });
const items = [
  old,
  out,
  sampleProduct({ sku: "NEW" }),
  sampleProduct({ sku: "ALIKE" }),
  sampleProduct({ sku: "DEAR" }),
];

const ask = (
  product: Product,
  quantity: string,
  free: Record<string, string>,
  {
    allowedBy = "web-shop",
    known = items,
    unitOfMeasure = "EA",
  }: { allowedBy?: string | null; known?: Product[]; unitOfMeasure?: string } = {},
) =>
  chooseReplacement({
    product,
    quantity,
    unitOfMeasure,
    allowedBy,
    productOf: (sku) => known.find((one) => one.sku === sku),
    freeOf: (sku) => free[sku] ?? "0",
  });

describe("a discontinued item", () => {
  it("sells until it is gone", () => {
    expect(ask(old, "6", { OLD: "6" })).toEqual({ is: "as-ordered" });
    expect(ask(old, "6", { OLD: "6" }, { allowedBy: null })).toEqual({ is: "as-ordered" });
  });

  it("gives way to its successor where that is allowed, and the line says so", () => {
    expect(ask(old, "7", { OLD: "6" })).toMatchObject({
      is: "replaced",
      by: { sku: "NEW" },
      explanation: "OLD is discontinued and 6 EA of 7 are left; NEW was taken in its place, as web-shop allows.",
    });
  });

  it("is told to be gone where it is not allowed, with what is left and what is offered", () => {
    expect(ask(old, "7", { OLD: "6" }, { allowedBy: null })).toEqual({ is: "gone", left: "6", offered: "NEW" });
    const alone = sampleProduct({ sku: "LAST", status: "discontinued" });
    expect(ask(alone, "1", {})).toEqual({ is: "gone", left: "0", offered: null });
  });

  it("gives way to a substitute that has all where its successor cannot stand in", () => {
    const known = items.map((one) => (one.sku === "NEW" ? { ...one, orderMultiple: "10" } : one));
    expect(ask(old, "7", { ALIKE: "9" }, { known })).toMatchObject({ is: "replaced", by: { sku: "ALIKE" } });
    expect(ask(old, "7", { ALIKE: "3" }, { known })).toMatchObject({ is: "gone" });
    const otherCase = items.map((one) =>
      one.sku === "OLD" ? one : { ...one, unitConversions: [{ unitOfMeasure: "CS", baseQuantity: "12" }] },
    );
    expect(ask(old, "1", { ALIKE: "99" }, { known: otherCase, unitOfMeasure: "CS" })).toMatchObject({ is: "gone" });
  });
});

describe("an item that is short", () => {
  it("gives way to the first substitute that has all, where that is allowed; otherwise it is waited for", () => {
    expect(ask(out, "5", { DEAR: "4", ALIKE: "5" })).toMatchObject({ is: "replaced", by: { sku: "ALIKE" } });
    expect(ask(out, "5", { OUT: "5", DEAR: "9" })).toEqual({ is: "as-ordered" });
    expect(ask(out, "5", { DEAR: "4" })).toEqual({ is: "as-ordered" });
    expect(ask(out, "5", { DEAR: "9" }, { allowedBy: null })).toEqual({ is: "as-ordered" });
  });
});
