import type { Product } from "#contracts";
import type { Clock, Database, Queryable } from "#platform";
import { readBranches, type Branch } from "../branches/branches.ts";
import { oneAtATime } from "../changes/one-at-a-time.ts";
import { endOfChanges } from "../changes/read-changes.ts";
import { readReferenceChanges, type ReferenceEntity } from "../changes/reference-changes.ts";
import { findAccounts, readAccountPage, type KnownAccount } from "../customers/find-accounts.ts";
import { readFeeds, type Feed } from "../feeds.ts";
import type { Reference, ReferenceSource } from "../orders/intake/reference.ts";
import {
  findAgreements,
  findAgreementsOf,
  readAllAgreements,
  type AgreementOnFile,
} from "../pricing/read-agreements.ts";
import { findProducts, readProductPage, type KnownProduct } from "../products/find-products.ts";
import { createPriceShelves, type PriceShelves } from "./price-shelves.ts";

/** Items, accounts, price agreements and branches in memory: what orders are judged by and storefronts are answered from. */
export interface ReferenceBook extends Reference, ReferenceSource {
  /** Reads everything. Before that the book knows nothing, and looks everything up. */
  load(): Promise<void>;
  /** Reads what changed until now, by whomever. Where it went wrong the book stays as it was, and grows older. */
  refresh(): Promise<void>;
  /** Looks up what the book does not know, once; what the database does not know either stays unknown. */
  lookUp(database: Queryable, asked: { skus: readonly string[]; customerNumbers: readonly string[] }): Promise<void>;
  knownProduct(sku: string): KnownProduct | undefined;
  knownAccount(customerNumber: string): KnownAccount | undefined;
  agreementOnFile(priceAgreementId: string): AgreementOnFile | undefined;
  /** Where the reading of each entity from its system stands. */
  feeds(): readonly Feed[];
  /** When the book last agreed with the database; null: never. */
  readAt(): Date | null;
  size(): { readonly products: number; readonly accounts: number; readonly agreements: number };
}

interface Contents {
  readonly products: Map<string, KnownProduct>;
  readonly accounts: Map<string, KnownAccount>;
  readonly prices: PriceShelves;
}

const emptyContents = (): Contents => ({ products: new Map(), accounts: new Map(), prices: createPriceShelves() });

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

async function readContents(database: Queryable): Promise<Contents> {
  const { products, accounts, prices } = emptyContents();
  await Promise.all([
    eachPage(
      (after) => readProductPage(database, after, PAGE),
      ({ product }) => product.sku,
      (known) => products.set(known.product.sku, known),
    ),
    eachPage(
      (after) => readAccountPage(database, after, PAGE),
      ({ account }) => account.customerNumber,
      (known) => accounts.set(known.account.customerNumber, known),
    ),
    readAllAgreements(database, (files) => files.forEach(prices.put)),
  ]);
  return { products, accounts, prices };
}

/** How the keys of an entity are read anew. What is no longer there is let go. */
type Reread = (database: Queryable, contents: Contents, keys: readonly string[]) => Promise<void>;

const rereadProducts: Reread = async (database, { products }, keys) => {
  const found = await findProducts(database, keys);
  for (const sku of keys) {
    const known = found.get(sku);
    if (known) products.set(sku, known);
    else products.delete(sku);
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

function* inParts(keys: ReadonlySet<string>): Generator<readonly string[]> {
  const all = [...keys];
  for (let from = 0; from < all.length; from += KEYS_AT_ONCE) yield all.slice(from, from + KEYS_AT_ONCE);
}

export function createReferenceBook({ database, clock }: { database: Database; clock: Clock }): ReferenceBook {
  let contents = emptyContents();
  let branches: readonly Branch[] = [];
  let feeds: readonly Feed[] = [];
  let cursor: string | null = null;
  let readAt: Date | null = null;

  async function load(): Promise<void> {
    const from = clock.now();
    const end = await endOfChanges(database);
    const [read, readBranchList, readFeedList] = await Promise.all([
      readContents(database),
      readBranches(database),
      readFeeds(database),
    ]);
    [contents, branches, feeds, cursor, readAt] = [read, readBranchList, readFeedList, end, from];
  }

  async function reread(entity: ReferenceEntity, keys: ReadonlySet<string>): Promise<void> {
    if (entity === "branch") branches = await readBranches(database);
    else if (entity === "feed") feeds = await readFeeds(database);
    else {
      const again = { product: rereadProducts, customer: rereadAccounts, price: rereadPrices }[entity];
      for (const part of inParts(keys)) await again(database, contents, part);
    }
  }

  async function readOn(): Promise<void> {
    if (cursor === null) return load();
    for (let isFull = true; isFull;) {
      const from = clock.now();
      const changes = await readReferenceChanges(database, cursor);
      if (changes.hasGap) return load();
      for (const [entity, keys] of changes.keys) await reread(entity, keys);
      ({ cursor, isFull } = changes);
      if (!isFull) readAt = from;
    }
  }

  const knownProduct = (sku: string) => contents.products.get(sku);
  const knownAccount = (customerNumber: string) => contents.accounts.get(customerNumber);
  const reference: Reference = {
    customer: (customerNumber) => knownAccount(customerNumber)?.account,
    product: (sku): Product | undefined => knownProduct(sku)?.product,
    agreements: (sku, customer) => contents.prices.agreements(sku, customer),
    branches: () => branches,
  };

  async function lookUp(
    by: Queryable,
    { skus, customerNumbers }: { skus: readonly string[]; customerNumbers: readonly string[] },
  ): Promise<void> {
    const { products, accounts, prices } = contents;
    const items = [...new Set(skus.filter((sku) => !products.has(sku)))];
    const unpriced = [...new Set(skus.filter((sku) => !prices.has(sku)))];
    const customers = [...new Set(customerNumbers.filter((customerNumber) => !accounts.has(customerNumber)))];
    if (items.length > 0) for (const [sku, known] of await findProducts(by, items)) products.set(sku, known);
    if (unpriced.length > 0) for (const file of await findAgreementsOf(by, unpriced)) prices.put(file);
    if (customers.length > 0) {
      for (const known of await findAccounts(by, customers)) accounts.set(known.account.customerNumber, known);
    }
    if (branches.length === 0) branches = await readBranches(by);
  }

  return {
    ...reference,
    load: oneAtATime(load),
    refresh: oneAtATime(readOn),
    lookUp,
    async forDrafts(by, drafts) {
      const skus = drafts.flatMap(({ lines }) => lines.map(({ sku }) => sku));
      await lookUp(by, { skus, customerNumbers: drafts.map(({ customerNumber }) => customerNumber) });
      return reference;
    },
    knownProduct,
    knownAccount,
    agreementOnFile: (priceAgreementId) => contents.prices.onFile(priceAgreementId),
    feeds: () => feeds,
    readAt: () => readAt,
    size: () => ({
      products: contents.products.size,
      accounts: contents.accounts.size,
      agreements: contents.prices.size(),
    }),
  };
}
