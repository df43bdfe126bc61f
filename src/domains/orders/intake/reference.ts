import type { Product, SalesOrderDraft } from "#contracts";
import type { Queryable } from "#platform";
import { readBranches, type Branch } from "../../branches/branches.ts";
import type { Account } from "../../customers/find-accounts.ts";
import { findCustomers } from "../../customers/find-customers.ts";
import { findPrices } from "../../pricing/find-prices.ts";
import { priceFor, type NoPrice, type Price } from "../../pricing/price-for.ts";
import type { PriceInquiry } from "../../pricing/standing.ts";
import { relatedSkus } from "../../products/kits.ts";
import { findProducts } from "../../products/find-products.ts";

/** What drafts are judged by. Credit and stock are not among it: they are decided under locks. */
export interface Reference {
  customer(customerNumber: string): Account | undefined;
  product(sku: string): Product | undefined;
  /** Our price for what is ordered, with why; `product` is the item as this reference knows it. */
  price(inquiry: PriceInquiry, product: Product): Price | NoPrice;
  /** The branch we would rather ship from comes first. */
  branches(): readonly Branch[];
}

/** Where a list's reference comes from: a book kept in memory, or the database. */
export interface ReferenceSource {
  /** Whatever the drafts name and anybody knows, is known to the answer. */
  forDrafts(database: Queryable, drafts: readonly SalesOrderDraft[]): Promise<Reference>;
}

/** Read for each list anew. Nothing is locked: what may change under our hands is not among it. */
export const referenceInDatabase: ReferenceSource = { forDrafts: readReference };

/** The items, and what they are made of or may be replaced by. */
async function findWithRelated(database: Queryable, skus: readonly string[]): ReturnType<typeof findProducts> {
  const products = await findProducts(database, skus);
  const related = [...products.values()].flatMap(({ product }) => relatedSkus(product));
  const unknown = [...new Set(related)].filter((sku) => !products.has(sku));
  return unknown.length === 0 ? products : new Map([...products, ...(await findProducts(database, unknown))]);
}

async function readReference(database: Queryable, drafts: readonly SalesOrderDraft[]): Promise<Reference> {
  const customerNumbers = [...new Set(drafts.map(({ customerNumber }) => customerNumber))];
  const skus = [...new Set(drafts.flatMap(({ lines }) => lines.map(({ sku }) => sku)))];
  const customers = await findCustomers(database, customerNumbers);
  const customerGroups = [...new Set([...customers.values()].flatMap(({ customer }) => customer.customerGroup ?? []))];
  const products = await findWithRelated(database, skus);
  const prices = await findPrices(database, { skus: [...products.keys()], customerNumbers, customerGroups });
  const branches = await readBranches(database);
  const agreements = new Map([...prices].map(([sku, known]) => [sku, known.map(({ agreement }) => agreement)]));
  return {
    customer: (customerNumber) => customers.get(customerNumber)?.customer,
    product: (sku) => products.get(sku)?.product,
    price: (inquiry, product) => priceFor(inquiry, agreements.get(inquiry.sku) ?? [], product),
    branches: () => branches,
  };
}
