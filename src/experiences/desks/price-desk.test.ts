import type { PriceAgreement, Product } from "#contracts";
import {
  amountOf,
  createPriceLadders,
  priceFor,
  quantityRules,
  toBaseUnits,
  type PriceInquiry,
  type PriceLadders,
} from "#domains";
import { sampleCustomer, samplePrice, sampleProduct } from "#testing";
import fc from "fast-check";
import { expect, it } from "vitest";
import { createPlainQuestionReader } from "../v1/prices/plain-price-question.ts";
import { createPriceDesk } from "./price-desk.ts";

const now = new Date("2026-03-01T10:00:00.000Z");
const readAt = new Date("2026-03-01T09:59:59.500Z");
const { creditLimit: _limit, openBalance: _balance, ...customer } = sampleCustomer({ customerGroup: "OEM" });
const read = createPlainQuestionReader(200);

function deskBy(pricesNow: () => PriceLadders, productNow: () => Product) {
  return createPriceDesk({
    clock: { now: () => now, sleep: () => Promise.resolve() },
    book: {
      prices: pricesNow,
      product: (sku) => (sku === productNow().sku ? productNow() : undefined),
      customer: () => customer,
      agreements: (...asked) => pricesNow().agreements(...asked),
      agreementOnFile: (...asked) => pricesNow().onFile(...asked),
      feeds: () => [],
      readAt: () => readAt,
      version: () => 1,
    },
  });
}

/** Read anew each time: the places of one question are another's as soon as that is read. */
const plain = (lines: readonly object[]) => {
  const question = read(Buffer.from(JSON.stringify({ customerNumber: customer.customerNumber, lines })));
  if (!question) throw new Error("A plain question was not read.");
  return question;
};

/** A desk over these agreements and this item, and how the plain rule writes one of its lines. */
function deskOver(agreements: readonly PriceAgreement[], product = sampleProduct()) {
  const prices = createPriceLadders();
  prices.sell(product);
  const syncedAt = (index: number) => new Date(readAt.getTime() - 1_000 * index);
  for (const [index, agreement] of agreements.entries())
    prices.put({ agreement, source: "erp", syncedAt: syncedAt(index) });
  const desk = deskBy(
    () => prices,
    () => product,
  );
  function line(inquiry: PriceInquiry): object {
    const { sku, quantity, unitOfMeasure } = inquiry;
    if (sku !== product.sku) {
      const explanation = `The hub knows no item ${sku}.`;
      return { sku, quantity, unitOfMeasure, unitPrice: null, explanation, quantityFaults: [] };
    }
    const { unitPrice, explanation, ...by } = priceFor(inquiry, agreements, product);
    const base = toBaseUnits(product, quantity, unitOfMeasure);
    const quantityFaults = base === null ? [] : quantityRules(product, base);
    const said = { sku, quantity, unitOfMeasure, unitPrice, explanation, quantityFaults };
    if (unitPrice === null || !("source" in by)) return said;
    const index = agreements.findIndex(({ priceAgreementId }) => priceAgreementId === by.priceAgreementId);
    const {
      sku: _sku,
      scope,
      customerNumber: _number,
      customerGroup: _group,
      currency: _currency,
      ...agreed
    } = agreements[index] ?? samplePrice();
    const { updatedAt, ...terms } = agreed;
    const pricedBy = {
      ...terms,
      source: scope,
      system: "erp",
      version: updatedAt,
      syncedAt: syncedAt(index).toISOString(),
    };
    return { ...said, source: by.source, lineAmount: amountOf(quantity, unitPrice), pricedBy };
  }
  return { desk, line };
}

const anyAgreement = fc.record(
  {
    owner: fc.constantFrom(
      { scope: "list" },
      { scope: "customer-group", customerGroup: "OEM" },
      { scope: "customer", customerNumber: customer.customerNumber },
      { scope: "customer", customerNumber: "C-9" },
    ),
    minimumQuantity: fc.constantFrom("0", "1", "1.0", "2.5", "10", "100.000"),
    unitPrice: fc.constantFrom("2", "2.5000", "0.333333", "1234567.89", "0", "99999999999999"),
    unitOfMeasure: fc.constantFrom("EA", "CS", "BX"),
    validTo: fc.constantFrom("2026-02-28", "2026-03-01", "9999-12-31"),
    updatedAt: fc.constantFrom("2026-01-01T00:00:00.000Z", "2025-12-31T23:59:59.999Z", "2026-01-01T00:00:00Z"),
    mark: fc.constantFrom("A", 'Q"', "Ü", "x".repeat(60)),
  },
  { requiredKeys: ["owner", "minimumQuantity", "unitPrice", "unitOfMeasure", "updatedAt", "mark"] },
);
type AnyAgreement = typeof anyAgreement extends fc.Arbitrary<infer Made> ? Made : never;
const anyLine = fc.record({
  sku: fc.constantFrom(sampleProduct().sku, sampleProduct().sku, "NEVER"),
  quantity: fc.oneof(fc.integer({ min: 1, max: 300 }).map(String), fc.constantFrom("0.5", "007", "999999999.999999")),
  unitOfMeasure: fc.constantFrom("EA", "CS", "PL"),
});

