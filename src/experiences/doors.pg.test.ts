import { mkdtemp, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createInbound,
  createPositionBoard,
  createReferenceBook,
  createSubmitQueue,
  plainPlan,
  type InboundDocument,
  readDropShips,
} from "#domains";
import { createAudit, createTokenGate, ensureAdminToken } from "#governance";
import { createMetrics, readStory } from "#observability";
import { createLocalWaker, silentLog, systemClock } from "#platform";
import { createOrderFolder, readOrderFile, shopify, signShopifyMessage, takeOrders } from "#systems";
import { sampleCustomer, sampleDraft, samplePrice, sampleProduct, testDatabase, tradingPost } from "#testing";
import { afterAll, describe, expect, it } from "vitest";
import { createDeadLetterDesk } from "./dead-letter-desk.ts";
import { createEventDesk } from "./desks/event-desk.ts";
import { createOrderDesk } from "./desks/order-desk.ts";
import { createReservationDesk } from "./desks/reservation-desk.ts";
import { createShipmentDesk } from "./desks/shipment-desk.ts";
import { createPriceDesk } from "./desks/price-desk.ts";
import { createPromiseDesk } from "./desks/promise-desk.ts";
import { createStockDesk } from "./desks/stock-desk.ts";
import { createSystemDesk } from "./desks/system-desk.ts";
import { stubHub } from "./fixtures/stub-hub.ts";
import { createHttpServer } from "./http-server.ts";
import { createResubmit, storefrontDoor } from "./webhooks/webhook-door.ts";

const database = await testDatabase();
const post = tradingPost(database);
await post.stock({
  customers: [sampleCustomer()],
  products: [
    sampleProduct(),
    sampleProduct({ sku: "CU-TUBE-L-075", unitConversions: [{ unitOfMeasure: "CS", baseQuantity: "10" }] }),
  ],
  prices: [
    samplePrice(),
    samplePrice({ priceAgreementId: "P-2", sku: "CU-TUBE-L-075", unitOfMeasure: "CS", unitPrice: "59.90" }),
  ],
  onHand: { ATL: { "PVC-90-050": "10000", "CU-TUBE-L-075": "10000" } },
});

const { clock, ids, eventLog } = post;
const book = createReferenceBook({ database, clock });
const board = createPositionBoard({ database, clock, edition: "test" });
await Promise.all([book.load(), board.load()]);
const settings = { shopDomain: "peachtree-supply.myshopify.com", clientSecret: "hush-hush-hush-hush" };
const audit = createAudit(clock);
const queue = createSubmitQueue(post.intake, { clock: systemClock });
const deskOptions = { database, eventLog, clock, audit, wake: () => undefined };
const orders = createOrderDesk({ ...deskOptions, queue });
const shop = storefrontDoor({
  system: "shop",
  channel: "web-shop",
  readOrder: (message) => shopify.readOrder(message, settings, "web-shop"),
  readMendedOrder: (body) => shopify.readMendedOrder(body, settings, "web-shop"),
  submit: orders.submit,
});
const webhooks = new Map([["shop", shop]]);
const fileContext = { channel: "branch-files", currency: "USD" };
const files = async ({ receivedAt }: InboundDocument, body: Buffer) => {
  const file = readOrderFile(body, { ...fileContext, writtenAt: receivedAt });
  const taken = await takeOrders(file.orders, { submit: orders.submit });
  const faults = [...file.faults, ...taken.flatMap((order) => order.faults)];
  return faults.length > 0
    ? { taken: false as const, explanation: "The rows still cannot be taken.", faults }
    : { taken: true as const, result: taken.map(({ salesOrderNumber }) => salesOrderNumber) };
};
const inbound = createInbound({
  database,
  clock,
  audit,
  resubmit: createResubmit({ webhooks, submit: orders.submit, files, movements: files }),
});
const none = async () => undefined;
const parkedWork = {
  listDeadLetters: async () => [],
  retryCommand: none,
  editCommand: none,
  skipCommand: none,
  retryFact: none,
  discardFact: none,
};
const token = await ensureAdminToken({
  database,
  clock,
  ids,
  randomBytes: (size) => crypto.getRandomValues(new Uint8Array(size)),
});
const server = createHttpServer(
  {
    version: "1.0.0",
    clock,
    ids,
    log: silentLog,
    metrics: createMetrics(),
    gate: createTokenGate({ database, clock }),
    orders,
    reservations: createReservationDesk({ ...deskOptions, ids, promising: plainPlan }),
    shipments: createShipmentDesk(deskOptions),
    events: createEventDesk(database, createLocalWaker(systemClock)),
    inbound,
    deadLetters: createDeadLetterDesk(parkedWork, inbound),
    systems: createSystemDesk({
      database,
      clock,
      systems: new Map(),
      switches: { close: none, open: none },
      staleAfter: () => 60_000,
    }),
    stock: {
      compare: async () => ({ system: "erp", compared: 0, drifts: [], corrected: [] }),
      correct: async () => ({ system: "erp", compared: 0, drifts: [], corrected: [] }),
    },
    snapshots: stubHub().snapshots,
    movements: stubHub().movements,
    webhooks,
    dropShips: (supplier) => readDropShips(database, supplier),
    story: (any) => readStory(database, any),
    availability: createStockDesk({ board, book, clock }).availability,
    availableToPromise: createPromiseDesk({ board, book, clock, promising: plainPlan }).availableToPromise,
    prices: createPriceDesk({ book, clock }).prices,
    readiness: async () => [],
  },
  { judgesAnswers: true },
);
afterAll(() => server.close());

