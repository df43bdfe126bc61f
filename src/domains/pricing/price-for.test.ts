import type { PriceAgreement } from "#contracts";
import { samplePrice, sampleProduct } from "#testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { passedOver } from "./passed-over.ts";
import { amountOf, choosePrice, priceFor } from "./price-for.ts";
import type { PriceInquiry } from "./standing.ts";

const product = sampleProduct();
const inquiry = (different: Partial<PriceInquiry> = {}): PriceInquiry => ({
  customer: { customerNumber: "C-1001", customerGroup: "CONTRACTOR" },
  sku: product.sku,
  quantity: "10",
  unitOfMeasure: "EA",
  currency: "USD",
  on: "2026-03-01",
  ...different,
});
const agreement = (priceAgreementId: string, different: Partial<PriceAgreement> = {}) =>
  samplePrice({ priceAgreementId, ...different });
const ofCustomer = { scope: "customer", customerNumber: "C-1001" } as const;
const ofGroup = { scope: "customer-group", customerGroup: "CONTRACTOR" } as const;
const chosen = (agreements: PriceAgreement[], different: Partial<PriceInquiry> = {}) =>
  priceFor(inquiry(different), agreements, product);

describe("the price of a line", () => {
  it("is the customer's before the group's before the list's, even where it is dearer", () => {
    const [list, group, own] = [
      agreement("L"),
      agreement("G", { ...ofGroup, unitPrice: "2.00" }),
      agreement("C", { ...ofCustomer, unitPrice: "2.40" }),
    ];
    expect(chosen([list, group, own])).toMatchObject({
      priceAgreementId: "C",
      unitPrice: "2.4000",
      source: "customer",
    });
    expect(chosen([list, group])).toMatchObject({ priceAgreementId: "G", source: "customer-group" });
    expect(chosen([list, group], { customer: { customerNumber: "C-2" } })).toMatchObject({ priceAgreementId: "L" });
  });

  it("is that of the highest quantity break reached, compared in the agreement's unit", () => {
    const breaks = [
      agreement("1"),
      agreement("CASE", { unitOfMeasure: "CS", minimumQuantity: "2", unitPrice: "48.00" }),
    ];
    expect(chosen(breaks, { quantity: "47" })).toMatchObject({ priceAgreementId: "1" });
    expect(chosen(breaks, { quantity: "48" })).toMatchObject({ priceAgreementId: "CASE", unitPrice: "2.0000" });
    expect(chosen(breaks, { quantity: "2", unitOfMeasure: "CS" })).toMatchObject({ unitPrice: "48.0000" });
  });

  it("falls back to the group or the list where the customer's own break is not reached", () => {
    expect(chosen([agreement("L"), agreement("C", { ...ofCustomer, minimumQuantity: "100" })])).toMatchObject({
      priceAgreementId: "L",
    });
  });

  it("holds from its first day to its last, both included", () => {
    const own = agreement("C", { validFrom: "2026-03-01", validTo: "2026-03-31" });
    expect(chosen([own], { on: "2026-02-28" }).unitPrice).toBeNull();
    expect(chosen([own], { on: "2026-03-01" }).unitPrice).toBe("2.5000");
    expect(chosen([own], { on: "2026-03-31" }).unitPrice).toBe("2.5000");
    expect(chosen([own], { on: "2026-04-01" }).unitPrice).toBeNull();
  });

  it("is the one that began last where two are alike", () => {
    const old = agreement("OLD", { validFrom: "2025-01-01", unitPrice: "2.00" });
    const young = agreement("YOUNG", { validFrom: "2026-01-01", unitPrice: "2.20" });
    expect(chosen([young, old])).toMatchObject({ priceAgreementId: "YOUNG" });
  });

  it("is converted exactly and rounded once, half up, to four places", () => {
    const perCase = agreement("CASE", { unitOfMeasure: "CS", minimumQuantity: "0", unitPrice: "10.00" });
    expect(chosen([perCase])).toMatchObject({ unitPrice: "0.4167" });
    expect(amountOf("3", "0.4150")).toBe("1.25");
    expect(amountOf("1", "0.125")).toBe("0.13");
  });

  it("is none in another currency, and says so", () => {
    const answer = chosen([agreement("EUR", { currency: "EUR" })]);
    expect(answer).toEqual({
      unitPrice: null,
      explanation: "No price is known of PVC-90-050 for C-1001 in USD on 2026-03-01.",
    });
  });

  it("is explained in words a salesman would use", () => {
    const own = agreement("PA-7", {
      ...ofCustomer,
      unitOfMeasure: "CS",
      minimumQuantity: "2",
      unitPrice: "48.00",
      validFrom: "2026-01-01",
      validTo: "2026-12-31",
    });
    expect(chosen([own], { quantity: "48" }).explanation).toBe(
      "The customer price 48 per CS from 2 CS on, which is 2 per EA (PA-7, since 2026-01-01 until 2026-12-31).",
    );
  });
});

