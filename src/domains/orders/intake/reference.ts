import type { Customer, PriceAgreement, Product, SalesOrderDraft } from "#contracts";
import type { Queryable } from "#platform";
import { findCustomers } from "../../customers/find-customers.ts";
import { findPrices } from "../../pricing/find-prices.ts";
import { findProducts } from "../../products/find-products.ts";

/** What drafts are judged by: read once for a whole list. */
export interface Reference {
  customer(customerNumber: string): Customer | undefined;
  product(sku: string): Product | undefined;
  agreements(sku: string): readonly PriceAgreement[];
}

/** Nothing is locked: what may change under our hands, credit and stock, is not among it. */
export async function readReference(database: Queryable, drafts: readonly SalesOrderDraft[]): Promise<Reference> {
  const customerNumbers = [...new Set(drafts.map(({ customerNumber }) => customerNumber))];
  const skus = [...new Set(drafts.flatMap(({ lines }) => lines.map(({ sku }) => sku)))];
  const customers = await findCustomers(database, customerNumbers);
  const customerGroups = [...new Set([...customers.values()].flatMap(({ customer }) => customer.customerGroup ?? []))];
  const products = await findProducts(database, skus);
  const prices = await findPrices(database, { skus, customerNumbers, customerGroups });
  const agreements = new Map([...prices].map(([sku, known]) => [sku, known.map(({ agreement }) => agreement)]));
  return {
    customer: (customerNumber) => customers.get(customerNumber)?.customer,
    product: (sku) => products.get(sku)?.product,
    agreements: (sku) => agreements.get(sku) ?? [],
  };
}
