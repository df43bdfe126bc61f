import type { PriceAgreement, Product } from "#contracts";
import { samplePrice, sampleProduct } from "#testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NO_ITEM } from "./item-index.ts";
import { createPriceLadders, type PriceLadders } from "./price-ladders.ts";
import { priceFor } from "./price-for.ts";
import type { PriceInquiry } from "./standing.ts";

const syncedAt = new Date("2026-01-05T10:00:00.000Z");
const days = ["2024-12-31", "2025-06-01", "2026-02-01", "2026-03-01", "2026-12-31"];
const units = ["EA", "CS", "BX", "PL"];
const places = (least: number, most: number, digits: number) =>
  fc.integer({ min: least, max: most }).map((value) => (value / 10 ** digits).toFixed(digits));

const anySku = fc.constantFrom("P-1", "P-1", "P-1", "P-1", "P-2", "P-3");
const anyOwner: fc.Arbitrary<Partial<PriceAgreement>> = fc.oneof(
  // Who fills in more than he must.
  { weight: 1, arbitrary: fc.constant({ scope: "list", customerNumber: "C-2" } as const) },
  { weight: 6, arbitrary: fc.constant({ scope: "list" } as const) },
  {
    weight: 6,
    arbitrary: fc
      .constantFrom("CONTRACTOR", "OEM")
      .map((customerGroup) => ({ scope: "customer-group" as const, customerGroup })),
  },
  {
    weight: 6,
    arbitrary: fc
      .constantFrom("C-1001", "C-2")
      .map((customerNumber) => ({ scope: "customer" as const, customerNumber })),
  },
);
const anyTerms: fc.Arbitrary<Partial<PriceAgreement>> = fc.record(
  {
    unitOfMeasure: fc.constantFrom(...units),
    minimumQuantity: fc.oneof(
      fc.integer({ min: 0, max: 60 }).map(String),
      places(0, 90, 1),
      fc.integer({ min: 0, max: 20 }).map(String),
      fc.constantFrom("1.000", "0.000001", "1", "1", "1", "999999999999999", "12345678901.5"),
    ),
    unitPrice: fc.oneof(
      places(0, 99_999, 2),
      places(0, 99_999_999, 6),
      fc.constantFrom("2", "0", "3", "4", "5", "999999999999999.999999"),
    ),
    currency: fc.constantFrom("USD", "USD", "USD", "EUR"),
    validFrom: fc.constantFrom("2024-12-31", "2024-12-31", ...days),
    validTo: fc.constantFrom(...days),
    updatedAt: fc.constantFrom(
      ...Array.from({ length: 9 }, (_, ms) => `2025-11-30T23:59:59.00${ms}Z`),
      "2026-01-01T00:00:00Z",
    ),
  },
  { requiredKeys: ["unitOfMeasure", "minimumQuantity", "unitPrice", "currency", "validFrom", "updatedAt"] },
);
const anyAgreements = fc
  .array(fc.tuple(anySku, anyOwner, anyTerms, fc.constantFrom("A", "A", "A", "a", "a", "a", "Ü", 'Q"')), {
    maxLength: 14,
  })
  .map((list) =>
    list.map(([sku, owner, terms, prefix], index) =>
      samplePrice({ priceAgreementId: `${prefix}${index}`, sku, ...owner, ...terms }),
    ),
  );
const anyProduct = fc
  .record({
    inCase: fc.constantFrom("24", "12.5", "0.333333", "1000000", "0"),
    inBox: fc.constantFrom("1", "6", "999999999"),
    baseUnitOfMeasure: fc.constantFrom("EA", "FT"),
  })
  .map(({ inCase, inBox, baseUnitOfMeasure }) => ({
    baseUnitOfMeasure,
    unitConversions: [
      { unitOfMeasure: "CS", baseQuantity: inCase },
      { unitOfMeasure: "BX", baseQuantity: inBox },
    ],
  }));
const anyInquiry: fc.Arbitrary<PriceInquiry> = fc.record({
  customer: fc.constantFrom(
    { customerNumber: "C-1001", customerGroup: "CONTRACTOR" },
    { customerNumber: "C-2", customerGroup: "OEM" },
    { customerNumber: "C-3" },
  ),
  sku: anySku,
  quantity: fc.oneof(
    fc.integer({ min: 1, max: 200 }).map(String),
    places(1, 999_999, 3),
    fc.constantFrom("999999999.999999", "0.000001", "007"),
  ),
  unitOfMeasure: fc.constantFrom(...units),
  currency: fc.constantFrom("USD", "USD", "USD", "EUR", "GBP"),
  on: fc.constantFrom(...days, "2025-01-01"),
});

const put = (ladders: PriceLadders, agreements: readonly PriceAgreement[]) => {
  for (const agreement of agreements) ladders.put({ agreement, source: "erp", syncedAt });
};
const productOf = (sku: string, sold: Partial<Product>) => sampleProduct({ sku, ...sold });