it("answers plain questions as the plain rule does, to the letter, with the version and the age of what it knows", () => {
  const seen = { priced: 0, faulty: 0, none: 0 };
  fc.assert(
    fc.property(
      fc.array(anyAgreement, { maxLength: 8 }),
      fc.array(anyLine, { minLength: 1, maxLength: 5 }),
      fc.constantFrom({}, { minimumOrderQuantity: "12" }, { orderMultiple: "10" }),
      (made, lines, rules) => {
        const agreements = made.map(({ owner, mark, ...terms }, index) =>
          samplePrice({ priceAgreementId: `${mark}${index}`, ...(owner as Partial<PriceAgreement>), ...terms }),
        );
        const { desk, line } = deskOver(agreements, sampleProduct(rules));
        const { customerNumber, currency } = customer;
        const answer = desk.prices(plain(lines));
        const written = answer.content.toString();
        const said = JSON.parse(written);
        const asked = { customer, currency, on: "2026-03-01" };
        expect(said).toEqual({
          answeredAt: now.toISOString(),
          knowledge: { readAt: readAt.toISOString(), ageSeconds: 0.5, sources: [] },
          customerNumber,
          currency,
          on: "2026-03-01",
          prices: lines.map((one) => line({ ...asked, ...one })),
        });
        expect(Buffer.byteLength(written)).toBe(written.length);
        for (const { unitPrice, quantityFaults } of said.prices)
          seen[unitPrice === null ? "none" : quantityFaults.length > 0 ? "faulty" : "priced"] += 1;
        // Asked in any other way the answer is the same.
        expect(JSON.parse(desk.prices({ customerNumber, lines }).content.toString())).toEqual(said);
      },
    ),
    { numRuns: 400 },
  );
  for (const times of Object.values(seen)) expect(times).toBeGreaterThan(60);
});

const anyState = fc.record({
  /** Null: they stay as they are. */
  made: fc.option(fc.array(anyAgreement, { minLength: 1, maxLength: 4 })),
  inCase: fc.constantFrom("24", "12", "0.5"),
  rules: fc.constantFrom({}, { orderMultiple: "10" }),
});

/** The same ids again, each for another agreement. */
function replace(prices: PriceLadders, made: readonly AnyAgreement[]) {
  for (let index = 0; index < 4; index += 1) prices.remove(`A${index}`);
  for (const [index, { owner, mark: _mark, ...terms }] of made.entries()) {
    const agreement = samplePrice({ priceAgreementId: `A${index}`, ...(owner as Partial<PriceAgreement>), ...terms });
    prices.put({ agreement, source: "erp", syncedAt: readAt });
  }
}

it("says nothing it wrote before an agreement was changed or taken out, or the item was sold otherwise", () => {
  const seen = { priced: 0 };
  const anyStates = fc.array(anyState, { minLength: 2, maxLength: 6 });
  fc.assert(
    fc.property(anyStates, fc.array(anyLine, { minLength: 1 }), (states, lines) => {
      const prices = createPriceLadders();
      let product = sampleProduct();
      const desk = deskBy(
        () => prices,
        () => product,
      );
      const { customerNumber } = customer;
      const answer = () => JSON.parse(desk.prices(plain(lines)).content.toString());
      for (const { made, inCase, rules } of states) {
        product = sampleProduct({ ...rules, unitConversions: [{ unitOfMeasure: "CS", baseQuantity: inCase }] });
        prices.sell(product);
        if (made) replace(prices, made);
        // What is answered from objects was never kept.
        const fresh = JSON.parse(desk.prices({ customerNumber, lines }).content.toString());
        expect(answer()).toEqual(fresh);
        expect(answer()).toEqual(fresh);
        for (const { unitPrice } of fresh.prices) if (unitPrice !== null) seen.priced += 1;
      }
    }),
    { numRuns: 300 },
  );
  expect(seen.priced).toBeGreaterThan(1_000);
});

it("says nothing it wrote before everything was read anew, though stamps, words and ways to sell have the same numbers again", () => {
  const product = sampleProduct();
  const [sold, ordered] = [product.sku, product.baseUnitOfMeasure];
  function bookOf(unitPrice: string): PriceLadders {
    const prices = createPriceLadders();
    prices.sell(product);
    prices.put({ agreement: samplePrice({ unitPrice }), source: "erp", syncedAt: readAt });
    return prices;
  }
  let prices = bookOf("2.50");
  const desk = deskBy(
    () => prices,
    () => product,
  );
  const answer = () =>
    JSON.parse(desk.prices(plain([{ sku: sold, quantity: "1", unitOfMeasure: ordered }])).content.toString());
  expect(answer().prices).toMatchObject([{ unitPrice: "2.5000", pricedBy: { unitPrice: "2.50" } }]);
  expect(answer().prices).toMatchObject([{ unitPrice: "2.5000" }]);
  prices = bookOf("3.10");
  expect(answer().prices).toMatchObject([{ unitPrice: "3.1000", pricedBy: { unitPrice: "3.10" } }]);
});

it("writes no line with the words of another that took their place in the same answer", () => {
  const prices = createPriceLadders();
  const skus = Array.from({ length: 1_100 }, (_, index) => `P-${index}`);
  for (const [index, sku] of skus.entries()) {
    prices.sell(sampleProduct({ sku }));
    prices.put({ agreement: samplePrice({ sku, unitPrice: `${index}.0000` }), source: "erp", syncedAt: readAt });
  }
  const desk = deskBy(
    () => prices,
    () => sampleProduct(),
  );
  const asked = (...indexes: readonly number[]) =>
    JSON.parse(
      desk
        .prices(plain(indexes.map((index) => ({ sku: skus[index], quantity: "1", unitOfMeasure: "EA" }))))
        .content.toString(),
    ).prices.map(({ unitPrice }: { readonly unitPrice: string }) => Number(unitPrice));
  // Whichever of them share a place: the first is kept, the others come before it in the next question.
  const others = [64, 128, 256, 512, 1_024];
  expect(asked(7)).toEqual([7]);
  for (const other of others) {
    expect(asked(7 + other, 7)).toEqual([7 + other, 7]);
    expect(asked(7, 7 + other, 7)).toEqual([7, 7 + other, 7]);
  }
});
