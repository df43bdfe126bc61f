import { findFaults } from "#contracts";
import { advanceFeed, createPositionBoard, createReferenceBook, type StalenessRule } from "#domains";
import type { Database } from "#platform";
import { sampleCustomer, samplePrice, sampleProduct, testDatabase, tradingPost } from "#testing";
import { afterAll, describe, expect, it } from "vitest";
import { createPriceDesk } from "./desks/price-desk.ts";
import { createStockDesk } from "./desks/stock-desk.ts";
import { stubHub, TOKEN } from "./fixtures/stub-hub.ts";
import { createHttpServer } from "./http-server.ts";
import { Availability } from "./v1/availability/availability.ts";
import { Prices } from "./v1/prices/price-answer.ts";

const database = await testDatabase();
const post = tradingPost(database);
let queries = 0;
const counting: Database = {
  ...database,
  query: (...asked: Parameters<Database["query"]>) => {
    queries += 1;
    return database.query(...asked);
  },
} as Database;
const [elbow, tube, pallet] = ["PVC-90-050", "CU-TUBE-L-075", "PALLET"];
await post.stock({
  customers: [sampleCustomer({ homeBranch: "DFW" })],
  products: [
    sampleProduct({ minimumOrderQuantity: "12" }),
    sampleProduct({ sku: tube }),
    sampleProduct({ sku: pallet }),
  ],
  prices: [
    samplePrice({ priceAgreementId: "LIST" }),
    samplePrice({ priceAgreementId: "OLD", unitPrice: "1.00", validTo: "2025-12-31" }),
    samplePrice({ priceAgreementId: "OWN", scope: "customer", customerNumber: "C-1001", unitPrice: "2.20" }),
  ],
  onHand: { ATL: { [elbow]: "100", [tube]: "7" }, DFW: { [elbow]: "30" } },
  inbound: { [tube]: [{ expectedOn: "2026-02-01", quantity: "50" }] },
});
const heard = post.clock.now();
for (const entity of ["stock", "prices"])
  await database.transaction((tx) =>
    advanceFeed(tx, { system: "erp", entity, cursor: "1", received: 1, changed: 1 }, heard),
  );
const book = createReferenceBook({ database: counting, clock: post.clock });
const board = createPositionBoard({ database: counting, clock: post.clock, edition: "brd_1" });
await Promise.all([book.load(), board.load()]);
const server = createHttpServer(
  stubHub({
    availability: createStockDesk({ board, book, clock: post.clock }).availability,
    prices: createPriceDesk({ book, clock: post.clock }).prices,
  }),
  { judgesAnswers: true },
);
afterAll(() => server.close());
const get = (query: string, headers: Record<string, string> = {}) =>
  server.inject({ method: "GET", url: `/v1/availability?${query}`, headers: { authorization: TOKEN, ...headers } });
const ask = (payload: object) =>
  server.inject({ method: "POST", url: "/v1/prices", headers: { authorization: TOKEN }, payload });

