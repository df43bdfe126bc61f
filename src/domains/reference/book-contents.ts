import type { Queryable } from "#platform";
import { findAccounts, readAccountPage, type KnownAccount } from "../customers/find-accounts.ts";
import { createPriceLadders, type PriceLadders } from "../pricing/price-ladders.ts";
import { findAgreements, findAgreementsOf, readAllAgreements } from "../pricing/read-agreements.ts";
import { findProducts, readProductPage, type KnownProduct } from "../products/find-products.ts";

/** What the book says, by key. */
export interface Contents {
  readonly products: Map<string, KnownProduct>;
  readonly accounts: Map<string, KnownAccount>;
  readonly prices: PriceLadders;
}

export const emptyContents = (): Contents => ({
  products: new Map(),
  accounts: new Map(),
  prices: createPriceLadders(),
});

/** An item becomes known, and with it how prices of it are reckoned. */
function learnProduct({ products, prices }: Contents, known: KnownProduct): void {
  products.set(known.product.sku, known);
  prices.sell(known.product);
}

const PAGE = 10_000;
const KEYS_AT_ONCE = 5_000;

async function eachPage<Thing>(
  read: (after: string) => Promise<readonly Thing[]>,
  keyOf: (thing: Thing) => string,
  take: (thing: Thing) => void,
): Promise<void> {
  for (let coming: Promise<readonly Thing[]> | null = read(""); coming;) {
    const page: readonly Thing[] = await coming;
    const last = page.at(-1);
    // The database reads the next one while we take this one in.
    coming = last === undefined || page.length < PAGE ? null : read(keyOf(last));
    for (const thing of page) take(thing);
  }
}

export async function readContents(database: Queryable): Promise<Contents> {
  const contents = emptyContents();
  const { accounts, prices } = contents;
  await Promise.all([
    eachPage(
      (after) => readProductPage(database, after, PAGE),
      ({ product }) => product.sku,
      (known) => learnProduct(contents, known),
    ),
    eachPage(
      (after) => readAccountPage(database, after, PAGE),
      ({ account }) => account.customerNumber,
      (known) => accounts.set(known.account.customerNumber, known),
    ),
    readAllAgreements(database, (files) => files.forEach(prices.put)),
  ]);
  return contents;
}

/** How the keys of an entity are read anew. What is no longer there is let go. */
type Reread = (database: Queryable, contents: Contents, keys: readonly string[]) => Promise<void>;

const rereadProducts: Reread = async (database, contents, keys) => {
  const found = await findProducts(database, keys);
  for (const sku of keys) {
    const known = found.get(sku);
    if (known) learnProduct(contents, known);
    else {
      contents.products.delete(sku);
      contents.prices.withdraw(sku);
    }
  }
};
const rereadAccounts: Reread = async (database, { accounts }, keys) => {
  const found = new Map((await findAccounts(database, keys)).map((known) => [known.account.customerNumber, known]));
  for (const customerNumber of keys) {
    const known = found.get(customerNumber);
    if (known) accounts.set(customerNumber, known);
    else accounts.delete(customerNumber);
  }
};
const rereadPrices: Reread = async (database, { prices }, keys) => {
  const found = new Map((await findAgreements(database, keys)).map((file) => [file.agreement.priceAgreementId, file]));
  for (const priceAgreementId of keys) {
    const file = found.get(priceAgreementId);
    if (file) prices.put(file);
    else prices.remove(priceAgreementId);
  }
};

const rereads = { product: rereadProducts, customer: rereadAccounts, price: rereadPrices };

/** Reads some things anew, in parts: a feed may have touched all there are. */
export async function rereadContents(
  database: Queryable,
  contents: Contents,
  entity: keyof typeof rereads,
  keys: ReadonlySet<string>,
): Promise<void> {
  const all = [...keys];
  for (let from = 0; from < all.length; from += KEYS_AT_ONCE)
    await rereads[entity](database, contents, all.slice(from, from + KEYS_AT_ONCE));
}

export interface Asked {
  readonly skus: readonly string[];
  readonly customerNumbers: readonly string[];
}

const missing = (asked: readonly string[], isKnown: (key: string) => boolean): readonly string[] => [
  ...new Set(asked.filter((key) => !isKnown(key))),
];

/** Looks up what is asked for and not known. Nothing is read where all is known, which is nearly always. */
export async function lookUpMissing(
  database: Queryable,
  contents: Contents,
  { skus, customerNumbers }: Asked,
): Promise<void> {
  const { products, accounts, prices } = contents;
  const items = missing(skus, (sku) => products.has(sku));
  const unpriced = missing(skus, prices.has);
  const customers = missing(customerNumbers, (customerNumber) => accounts.has(customerNumber));
  if (items.length > 0)
    for (const known of (await findProducts(database, items)).values()) learnProduct(contents, known);
  if (unpriced.length > 0) for (const file of await findAgreementsOf(database, unpriced)) prices.put(file);
  if (customers.length === 0) return;
  for (const known of await findAccounts(database, customers)) accounts.set(known.account.customerNumber, known);
}