const authorization = `Bearer ${token}`;
const send = (url: string, payload: unknown) =>
  server.inject({
    method: "POST",
    url,
    headers: { authorization, "content-type": "application/json" },
    payload: JSON.stringify(payload),
  });
const get = (url: string) => server.inject({ method: "GET", url, headers: { authorization } });

const fixture = readFileSync(
  new URL("../systems/commerce/shopify/fixtures/orders_create.json", import.meta.url),
  "utf8",
);
const fromShopify = (payload: string, webhookId = "1") =>
  server.inject({
    method: "POST",
    url: "/webhooks/shop",
    headers: {
      "content-type": "application/json",
      "x-shopify-topic": "orders/create",
      "x-shopify-shop-domain": settings.shopDomain,
      "x-shopify-webhook-id": webhookId,
      "x-shopify-hmac-sha256": signShopifyMessage(Buffer.from(payload), settings.clientSecret),
    },
    payload,
  });
/** Writes a file that is a day younger than it is. */
async function writeYounger(path: string, text: string): Promise<void> {
  await writeFile(path, text);
  const tomorrow = new Date(Date.now() + 86_400_000);
  await utimes(path, tomorrow, tomorrow);
}
const why = { reason: "a test asked for it" };

describe("orders by three doors, into real books", () => {
  it("come in from Shopify, and are there once however often Shopify tells", async () => {
    const first = await fromShopify(fixture);
    expect([first.statusCode, first.json().outcome]).toEqual([200, "taken"]);
    const again = await fromShopify(fixture, "2");
    expect(again.json()).toEqual({ ...first.json(), outcome: "repeated" });
    const [order] = (await get("/v1/sales-orders?any=PO-77120")).json().salesOrders;
    expect(order.lines.map(({ quantityOrdered }: { quantityOrdered: string }) => quantityOrdered)).toEqual([
      "120",
      "60",
    ]);
  });

  it("come in by the API: accepted, repeated, in conflict, with every fault", async () => {
    const draft = sampleDraft({ channelOrderNumber: "api-1" });
    const first = await send("/v1/sales-orders", draft);
    expect(first.statusCode).toBe(201);
    expect((await send("/v1/sales-orders", draft)).json()).toMatchObject({ repeat: true });
    const [line] = draft.lines;
    const other = await send("/v1/sales-orders", { ...draft, lines: [{ ...line, quantity: "13" }] });
    expect([other.statusCode, other.json().faults[0].path]).toEqual([409, "/lines/0/quantity"]);
    const faulty = {
      ...draft,
      channelOrderNumber: "api-2",
      customerNumber: "NOBODY",
      lines: [{ ...line, sku: "NOTHING" }],
    };
    const refused = await send("/v1/sales-orders", faulty);
    expect(refused.statusCode).toBe(422);
    expect(
      refused
        .json()
        .faults.map(({ path }: { path: string }) => path)
        .sort(),
    ).toEqual(["/customerNumber", "/lines/0/sku", "/shipTo/code"]);
    const storyOfFirst = await get(`/v1/sales-orders/${first.json().salesOrder.salesOrderId}/story`);
    expect(storyOfFirst.json().steps[0].sentence).toContain("Accepted as SO-");
  });

  it("come in from a file, the good ones at once and the bad one after it was mended", async () => {
    const folder = await mkdtemp(join(tmpdir(), "doors-files-"));
    const keep = ({ identity, ...rows }: Parameters<Parameters<typeof createOrderFolder>[0]["keep"]>[0]) =>
      inbound.keep({ door: "files", identity, ...rows });
    const watched = createOrderFolder({
      folder,
      ...fileContext,
      intake: { submit: orders.submit },
      keep,
      clock,
      log: silentLog,
    });
    const header = "order_number,customer_number,ship_to_code,sku,quantity";
    const row = (number: string, sku: string) => `${number},C-1001,MAIN,${sku},12`;
    await writeFile(
      join(folder, "monday.csv"),
      `${header}\n${row("F-1", "PVC-90-050")}\n${row("F-2", "PVC-99-999")}\n`,
    );
    await watched.sweep();
    await watched.sweep();
    const report = JSON.parse(await readFile(join(folder, "with-faults/monday.csv.report.json"), "utf8"));
    expect(report.orders).toMatchObject([
      { outcome: "accepted" },
      { outcome: "rejected", faults: [{ path: "row 3, column sku" }] },
    ]);
    await writeYounger(join(folder, "again.csv"), `${header}\n${row("F-1", "PVC-90-050")}\n`);
    await watched.sweep();
    await watched.sweep();
    const again = JSON.parse(await readFile(join(folder, "taken/again.csv.report.json"), "utf8"));
    expect(again.orders).toMatchObject([{ outcome: "accepted", repeat: true }]);
    await rm(folder, { recursive: true });

    const { keptAs } = report.orders[1];
    const content = `${header}\n${row("F-2", "PVC-90-050")}\n`;
    const still = await send(`/v1/dead-letters/${keptAs}/retry`, why);
    expect([still.statusCode, still.json().faults[0].path]).toEqual([422, "row 2, column sku"]);
    expect((await send(`/v1/dead-letters/${keptAs}/edit`, { ...why, content })).statusCode).toBe(200);
    expect((await get("/v1/sales-orders?any=F-2")).json().salesOrders).toHaveLength(1);
  });

  it("are kept when Shopify sends nonsense, mended in Shopify's words, and gone from the list then", async () => {
    const nonsense = fixture
      .replace("820982911946154508", "77")
      .replaceAll("#1042", "#1043")
      .replace('"PVC-90-050"', '""');
    const answer = await fromShopify(nonsense);
    expect([answer.statusCode, answer.json().faults[0].path]).toEqual([202, "/line_items/0/sku"]);
    const { keptAs } = answer.json();
    const listed = (await get("/v1/dead-letters"))
      .json()
      .deadLetters.find(({ deadLetterId }: { deadLetterId: string }) => deadLetterId === keptAs);
    expect(listed).toMatchObject({
      kind: "document",
      system: "shop",
      actions: ["retry", "edit", "discard"],
      content: nonsense,
    });
    const mended = nonsense.replace('"sku": ""', '"sku": "PVC-90-050"');
    const done = await send(`/v1/dead-letters/${keptAs}/edit`, { ...why, content: mended });
    expect(done.json()).toMatchObject({ done: true, result: { outcome: "taken" } });
    expect((await get("/v1/dead-letters")).body).not.toContain(keptAs);
    expect((await send(`/v1/dead-letters/${keptAs}/discard`, why)).statusCode).toBe(409);
  });
});

