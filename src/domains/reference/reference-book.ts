import type { PriceAgreement, Product } from "#contracts";
import type { Clock, Database, Queryable } from "#platform";
import { readBranches, type Branch } from "../branches/branches.ts";
import { oneAtATime } from "../changes/one-at-a-time.ts";
import { endOfChanges } from "../changes/read-changes.ts";
import { readReferenceChanges, type ReferenceEntity } from "../changes/reference-changes.ts";
import type { KnownAccount } from "../customers/find-accounts.ts";
import { readFeeds, type Feed } from "../feeds.ts";
import type { Reference, ReferenceSource } from "../orders/intake/reference.ts";
import type { PricedCustomer, PriceLadders } from "../pricing/price-ladders.ts";
import type { AgreementOnFile } from "../pricing/read-agreements.ts";
import type { KnownProduct } from "../products/find-products.ts";
import { relatedSkus } from "../products/kits.ts";
import { emptyContents, lookUpMissing, readContents, rereadContents, type Asked } from "./book-contents.ts";

/** Items, accounts, price agreements and branches in memory: what orders are judged by and storefronts are answered from. */
export interface ReferenceBook extends Reference, ReferenceSource {
  /** Reads everything. Before that the book knows nothing, and looks everything up. */
  load(): Promise<void>;
  /** Reads what changed until now, by whomever. Where it went wrong the book stays as it was, and grows older. */
  refresh(): Promise<void>;
  /** Looks up what the book does not know, once; what the database does not know either stays unknown. */
  lookUp(database: Queryable, asked: Asked): Promise<void>;
  knownProduct(sku: string): KnownProduct | undefined;
  knownAccount(customerNumber: string): KnownAccount | undefined;
  /** The prices as they are now; those of a moment ago stay as they were where everything was read anew. */
  prices(): Pick<
    PriceLadders,
    "itemsAt" | "unitAt" | "asker" | "climb" | "found" | "wayToSell" | "soldAs" | "product" | "stamp" | "word"
  >;
  /** What concerns this customer of an item: his own agreements, his group's, and the list's, whenever in force. */
  agreements(sku: string, customer: PricedCustomer): readonly PriceAgreement[];
  agreementOnFile(priceAgreementId: string): AgreementOnFile | undefined;
  /** Where the reading of each entity from its system stands. */
  feeds(): readonly Feed[];
  /** Grows with every change of what the book says of items, accounts, prices and branches. */
  version(): number;
  /** When the book last agreed with the database; null: never. */
  readAt(): Date | null;
  size(): { readonly products: number; readonly accounts: number; readonly agreements: number };
}

export function createReferenceBook({ database, clock }: { database: Database; clock: Clock }): ReferenceBook {
  let contents = emptyContents();
  let branches: readonly Branch[] = [];
  let feeds: readonly Feed[] = [];
  let version = 0;
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
    version += 1;
  }

  async function reread(entity: ReferenceEntity, keys: ReadonlySet<string>): Promise<void> {
    if (entity === "feed") {
      feeds = await readFeeds(database);
      return;
    }
    if (entity === "branch") branches = await readBranches(database);
    else await rereadContents(database, contents, entity, keys);
    version += 1;
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
    price: (inquiry, product) => contents.prices.price(inquiry, product),
    branches: () => branches,
  };

  async function lookUp(by: Queryable, asked: Asked): Promise<void> {
    await lookUpMissing(by, contents, asked);
    const related = asked.skus.flatMap((sku) => relatedSkus(knownProduct(sku)?.product));
    if (related.length > 0) await lookUpMissing(by, contents, { skus: related, customerNumbers: [] });
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
    prices: () => contents.prices,
    agreements: (sku, customer) => contents.prices.agreements(sku, customer),
    agreementOnFile: (priceAgreementId) => contents.prices.onFile(priceAgreementId),
    feeds: () => feeds,
    version: () => version,
    readAt: () => readAt,
    size: () => ({
      products: contents.products.size,
      accounts: contents.accounts.size,
      agreements: contents.prices.size(),
    }),
  };
}
