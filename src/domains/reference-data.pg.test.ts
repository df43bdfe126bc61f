import { sampleCustomer, samplePrice, sampleProduct, testDatabase, tradingPost } from "#testing";
import { beforeEach, describe, expect, it } from "vitest";
import { checkBooks } from "./books.ts";
import { applyCustomers } from "./customers/apply-customers.ts";
import { findCustomers } from "./customers/find-customers.ts";
import { advanceFeed, readFeed, recordFeedFailure } from "./feeds.ts";
import { applyStock, type StockLevel } from "./inventory/apply-stock.ts";
import { findPositions } from "./inventory/find-positions.ts";
import { applyPrices } from "./pricing/apply-prices.ts";
import { findPrices } from "./pricing/find-prices.ts";
import { applyProducts } from "./products/apply-products.ts";
import { findProducts } from "./products/find-products.ts";

const database = await testDatabase();
const post = tradingPost(database);
const now = new Date("2026-01-05T09:00:00Z");
const context = { source: "erp", now };
const later = "2026-01-02T00:00:00.000Z";
const earlier = "2025-12-31T00:00:00.000Z";

describe("customers", () => {
  const apply = (...documents: Parameters<typeof applyCustomers>[1]) =>
    database.transaction((tx) => applyCustomers(tx, documents, context));

  it("are kept as they came, with their age", async () => {
    const customer = sampleCustomer({ creditLimit: "5000.00", openBalance: "-12.50", customerGroup: "OEM" });
    expect(await apply(customer)).toMatchObject({
      received: 1,
      changed: 1,
      dropped: 0,
      events: [{ type: "customer.changed.v1", subject: "C-1001" }],
    });
    expect((await findCustomers(database, ["C-1001", "C-0"])).get("C-1001")).toEqual({
      customer,
      hubExposure: "0",
      syncedAt: now,
      creditSyncedAt: now,
    });
  });

  it("make news only where something is different", async () => {
    const customer = sampleCustomer({ customerNumber: "C-2" });
    await apply(customer);
    expect(await apply({ ...customer, updatedAt: later })).toMatchObject({ changed: 0, dropped: 0, events: [] });
    expect(await apply({ ...customer, updatedAt: later, openBalance: "10" })).toMatchObject({ changed: 1 });
    expect(await apply({ ...customer, updatedAt: later, name: "Renamed" })).toMatchObject({ changed: 1 });
  });

  it("are not set back by late news, and the newest of a page wins", async () => {
    const young = sampleCustomer({ customerNumber: "C-3", name: "Young", openBalance: "5", updatedAt: later });
    const old = sampleCustomer({ customerNumber: "C-3", name: "Old", openBalance: "1", updatedAt: earlier });
    expect(await apply(young, old)).toMatchObject({ received: 2, changed: 1, dropped: 1 });
    expect(await apply(old)).toMatchObject({ changed: 0, dropped: 1, events: [] });
    expect((await findCustomers(database, ["C-3"])).get("C-3")?.customer).toMatchObject({
      name: "Young",
      openBalance: "5",
    });
  });
});

describe("products and prices", () => {
  it("are kept as they came, and make news only where something is different", async () => {
    const product = sampleProduct({ minimumOrderQuantity: "6", lengthIn: "2.5", taxCode: "PP" });
    const price = samplePrice({ validTo: "2026-12-31" });
    const apply = () =>
      database.transaction(async (tx) => [
        await applyProducts(tx, [product], context),
        await applyPrices(tx, [price], context),
      ]);
    expect(await apply()).toMatchObject([
      { changed: 1, events: [{ type: "product.changed.v1" }] },
      { changed: 1, events: [{ type: "price-agreement.changed.v1" }] },
    ]);
    expect(await apply()).toMatchObject([{ changed: 0 }, { changed: 0 }]);
    expect((await findProducts(database, [product.sku])).get(product.sku)).toEqual({ product, syncedAt: now });
    const question = { skus: [product.sku], customerNumbers: [], customerGroups: [] };
    expect((await findPrices(database, question)).get(product.sku)).toEqual([{ agreement: price, syncedAt: now }]);
  });

  it("are read for the customers asked about only, list prices always", async () => {
    const others = [
      samplePrice({ sku: "TEE", priceAgreementId: "list" }),
      samplePrice({ sku: "TEE", priceAgreementId: "own", scope: "customer", customerNumber: "C-1" }),
      samplePrice({ sku: "TEE", priceAgreementId: "group", scope: "customer-group", customerGroup: "OEM" }),
      samplePrice({ sku: "TEE", priceAgreementId: "foreign", scope: "customer", customerNumber: "C-2" }),
    ];
    await database.transaction((tx) => applyPrices(tx, others, context));
    const found = await findPrices(database, { skus: ["TEE"], customerNumbers: ["C-1"], customerGroups: ["OEM"] });
    expect(
      found
        .get("TEE")
        ?.map(({ agreement }) => agreement.priceAgreementId)
        .toSorted(),
    ).toEqual(["group", "list", "own"]);
  });
});

