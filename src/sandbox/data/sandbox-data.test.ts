import { Customer, PriceAgreement, Product } from "#contracts";
import { Compile } from "typebox/compile";
import { describe, expect, it } from "vitest";
import { sandboxData } from "./sandbox-data.ts";
import { soldOut } from "./stock.ts";

const data = sandboxData({ seed: 7, openedOn: "2026-11-23" });

describe("the sandbox's reference data", () => {
  it("is as big as a small distributor's", () => {
    expect(data.products.length).toBeGreaterThan(380);
    expect(data.customers).toHaveLength(40);
    expect(data.priceAgreements.length).toBeGreaterThan(1_300);
    const stocked = data.products.filter(({ kitComponents }) => kitComponents === undefined);
    expect(data.stock).toHaveLength(stocked.length * 4);
    expect(new Set(data.products.map(({ sku }) => sku)).size).toBe(data.products.length);
  });

  it("fits the canonical documents", () => {
    const faults = [
      ...data.products.flatMap((product) => [...Compile(Product).Errors(product)]),
      ...data.customers.flatMap((customer) => [...Compile(Customer).Errors(customer)]),
      ...data.priceAgreements.flatMap((agreement) => [...Compile(PriceAgreement).Errors(agreement)]),
    ];
    expect(faults).toEqual([]);
  });

  it("has every case a distributor worries about", () => {
    const bySku = new Map(data.products.map((product) => [product.sku, product]));
    const discontinued = data.products.filter(({ status }) => status === "discontinued");
    expect(discontinued.length).toBeGreaterThan(3);
    for (const { supersededBy } of discontinued) expect(bySku.get(supersededBy ?? "")?.status).toBe("active");
    for (const { sku } of discontinued)
      expect(data.stock.filter((level) => level.sku === sku && level.onHand !== "0")).toHaveLength(1);
    const kits = data.products.flatMap(({ kitComponents }) => kitComponents ?? []);
    expect(kits.length).toBeGreaterThan(5);
    const offered = data.products.flatMap(({ substitutes }) => substitutes ?? []);
    for (const sku of [...kits.map((part) => part.sku), ...offered]) expect(bySku.get(sku)?.status).toBe("active");
    expect(data.products.filter(({ hazardous }) => hazardous).length).toBeGreaterThan(5);
    expect(data.customers.filter(({ status }) => status === "blocked")).toHaveLength(1);
    expect(data.customers.filter(({ status }) => status === "inactive")).toHaveLength(1);
    expect(
      data.customers.some(({ openBalance, creditLimit }) => Number(openBalance) > Number(creditLimit) * 0.99),
    ).toBe(true);
    expect(data.customers.filter(({ taxExemptions }) => taxExemptions.length > 0).length).toBeGreaterThan(5);
    for (const sku of soldOut) {
      const levels = data.stock.filter((level) => level.sku === sku);
      expect(levels.map(({ onHand, inbound }) => [onHand, inbound.length])).toEqual(levels.map(() => ["0", 1]));
    }
  });

  it("is the same again for the same seed, and another for another", () => {
    expect(sandboxData({ seed: 7, openedOn: "2026-11-23" })).toEqual(data);
    expect(sandboxData({ seed: 8, openedOn: "2026-11-23" })).not.toEqual(data);
  });
});