describe("asking what can be promised", () => {
  it("answers item by item and branch by branch, says how old each figure is, and names what it does not know", async () => {
    await post.clock.advance(90_000);
    const answer = (await get(`skus=${elbow},NEVER,${tube},${pallet},${elbow}&customerNumber=C-1001`)).json();
    expect(findFaults(Availability, answer)).toEqual([]);
    expect(answer).toMatchObject({
      oldestAsOf: heard.toISOString(),
      ageSeconds: 90,
      customerNumber: "C-1001",
      homeBranch: "DFW",
      knowledge: { ageSeconds: 90, sources: [{ system: "erp", entity: "stock", ageSeconds: 90 }] },
      items: [
        {
          sku: elbow,
          unitOfMeasure: "EA",
          availableToPromise: "130",
          asOf: heard.toISOString(),
          positions: [
            { branch: "ATL", availableToPromise: "100", source: "erp", asOf: heard.toISOString() },
            { branch: "DFW", availableToPromise: "30" },
          ],
        },
        { sku: tube, positions: [{ branch: "ATL", inbound: [{ expectedOn: "2026-02-01", quantity: "50" }] }] },
        { sku: pallet, availableToPromise: "0", positions: [] },
      ],
      unknown: [{ sku: "NEVER", explanation: "The hub knows no item NEVER." }],
    });
  });

  it("never promises less than nothing, and tells what an order took as soon as the board was refreshed", async () => {
    await post.setOnHand(tube, "ATL", "5");
    const line = { lineNumber: 1, sku: tube, quantity: "5", unitOfMeasure: "EA", unitPrice: "9.99" };
    const draft = {
      channel: "web-shop",
      channelOrderNumber: "A-1",
      customerNumber: "C-1001",
      currency: "USD",
      orderedAt: heard.toISOString(),
      shipTo: { code: "MAIN" },
      lines: [line],
    };
    await post.intake.submit([{ draft, idempotencyKey: "a-1" }]);
    await post.setOnHand(tube, "ATL", "3");
    await board.refresh();
    expect((await get(`skus=${tube}`)).json().items).toMatchObject([
      { availableToPromise: "0", positions: [{ onHand: "3", allocated: "5", availableToPromise: "0" }] },
    ]);
  });

  it("leaves out what other channels keep, at a branch and over all, and never below nothing", async () => {
    const reserves = {
      concerns: (channel: string, sku: string) => channel !== "portal" && sku === elbow,
      keptAt: (_channel: string, _sku: string, branch: string) => (branch === "DFW" ? "40" : "0"),
      keptOverall: () => "45",
    };
    const desk = createStockDesk({ board, book, clock: post.clock, reserves });
    const told = (channel: string) =>
      JSON.parse(
        desk
          .availability({ skus: [elbow], channel })
          .json()
          .content.toString(),
      ).items[0];
    expect(told("portal").availableToPromise).toBe("130");
    expect(told("web-shop")).toMatchObject({
      availableToPromise: "85",
      positions: [{ availableToPromise: "85" }, { availableToPromise: "0" }],
    });
  });

  it("says that nothing changed where nothing did, and answers anew where something did", async () => {
    const { etag } = (await get(`skus=${elbow},${tube}`)).headers;
    const unless = { "if-none-match": String(etag) };
    await post.setOnHand(pallet, "ATL", "1");
    await board.refresh();
    expect((await get(`skus=${elbow},${tube}`, unless)).statusCode).toBe(304);
    await database.query("delete from inventory_positions where sku = $1 and branch = 'ATL'", [elbow]);
    await board.refresh();
    const anew = await get(`skus=${elbow},${tube}`, unless);
    expect(anew.json().items[0]).toMatchObject({ availableToPromise: "30" });
  });

  it.each([
    [
      `skus=${Array.from({ length: 201 }, (_, index) => `S${index}`).join(",")}`,
      "query skus",
      "at most 200 item numbers",
      "201",
    ],
    [`skus=${elbow},,X`, "query skus", "an item number of 1 to 40 characters", '""'],
    [`skus=${elbow}&customerNumber=C-0`, "query customerNumber", "an account known to the hub", "C-0"],
  ])("refuses %s with what is wrong", async (query, path, expected, found) => {
    const answer = await get(query);
    expect(answer.statusCode).toBe(422);
    expect(answer.json().faults).toMatchObject([{ path, expected, found }]);
  });
});

describe("asking what it costs", () => {
  it("answers by the new price as soon as the book was refreshed", async () => {
    const question = { customerNumber: "C-1001", lines: [{ sku: tube, quantity: "1", unitOfMeasure: "EA" }] };
    expect((await ask(question)).json().prices[0].unitPrice).toBeNull();
    for (const [unitPrice, updatedAt] of [
      ["3.00", "2026-01-02T00:00:00.000Z"],
      ["4.00", "2026-01-03T00:00:00.000Z"],
    ] as const) {
      await post.stock({ prices: [samplePrice({ priceAgreementId: "T", sku: tube, unitPrice, updatedAt })] });
      await book.refresh();
      expect((await ask(question)).json().prices[0]).toMatchObject({
        unitPrice: `${unitPrice}00`,
        pricedBy: { version: updatedAt },
      });
    }
  });

  const lines = [
    { sku: elbow, quantity: "10", unitOfMeasure: "EA" },
    { sku: elbow, quantity: "1", unitOfMeasure: "CS" },
    { sku: "NEVER", quantity: "1", unitOfMeasure: "EA" },
  ];

  it("answers with the agreement, its version and age, why this one, and why no cheaper one", async () => {
    const answer = (await ask({ customerNumber: "C-1001", explain: true, lines })).json();
    expect(findFaults(Prices, answer)).toEqual([]);
    expect(answer).toMatchObject({
      currency: "USD",
      on: "2026-01-05",
      knowledge: { sources: [{ entity: "prices", ageSeconds: 90 }] },
      prices: [
        {
          unitPrice: "2.2000",
          lineAmount: "22.00",
          source: "customer",
          pricedBy: {
            priceAgreementId: "OWN",
            system: "erp",
            version: "2026-01-01T00:00:00.000Z",
            validFrom: "2025-01-01",
          },
          explanation: "The customer price 2.2 per EA (OWN, since 2025-01-01).",
          passedOver: [{ priceAgreementId: "OLD", because: "expired" }],
          quantityFaults: ["at least 12 EA"],
        },
        { unitOfMeasure: "CS", unitPrice: "52.8000", lineAmount: "52.80", quantityFaults: [] },
        { sku: "NEVER", unitPrice: null, explanation: "The hub knows no item NEVER." },
      ],
    });
  });

  it("asks for a day and a currency where they are given, and refuses a customer nobody knows", async () => {
    const then = (await ask({ customerNumber: "C-1001", explain: true, on: "2024-12-31", lines })).json();
    expect(then.prices[0]).toMatchObject({ unitPrice: null, passedOver: [{ because: "not-yet-in-force" }, {}, {}] });
    const refused = await ask({ customerNumber: "C-0", lines });
    expect(refused.statusCode).toBe(422);
    expect(refused.json().faults).toMatchObject([{ path: "/customerNumber", found: "C-0" }]);
  });
});