describe("stock", () => {
  const level = (different: Partial<StockLevel> = {}): StockLevel => ({
    sku: "VALVE",
    branch: "ATL",
    onHand: "10",
    safetyStock: "2",
    inbound: [{ expectedOn: "2026-02-01", quantity: "5" }],
    sequence: "10",
    asOf: "2026-01-05T08:00:00.000Z",
    ...different,
  });
  const apply = (...levels: StockLevel[]) => database.transaction((tx) => applyStock(tx, levels, context));
  beforeEach(async () => {
    await database.query("delete from inventory_positions");
    await apply(level());
  });

  it("is promised down to the safety stock, and never below nothing", async () => {
    expect((await findPositions(database, ["VALVE"])).get("VALVE")).toMatchObject([
      { onHand: "10", availableToPromise: "8", asOf: "2026-01-05T08:00:00.000Z" },
    ]);
    await apply(level({ onHand: "1", sequence: "11" }));
    expect((await findPositions(database, ["VALVE"])).get("VALVE")).toMatchObject([{ availableToPromise: "0" }]);
  });

  it("drops and counts late and repeated news, also when numbers grow a digit", async () => {
    expect(await apply(level({ onHand: "99" }))).toMatchObject({ changed: 0, dropped: 1, events: [] });
    expect(await apply(level({ onHand: "99", sequence: "9" }))).toMatchObject({ changed: 0, dropped: 1 });
    expect(await apply(level({ onHand: "7", sequence: "12" }), level({ onHand: "8", sequence: "101" }))).toMatchObject({
      changed: 1,
      dropped: 1,
    });
    expect((await findPositions(database, ["VALVE"])).get("VALVE")).toMatchObject([{ onHand: "8" }]);
  });

  it("makes news only where something is different, and says where more can be promised", async () => {
    expect(await apply(level({ sequence: "11" }))).toMatchObject({ changed: 0, dropped: 0, events: [], risen: [] });
    const rise = await apply(level({ sequence: "12", onHand: "12" }));
    expect(rise).toMatchObject({ changed: 1, risen: [{ sku: "VALVE", branch: "ATL" }] });
    expect(rise.events).toMatchObject([
      {
        type: "inventory.changed.v1",
        subject: "VALVE@ATL",
        data: { cause: "snapshot", onHand: "12", allocated: "0", availableToPromise: "10" },
      },
    ]);
    expect(await apply(level({ sequence: "13", onHand: "11" }))).toMatchObject({ changed: 1, risen: [] });
  });

  it("that leaves less than was promised is reported as its owner's doing, until it is there again", async () => {
    await database.query("update inventory_positions set allocated = 5");
    await apply(level({ sequence: "11", onHand: "3" }));
    const oversold = await checkBooks(database);
    expect(oversold.oversoldBySnapshot).toMatchObject([{ law: "position-not-oversold", what: "VALVE@ATL" }]);
    expect(oversold.faults.filter(({ law }) => law === "position-not-oversold")).toEqual([]);
    await apply(level({ sequence: "12", onHand: "5" }));
    await database.query("update inventory_positions set on_hand = 4, stated_on_hand = 4");
    expect((await checkBooks(database)).faults).toMatchObject([
      { law: "position-allocated-is-its-allocations" },
      { law: "position-not-oversold" },
    ]);
  });
});

describe("a feed", () => {
  it("moves its cursor with the page it applied, or not at all", async () => {
    const page = { system: "erp", entity: "customers", cursor: "c1", received: 3, changed: 2 };
    const failing = database.transaction(async (tx) => {
      await advanceFeed(tx, page, now);
      throw new Error("the page did not apply");
    });
    await expect(failing).rejects.toThrow("did not apply");
    expect(await readFeed(database, "erp", "customers")).toMatchObject({ cursor: null, readAt: null });
    await database.transaction((tx) => advanceFeed(tx, page, now));
    await recordFeedFailure(database, "erp", "customers", "the ERP is down");
    expect(await readFeed(database, "erp", "customers")).toMatchObject({
      cursor: "c1",
      readAt: now,
      documentsRead: 3,
      lastError: "the ERP is down",
    });
    await database.transaction((tx) => advanceFeed(tx, { ...page, cursor: "c2" }, now));
    expect(await readFeed(database, "erp", "customers")).toMatchObject({
      cursor: "c2",
      documentsRead: 6,
      documentsChanged: 4,
      lastError: null,
    });
  });
});

it("is told by events the log takes", async () => {
  const { events } = await database.transaction((tx) => applyProducts(tx, [sampleProduct({ sku: "TOLD" })], context));
  await database.transaction((tx) => post.eventLog.append(tx, events));
  expect(await post.eventsOf("product:TOLD")).toMatchObject([
    { type: "product.changed.v1", data: { sku: "TOLD", system: "erp", status: "active" } },
  ]);
});
