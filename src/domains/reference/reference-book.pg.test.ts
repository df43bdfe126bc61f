import type { Customer, PriceAgreement, Product } from "#contracts";
import { sampleCustomer, sampleDraft, samplePrice, sampleProduct, testDatabase, tradingPost } from "#testing";
import { describe, expect, it } from "vitest";
import { purgeChanges } from "../changes/purge-changes.ts";
import { advanceFeed } from "../feeds.ts";
import { createReferenceBook } from "./reference-book.ts";

const database = await testDatabase();
const post = tradingPost(database);
const customer = { customerNumber: "C-1001", customerGroup: "OEM" };
const list = samplePrice({ priceAgreementId: "list" });
const own = samplePrice({ priceAgreementId: "own", scope: "customer", customerNumber: "C-1001", unitPrice: "2.10" });
const group = samplePrice({ priceAgreementId: "group", scope: "customer-group", customerGroup: "OEM" });
const foreign = samplePrice({ priceAgreementId: "foreign", scope: "customer", customerNumber: "C-2" });
const tell = (news: { customers?: Customer[]; products?: Product[]; prices?: PriceAgreement[] }) => post.stock(news);
await tell({ customers: [sampleCustomer()], products: [sampleProduct()], prices: [list, own, group, foreign] });
const book = createReferenceBook({ database, clock: post.clock });
const sku = "PVC-90-050";
const idsOf = (agreements: readonly PriceAgreement[]) =>
  agreements.map(({ priceAgreementId }) => priceAgreementId).toSorted();

describe("the reference book", () => {
  it("knows after loading what the database knows, each customer's own prices, his group's and the list's", async () => {
    await book.load();
    const { creditLimit: _limit, openBalance: _balance, ...account } = sampleCustomer();
    expect(book.customer("C-1001")).toEqual(account);
    expect(book.product(sku)).toEqual(sampleProduct());
    expect(book.agreements(sku, customer)).toEqual([own, group, list]);
    expect(idsOf(book.agreements(sku, { customerNumber: "C-2" }))).toEqual(["foreign", "list"]);
    expect(book.branches().map(({ branch }) => branch)).toEqual(["ATL", "DFW", "ORD"]);
    expect(book.agreementOnFile("own")).toMatchObject({ source: "erp", syncedAt: post.clock.now() });
  });

  it("learns what any writer changes, takes away or moves to another item, and leaves the rest alone", async () => {
    const before = book.knownAccount("C-1001");
    const later = "2026-02-01T00:00:00.000Z";
    await tell({
      products: [sampleProduct({ description: "Renamed", updatedAt: later })],
      prices: [
        { ...own, unitPrice: "1.99", updatedAt: later },
        { ...group, sku: "TEE", updatedAt: later },
      ],
    });
    await database.query("delete from price_agreements where price_agreement_id = 'foreign'");
    expect(book.product(sku)?.description).not.toBe("Renamed");
    await book.refresh();
    expect(book.product(sku)?.description).toBe("Renamed");
    expect(book.agreements(sku, customer)).toEqual([{ ...own, unitPrice: "1.99", updatedAt: later }, list]);
    expect(idsOf(book.agreements("TEE", customer))).toEqual(["group"]);
    expect(idsOf(book.agreements(sku, { customerNumber: "C-2" }))).toEqual(["list"]);
    expect(book.knownAccount("C-1001")).toBe(before);
  });

  it("is refreshed for everybody who asked, and knows what was committed before he did", async () => {
    await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        await tell({ products: [sampleProduct({ sku: `P-${index}` })] });
        await book.refresh();
        expect(book.product(`P-${index}`)).toBeDefined();
      }),
    );
  });

  it("says how old each entity is, and how old itself", async () => {
    const now = post.clock.now();
    const progress = { system: "erp", entity: "prices", cursor: "7", received: 1, changed: 1 };
    await database.transaction((tx) => advanceFeed(tx, progress, now));
    await book.refresh();
    expect(book.feeds()).toMatchObject([{ entity: "prices", readAt: now }]);
    await post.clock.advance(5_000);
    expect(book.readAt()).toEqual(now);
    await book.refresh();
    expect(book.readAt()).toEqual(post.clock.now());
  });

  it("looks up once what it does not know before an order is refused for it", async () => {
    const intake = post.newIntakeBy({ reference: book });
    await tell({
      customers: [sampleCustomer({ customerNumber: "C-NEW", creditLimit: "1000" })],
      products: [sampleProduct({ sku: "NEW" })],
      prices: [samplePrice({ sku: "NEW" })],
    });
    const line = { lineNumber: 1, sku: "NEW", quantity: "1", unitOfMeasure: "EA" };
    const submit = (channelOrderNumber: string, different: Parameters<typeof sampleDraft>[0]) =>
      intake.submit([
        { draft: sampleDraft({ channelOrderNumber, ...different }), idempotencyKey: `key-${channelOrderNumber}` },
      ]);
    expect(await submit("N-1", { customerNumber: "C-NEW", lines: [line] })).toMatchObject([
      { outcome: "accepted", salesOrder: { merchandiseAmount: "2.50" } },
    ]);
    expect(await submit("N-2", { lines: [{ ...line, sku: "NEVER" }] })).toMatchObject([
      { outcome: "rejected", faults: [{ path: "/lines/0/sku", found: "NEVER" }] },
    ]);
  });

  it("reads everything anew where changes were purged before it saw them", async () => {
    await tell({ products: [sampleProduct({ sku: "PURGED" })] });
    await purgeChanges(database, "reference_changes", new Date(Date.now() + 1_000));
    await book.refresh();
    expect(book.product("PURGED")).toBeDefined();
  });
});