describe("what looks cheaper than the price taken", () => {
  const own = agreement("OWN", { ...ofCustomer, unitPrice: "2.40" });
  const explained = (others: PriceAgreement[], different: Partial<PriceInquiry> = {}) => {
    const choice = choosePrice(inquiry(different), [own, ...others], product);
    return passedOver(inquiry(different), choice, "2.4000");
  };

  it.each([
    [{ validTo: "2026-02-28" }, "expired", "The list price 2 per EA (X) ended on 2026-02-28."],
    [{ validFrom: "2026-03-02" }, "not-yet-in-force", "The list price 2 per EA (X) begins on 2026-03-02 only."],
    [
      { ...ofCustomer, minimumQuantity: "1", unitOfMeasure: "CS", unitPrice: "40.00" },
      "quantity-too-small",
      "The customer price 40 per CS (X) begins at 1 CS, and 10 EA are asked for.",
    ],
    [{ currency: "EUR" }, "other-currency", "The list price 2 per EA (X) is in EUR, not in USD."],
    [
      { unitOfMeasure: "BX" },
      "unit-not-sold",
      "The list price 2 per BX (X) is per BX, in which PVC-90-050 is not sold.",
    ],
    [
      {},
      "outranked",
      "The list price 2 per EA (X) stands behind the customer price, which goes first even where it is dearer.",
    ],
    [
      { ...ofCustomer, validFrom: "2024-01-01" },
      "outranked",
      "The customer price 2 per EA (X) stands behind one with a higher quantity break or a later start.",
    ],
  ] as const)("is told with why it does not hold: %o is %s", (different, because, explanation) => {
    expect(explained([agreement("X", { unitPrice: "2.00", ...different })])).toEqual([
      { priceAgreementId: "X", source: different && "scope" in different ? "customer" : "list", because, explanation },
    ]);
  });

  it("is three at most, the cheapest first, and nothing of what is dearer or somebody else's", () => {
    const others = [
      ...["2.30", "2.10", "2.20", "2.00"].map((unitPrice, index) => agreement(`L${index}`, { unitPrice })),
      agreement("DEARER", { unitPrice: "9.00" }),
      agreement("FOREIGN", { scope: "customer", customerNumber: "C-9", unitPrice: "0.10" }),
    ];
    expect(explained(others).map(({ priceAgreementId }) => priceAgreementId)).toEqual(["L3", "L1", "L2"]);
  });

  it("is told as well where there is no price at all", () => {
    const none = passedOver(inquiry(), choosePrice(inquiry(), [agreement("EUR", { currency: "EUR" })], product), null);
    expect(none).toMatchObject([{ priceAgreementId: "EUR", because: "other-currency" }]);
  });
});

const anyAgreement = fc
  .record({
    scope: fc.constantFrom("customer", "customer-group", "list"),
    unitOfMeasure: fc.constantFrom("EA", "CS", "BX"),
    minimumQuantity: fc.integer({ min: 0, max: 60 }).map(String),
    unitPrice: fc.integer({ min: 0, max: 9999 }).map((cents) => (cents / 100).toFixed(2)),
    validFrom: fc.constantFrom("2025-01-01", "2026-02-01", "2026-06-01"),
    currency: fc.constantFrom("USD", "EUR"),
    isOthers: fc.boolean(),
  })
  .map(({ isOthers, ...rest }) => ({
    ...rest,
    ...(isOthers
      ? { customerNumber: "C-9", customerGroup: "OEM" }
      : { customerNumber: "C-1001", customerGroup: "CONTRACTOR" }),
  }));
const anyAgreements = fc
  .array(anyAgreement, { maxLength: 12 })
  .map((list) => list.map((one, index) => agreement(`A${index}`, one)));