/** Whether the ladders themselves can tell. */
function isByLadder(
  ladders: PriceLadders,
  { sku, customer, currency, on, quantity, unitOfMeasure }: PriceInquiry,
): boolean {
  const bytes = Buffer.from(`${sku}${unitOfMeasure}`);
  const [item = NO_ITEM] = ladders.itemsAt(bytes, Int32Array.of(0, sku.length), 2, 1);
  const asked = { quantity: Number(quantity) * 1_000_000, unit: ladders.unitAt(bytes, sku.length, bytes.length) };
  if (item === NO_ITEM || !Number.isSafeInteger(asked.quantity)) return false;
  return ladders.found(ladders.climb(ladders.asker(customer, currency, on), item, asked), item, asked.unit) !== null;
}

/** Whatever was put in before and taken out again, and in whatever order: what the ladders say must be what `priceFor` says of the agreements there are. */
describe("prices by their ladders", () => {
  it("are what the plain rule chooses, to the letter of the explanation, whatever came and went", () => {
    const told = { byLadder: 0, theLongWay: 0, none: 0 };
    fc.assert(
      fc.property(
        anyAgreements,
        anyAgreements,
        fc.array(fc.nat(13), { maxLength: 6 }),
        anyProduct,
        fc.array(anyInquiry, { minLength: 1, maxLength: 6 }),
        (before, after, gone, sold, inquiries) => {
          const ladders = createPriceLadders();
          put(ladders, before);
          put(ladders, after);
          const known = new Map([...before, ...after].map((agreement) => [agreement.priceAgreementId, agreement]));
          for (const index of gone) {
            const id = after[index]?.priceAgreementId ?? "";
            known.delete(id);
            ladders.remove(id);
          }
          const products = new Map(["P-1", "P-2", "P-3"].map((sku) => [sku, productOf(sku, sold)]));
          for (const product of products.values()) ladders.sell(product);
          expect(ladders.size()).toBe(known.size);
          for (const [id, agreement] of known)
            expect(ladders.onFile(id)).toEqual({ agreement, source: "erp", syncedAt });
          for (const inquiry of inquiries) {
            const product = products.get(inquiry.sku) ?? sampleProduct();
            const price = ladders.price(inquiry, product);
            expect(price).toEqual(priceFor(inquiry, [...known.values()], product));
            if (price.unitPrice === null) told.none += 1;
            else if (isByLadder(ladders, inquiry)) told.byLadder += 1;
            else told.theLongWay += 1;
          }
        },
      ),
      { numRuns: 600 },
    );
    // None of them is the exception.
    for (const times of Object.values(told)) expect(times).toBeGreaterThan(15);
  });

  it("choose as the plain rule does where breaks and starts are alike, in one unit and in several", () => {
    const product = productOf("P-1", {
      baseUnitOfMeasure: "EA",
      unitConversions: [{ unitOfMeasure: "CS", baseQuantity: "24" }],
    });
    const alike = fc.record({
      terms: fc.constantFrom(
        { unitOfMeasure: "EA", minimumQuantity: "24" },
        { unitOfMeasure: "EA", minimumQuantity: "24.0" },
        { unitOfMeasure: "CS", minimumQuantity: "1" },
        { unitOfMeasure: "EA", minimumQuantity: "1" },
      ),
      validFrom: fc.constantFrom("2024-12-31", "2025-06-01", "2026-04-01"),
    });
    const inquiry = {
      customer: { customerNumber: "C-1" },
      sku: "P-1",
      quantity: "48",
      currency: "USD",
      on: "2026-03-01",
    };
    const given = fc.array(alike, { minLength: 2, maxLength: 6 });
    fc.assert(
      fc.property(given, fc.constantFrom("EA", "CS"), fc.nat(5), (made, unitOfMeasure, gone) => {
        const agreements = made.map(({ terms, validFrom }, index) =>
          samplePrice({ priceAgreementId: `A${index}`, sku: "P-1", currency: "USD", validFrom, ...terms }),
        );
        const ladders = createPriceLadders();
        ladders.sell(product);
        put(ladders, agreements);
        ladders.remove(`A${gone}`);
        const left = agreements.filter(({ priceAgreementId }) => priceAgreementId !== `A${gone}`);
        const asked = { ...inquiry, unitOfMeasure };
        expect(ladders.price(asked, product)).toEqual(priceFor(asked, left, product));
      }),
      { numRuns: 1_000 },
    );
  });

  it("follow an item whose units change, and answer by the product they are asked with", () => {
    const ladders = createPriceLadders();
    const perCase = samplePrice({ priceAgreementId: "CASE", sku: "P-1", unitOfMeasure: "CS", minimumQuantity: "1" });
    put(ladders, [perCase]);
    const asked: PriceInquiry = {
      customer: { customerNumber: "C-1" },
      sku: "P-1",
      quantity: "12",
      unitOfMeasure: "EA",
      currency: perCase.currency,
      on: "2026-03-01",
    };
    const inCases = (baseQuantity: string) =>
      productOf("P-1", { unitConversions: [{ unitOfMeasure: "CS", baseQuantity }] });
    const [twelve, dozenDozens] = [inCases("12"), inCases("144")];
    ladders.sell(twelve);
    expect(ladders.price(asked, twelve).unitPrice).toBe(priceFor(asked, [perCase], twelve).unitPrice);
    expect(ladders.price(asked, dozenDozens).unitPrice).toBeNull();
    ladders.sell(dozenDozens);
    expect(ladders.price(asked, dozenDozens).unitPrice).toBeNull();
    expect(ladders.price(asked, twelve).unitPrice).not.toBeNull();
  });
});