describe("asking on behalf of a channel that takes nothing too old", () => {
  const hour = 3_600;
  const staleness = new Map<string, StalenessRule>([
    ["shows", { maxAgeSeconds: hour, whenStale: "show" }],
    ["buffers", { maxAgeSeconds: hour, whenStale: "buffer", buffer: "20" }],
    ["calls", { maxAgeSeconds: hour, whenStale: "call-us" }],
  ]);
  const desk = createStockDesk({ board, book, clock: post.clock, staleness });
  const ask = (channel: string) => {
    const { tag, json } = desk.availability({ skus: [elbow, pallet], channel });
    const answer = JSON.parse(json().content.toString());
    expect(findFaults(Availability, answer)).toEqual([]);
    return { tag, item: answer.items[0], items: answer.items };
  };
  const hear = async () => {
    const progress = { system: "erp", entity: "stock", cursor: "2", received: 0, changed: 0 };
    await database.transaction((tx) => advanceFeed(tx, progress, post.clock.now()));
    await book.refresh();
  };

  it("tells the figures as they are while they are young, and degrades them each in its way when they are not", async () => {
    await post.setOnHand(elbow, "ATL", "15");
    await post.setOnHand(elbow, "DFW", "30");
    await board.refresh();
    await hear();
    const young = ask("buffers");
    expect(young.item).toMatchObject({ availableToPromise: "45" });
    expect(young.item.stale).toBeUndefined();
    const heardAt = post.clock.now().toISOString();
    await post.clock.advance(hour * 1000 - 1);
    expect(ask("buffers")).toEqual(young);
    await post.clock.advance(1);
    const old = ask("buffers");
    expect(old.item).toMatchObject({
      availableToPromise: "25",
      positions: [{ availableToPromise: "0", onHand: "15" }, { availableToPromise: "10" }],
      stale: { confirmedAt: heardAt, ageSeconds: hour, maxAgeSeconds: hour, whenStale: "buffer" },
    });
    expect(old.item.stale.explanation).toBe(
      "The stock was last confirmed 3600 s ago, and may be 3600 s old here: 20 less is told.",
    );
    expect(old.tag).not.toBe(young.tag);
    expect(ask("shows").item).toMatchObject({ availableToPromise: "45", stale: { whenStale: "show" } });
    expect(ask("calls").items).toMatchObject([
      {
        availableToPromise: "0",
        positions: [{ availableToPromise: "0" }, { availableToPromise: "0" }],
        stale: { whenStale: "call-us" },
      },
      { availableToPromise: "0", stale: { whenStale: "call-us" } },
    ]);
    expect(ask("another").item.stale).toBeUndefined();
  });

  it("takes it back as soon as the owner is heard again, who had nothing new to say", async () => {
    await hear();
    expect(ask("calls").item).toMatchObject({ availableToPromise: "45" });
    expect(ask("calls").item.stale).toBeUndefined();
  });
});

it("asks the database nothing, whatever is asked of memory", async () => {
  const before = queries;
  await get(`skus=${elbow},NEVER&customerNumber=C-1001`);
  await ask({ customerNumber: "C-1001", lines: [{ sku: "NEVER", quantity: "1", unitOfMeasure: "EA" }] });
  expect(queries).toBe(before);
});