describe("for any agreements", () => {
  it("the order in which they were read changes nothing", () => {
    fc.assert(
      fc.property(
        anyAgreements,
        fc.integer({ min: 1, max: 200 }),
        fc.constantFrom("EA", "CS"),
        (agreements, quantity, unitOfMeasure) => {
          const asked = { quantity: String(quantity), unitOfMeasure };
          expect(chosen(agreements.toReversed(), asked)).toEqual(chosen(agreements, asked));
        },
      ),
    );
  });

  it("the one chosen is the best of those that concern the customer, are in force and reached", () => {
    const rank = { customer: 2, "customer-group": 1, list: 0 };
    const factor = new Map([
      ["EA", 1],
      ["CS", 24],
    ]);
    const breakOf = ({ minimumQuantity, unitOfMeasure }: PriceAgreement) =>
      Number(minimumQuantity) * (factor.get(unitOfMeasure) ?? Number.NaN);
    fc.assert(
      fc.property(anyAgreements, fc.integer({ min: 1, max: 200 }), (agreements, quantity) => {
        const eligible = agreements.filter(
          (one) =>
            one.currency === "USD" &&
            one.validFrom <= "2026-03-01" &&
            (one.scope === "list" || one.customerNumber === "C-1001") &&
            quantity >= breakOf(one),
        );
        const best = eligible.toSorted(
          (a, b) =>
            rank[b.scope] - rank[a.scope] ||
            breakOf(b) - breakOf(a) ||
            (a.validFrom < b.validFrom ? 1 : a.validFrom > b.validFrom ? -1 : 0),
        )[0];
        const answer = chosen(agreements, { quantity: String(quantity) });
        const winner = eligible.find(
          ({ priceAgreementId }) => answer.unitPrice !== null && priceAgreementId === answer.priceAgreementId,
        );
        expect(winner && { scope: winner.scope, reached: breakOf(winner), since: winner.validFrom }).toEqual(
          best && { scope: best.scope, reached: breakOf(best), since: best.validFrom },
        );
      }),
    );
  });

  it("the one chosen is the customer's to have, in force, in the currency and reached", () => {
    const inBase = new Map([
      ["EA", 1],
      ["CS", 24],
    ]);
    fc.assert(
      fc.property(
        anyAgreements,
        fc.integer({ min: 1, max: 200 }),
        fc.constantFrom("EA", "CS"),
        fc.constantFrom("USD", "EUR"),
        fc.constantFrom("2024-12-31", "2025-06-01", "2026-03-01", "2027-01-01"),
        (agreements, quantity, unitOfMeasure, currency, on) => {
          const answer = chosen(agreements, { quantity: String(quantity), unitOfMeasure, currency, on });
          if (answer.unitPrice === null) return;
          const one = agreements.find(({ priceAgreementId }) => priceAgreementId === answer.priceAgreementId);
          expect(one?.currency).toBe(currency);
          expect((one?.validFrom ?? "9") <= on).toBe(true);
          expect(one?.scope === "customer" ? one.customerNumber : "C-1001").toBe("C-1001");
          expect(one?.scope === "customer-group" ? one.customerGroup : "CONTRACTOR").toBe("CONTRACTOR");
          const reached = Number(one?.minimumQuantity) * (inBase.get(one?.unitOfMeasure ?? "") ?? NaN);
          expect(quantity * (inBase.get(unitOfMeasure) ?? NaN)).toBeGreaterThanOrEqual(reached);
        },
      ),
    );
  });

  it("more never costs more a piece than less, on a list whose breaks fall", () => {
    const steps = fc.array(fc.record({ more: fc.integer({ min: 1, max: 40 }), off: fc.integer({ min: 0, max: 50 }) }), {
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 400 }), fc.integer({ min: 0, max: 400 }), (falls, few, more) => {
        let [from, cents] = [0, 1_000];
        const list = falls.map((step, index) => {
          [from, cents] = [from + step.more, cents - step.off];
          const minimumQuantity = index === 0 ? "1" : String(from);
          return agreement(`B${index}`, { minimumQuantity, unitPrice: (cents / 100).toFixed(2) });
        });
        const priceOf = (quantity: number) => Number(chosen(list, { quantity: String(quantity) }).unitPrice);
        return priceOf(few + more) <= priceOf(few);
      }),
    );
  });
});
