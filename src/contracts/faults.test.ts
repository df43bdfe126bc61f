import fc from "fast-check";
import { Type } from "typebox";
import { Value } from "typebox/value";
import { describe, expect, it } from "vitest";
import { SalesOrderDraft } from "./documents/index.ts";
import { findFaults, nearestName } from "./faults.ts";

const draft = {
  channel: "web-shop",
  channelOrderNumber: "1001",
  customerNumber: "C-1001",
  currency: "USD",
  orderedAt: "2026-11-23T14:05:00Z",
  shipTo: { name: "Dock 4", street1: "1 Main St", city: "Atlanta", postalCode: "30301", country: "US" },
  lines: [{ lineNumber: 1, sku: "PVC-90-050", quantity: "12", unitOfMeasure: "EA" }],
};
const line = draft.lines[0];

describe("finding faults", () => {
  it("finds none in a good document", () => {
    expect(findFaults(SalesOrderDraft, draft)).toEqual([]);
  });

  it("says in plain words what a quantity should have been", () => {
    const [fault] = findFaults(SalesOrderDraft, { ...draft, lines: [{ ...line, quantity: "-3" }] });
    expect(fault).toEqual({
      path: "/lines/0/quantity",
      expected: 'a quantity greater than zero and below 1,000,000,000, written as a string, for instance "12"',
      found: '"-3"',
    });
  });

  it("tells who sends numbers to put them in quotes", () => {
    const [fault] = findFaults(SalesOrderDraft, { ...draft, lines: [{ ...line, quantity: 3 }] });
    expect(fault?.fix).toContain('"3"');
  });

  it("lists every fault of a document, however many there are", () => {
    const lines = Array.from({ length: 40 }, (_, index) => ({ ...line, lineNumber: index + 1, quantity: "0" }));
    const faults = findFaults(SalesOrderDraft, { ...draft, currency: "usd", lines });
    expect(faults).toHaveLength(41);
    expect(faults.map(({ path }) => path)).toContain("/lines/39/quantity");
  });

  it("guesses what a misspelt field was meant to be", () => {
    const { customerNumber, ...rest } = draft;
    const faults = findFaults(SalesOrderDraft, { ...rest, custmerNumber: customerNumber });
    expect(faults.map(({ path }) => path)).toEqual(["/customerNumber", "/custmerNumber"]);
    expect(faults[1]?.fix).toBe("Did you mean `customerNumber`?");
  });

  it("judges an address as an address, not as the code it might have been", () => {
    const { city: _, ...shipTo } = draft.shipTo;
    expect(findFaults(SalesOrderDraft, { ...draft, shipTo }).map(({ path }) => path)).toEqual(["/shipTo/city"]);
  });

  it("finds something to say exactly when the validator refuses", () => {
    const schema = Type.Object(
      {
        lines: Type.Array(
          Type.Object({ quantity: Type.String({ pattern: "^[1-9]$" }) }, { additionalProperties: false }),
          { minItems: 1 },
        ),
        kind: Type.Optional(Type.Enum(["a", "b"])),
        note: Type.Union([Type.Object({ text: Type.Optional(Type.String()) }), Type.Null()]),
      },
      { additionalProperties: false },
    );
    const nearly = fc.record(
      {
        lines: fc.array(
          fc.record({ quantity: fc.oneof(fc.constantFrom("1", "0", 5), fc.string()) }, { requiredKeys: [] }),
        ),
        kind: fc.constantFrom("a", "c", null),
        note: fc.oneof(fc.constantFrom(null, []), fc.record({ text: fc.oneof(fc.string(), fc.integer()) })),
        other: fc.anything(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(nearly, fc.anything()), (value) => {
        expect(findFaults(schema, value).length > 0).toBe(!Value.Check(schema, value));
      }),
    );
  });
});

describe("guessing a name", () => {
  it.each([
    ["quantty", "quantity"],
    ["SKU", "sku"],
    ["customer number", "customer_number"],
    ["ship_to_nmae", "ship_to_name"],
  ])("takes %s for %s", (typed, meant) => {
    expect(nearestName(typed, ["sku", "quantity", "customer_number", "ship_to_name"])).toBe(meant);
  });

  it("keeps silent when nothing is near", () => {
    expect(nearestName("colour", ["sku", "quantity"])).toBeNull();
  });
});
