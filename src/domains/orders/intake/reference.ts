import type { Customer, PriceAgreement, Product, SalesOrderDraft } from "#contracts";
import type { Queryable } from "#platform";
import { lockCustomers } from "../../customers/find-customers.ts";
import { findPrices } from "../../pricing/find-prices.ts";
import { findProducts } from "../../products/find-products.ts";

/** What drafts are judged by: read once for a whole list. */
export interface Reference {
  customer(customerNumber: string): Customer | undefined;
  product(sku: string): Product | undefined;
  agreements(sku: string): readonly PriceAgreement[];
  /** What the hub accepted of the customer and the ERP does not know yet. Locked until the transaction ends. */
  hubExposure(customerNumber: string): string;
}

/** Locks the customers' credits, so that what is decided by them stays true until it is written. */
export async function lockReference(tx: Queryable, drafts: readonly SalesOrderDraft[]): Promise<Reference> {
  const customerNumbers = [...new Set(drafts.map(({ customerNumber }) => customerNumber))];
  const skus = [...new Set(drafts.flatMap(({ lines }) => lines.map(({ sku }) => sku)))];
  const customers = await lockCustomers(tx, customerNumbers);
  const customerGroups = [...new Set([...customers.values()].flatMap(({ customer }) => customer.customerGroup ?? []))];
  const products = await findProducts(tx, skus);
  const prices = await findPrices(tx, { skus, customerNumbers, customerGroups });
  const agreements = new Map([...prices].map(([sku, known]) => [sku, known.map(({ agreement }) => agreement)]));
  return {
    customer: (customerNumber) => customers.get(customerNumber)?.customer,
    product: (sku) => products.get(sku)?.product,
    agreements: (sku) => agreements.get(sku) ?? [],
    hubExposure: (customerNumber) => customers.get(customerNumber)?.hubExposure ?? "0",
  };
}
