import { canonicalJson } from "#platform";
import { sampleAddress, sampleDraft } from "#testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addressDoubts } from "./address-doubts.ts";
import { differences } from "./differences.ts";
import { draftShapeFaults } from "./draft-shape.ts";

describe("the shape of a draft", () => {
  const faultsOf = (draft: unknown) => draftShapeFaults(draft).map(({ path, expected }) => `${path}: ${expected}`);

  it("is right as it should be", () => {
    expect(faultsOf(sampleDraft())).toEqual([]);
    expect(faultsOf(sampleDraft({ shipTo: sampleAddress, requestedOn: "2028-02-29" }))).toEqual([]);
  });

  it("is told field by field, with what was expected there", () => {
    const { customerNumber: _customerNumber, ...incomplete } = sampleDraft();
    expect(
      faultsOf({
        ...incomplete,
        currency: "usd",
        color: "red",
        lines: [{ lineNumber: 0, sku: "A", quantity: "0", unitOfMeasure: "EA" }],
      }),
    ).toEqual(
      expect.arrayContaining([
        "/customerNumber: a value",
        "/color: no such field",
        "/currency: ISO 4217 code.",
        "/lines/0/quantity: A quantity greater than zero and below 1,000,000,000, written as a string.",
      ]),
    );
  });

  it("knows the calendar, which a pattern does not", () => {
    expect(faultsOf(sampleDraft({ requestedOn: "2026-02-29", orderedAt: "2026-01-05T25:00:00Z" }))).toEqual([
      "/orderedAt: an instant, as 2026-11-23T14:05:00Z",
      "/requestedOn: a day of the calendar, YYYY-MM-DD",
    ]);
  });

  it.each([null, undefined, 7, "draft", [], {}])("of %j is no draft, and is said to be none", (draft) => {
    expect(draftShapeFaults(draft)).not.toEqual([]);
  });

  it("is judged of anything at all without an accident", () => {
    fc.assert(fc.property(fc.anything(), (value) => void draftShapeFaults(value)));
    fc.assert(
      fc.property(fc.jsonValue(), (value) => void draftShapeFaults({ ...sampleDraft(), lines: value, shipTo: value })),
    );
  });
});

describe("two documents", () => {
  it("differ somewhere exactly if they are not the same", () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: true, maxDepth: 3 }), fc.jsonValue({ maxDepth: 3 }), (one, other) => {
        expect(differences(one, structuredClone(one))).toEqual([]);
        expect(differences(one, other).length === 0).toBe(canonicalJson(one) === canonicalJson(other));
      }),
    );
  });
});

describe("an address", () => {
  it("is in doubt where a carrier would not find it", () => {
    expect(addressDoubts(sampleAddress)).toEqual([]);
    expect(addressDoubts({ ...sampleAddress, postalCode: "30303-1234" })).toEqual([]);
    expect(addressDoubts({ ...sampleAddress, region: "Georgia" })).toHaveLength(1);
    expect(addressDoubts({ ...sampleAddress, street2: "P.O. Box 7" })).toEqual([
      "parcel and freight carriers do not deliver to a PO box",
    ]);
    const german = { name: "Lager", street1: "Hafenstr. 1", city: "Hamburg", postalCode: "20457", country: "DE" };
    expect(addressDoubts(german)).toEqual([]);
  });
});