describe("an order at the desk", () => {
  it("is asked to be cancelled, with who and why on its story and in the audit trail", async () => {
    const { salesOrderId } = (await send("/v1/sales-orders", sampleDraft({ channelOrderNumber: "desk-1" }))).json()
      .salesOrder;
    expect((await send(`/v1/sales-orders/${salesOrderId}/cancel`, why)).statusCode).toBe(202);
    expect((await get(`/v1/sales-orders/${salesOrderId}/story`)).body).toContain(
      "admin asked to cancel the order: a test asked for it.",
    );
    const trail = await database.query("select by, action, reason from audit_entries where target = $1", [
      salesOrderId,
    ]);
    expect(trail).toEqual([{ by: "admin", action: "cancel-sales-order", ...why }]);
    expect((await send("/v1/sales-orders/so_00000000000000000000000000/cancel", why)).statusCode).toBe(404);
  });

  it("is released from a hold that is there, and not from one that is not", async () => {
    const [line] = sampleDraft().lines;
    const cheap = sampleDraft({ channelOrderNumber: "desk-2", lines: [{ ...line!, unitPrice: "0.01" }] });
    const held = (await send("/v1/sales-orders", cheap)).json();
    expect(held).toMatchObject({ outcome: "held", salesOrder: { holds: [{ reason: "price" }] } });
    const { salesOrderId } = held.salesOrder;
    expect((await send(`/v1/sales-orders/${salesOrderId}/holds/credit/release`, why)).statusCode).toBe(409);
    expect((await send(`/v1/sales-orders/${salesOrderId}/holds/price/release`, why)).statusCode).toBe(200);
    expect((await get(`/v1/sales-orders/${salesOrderId}`)).json().status).toBe("accepted");
  });

  it("leaves its events to be read on by cursor", async () => {
    const { events, cursor } = (await get("/v1/events?types=sales-order.accepted.v1&limit=2")).json();
    expect(events).toHaveLength(2);
    const next = (await get(`/v1/events?after=${cursor}&types=sales-order.accepted.v1`)).json();
    expect(next.events.map(({ id }: { id: string }) => id)).not.toContain(events[1].id);
  });

  it("is on the list of drop-ships while a supplier is to ship of it, and says what to do", async () => {
    const [line] = sampleDraft().lines;
    const large = sampleDraft({ channelOrderNumber: "desk-3", lines: [{ ...line!, quantity: "20000" }] });
    const { salesOrder } = (await send("/v1/sales-orders", large)).json();
    await database.query("insert into drop_ships values ($1, 1, 'VALVECO', 8000, '2026-01-12', now())", [
      salesOrder.salesOrderId,
    ]);
    const { dropShips } = (await get("/v1/drop-ships?supplier=VALVECO")).json();
    expect(dropShips).toMatchObject([
      { salesOrderNumber: salesOrder.salesOrderNumber, quantity: "8000", whatToDo: expect.stringContaining("VALVECO") },
    ]);
    expect((await get("/v1/drop-ships?supplier=PUMPCO")).json()).toEqual({ dropShips: [] });
    expect((await get("/v1/drop-ships?supplier=no%20one")).statusCode).toBe(422);
  });

  it("takes stock kept for a cart", async () => {
    const headers = { authorization };
    const cart = { channel: "web-shop", minutes: 15, lines: sampleDraft().lines };
    const made = await send("/v1/reservations", cart);
    expect([made.statusCode, made.headers["location"]]).toEqual([201, expect.stringMatching(/reservations\/rsv_/)]);
    const { reservationId } = made.json();
    const url = `/v1/reservations/${reservationId}`;
    expect((await send(`${url}/extend`, { minutes: 60 })).statusCode).toBe(200);
    const order = sampleDraft({ channelOrderNumber: "cart-1", reservationId });
    const { salesOrder } = (await send("/v1/sales-orders", order)).json();
    expect(salesOrder.lines[0].allocationExplanation).toContain("became this order");
    expect((await get(url)).json()).toMatchObject({ status: "ordered", salesOrderId: salesOrder.salesOrderId });
    expect((await server.inject({ method: "DELETE", url, headers })).statusCode).toBe(409);
    const other = (await send("/v1/reservations", cart)).json();
    const gone = `/v1/reservations/${other.reservationId}`;
    expect((await server.inject({ method: "DELETE", url: gone, headers })).json()).toEqual({ done: true });
    expect((await get(gone)).json()).toMatchObject({ status: "released" });
    const wrong = { ...cart, lines: [{ lineNumber: 1, sku: "NOTHING", quantity: "1", unitOfMeasure: "EA" }] };
    expect((await send("/v1/reservations", wrong)).json()).toMatchObject({
      status: 422,
      faults: [{ path: "/lines/0/sku", found: "NOTHING" }],
    });
  });

  it("answers what can be promised and at what price", async () => {
    const { items, unknown } = (await get("/v1/availability?skus=PVC-90-050,NOTHING")).json();
    expect(items).toMatchObject([{ sku: "PVC-90-050", positions: [{ branch: "ATL", onHand: "10000" }] }]);
    expect(unknown).toMatchObject([{ sku: "NOTHING" }]);
    const promised = (await get("/v1/available-to-promise?skus=PVC-90-050,NOTHING&quantity=99999999")).json();
    expect(promised.items).toMatchObject([
      { sku: "PVC-90-050", branches: [{ branch: "ATL", source: "erp" }], promise: { on: null } },
    ]);
    const lines = [
      { sku: "PVC-90-050", quantity: "12", unitOfMeasure: "EA" },
      { sku: "NOTHING", quantity: "1", unitOfMeasure: "EA" },
    ];
    const { prices } = (await send("/v1/prices", { customerNumber: "C-1001", currency: "USD", lines })).json();
    expect(prices[0].unitPrice).toBe(samplePrice().unitPrice.padEnd(6, "0"));
    expect(prices[1]).toMatchObject({ unitPrice: null, explanation: "The hub knows no item NOTHING." });
  });
});
