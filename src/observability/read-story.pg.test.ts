import { SalesOrderAccepted, ShipmentTendered } from "#contracts";
import { createEventLog } from "#events";
import { createIds, silentLog, systemClock, turnableClock, type Exchange } from "#platform";
import { testDatabase } from "#testing";
import { beforeAll, describe, expect, it } from "vitest";
import { createExchangeRecorder } from "./exchanges.ts";
import { readStory } from "./read-story.ts";
import { renderStory } from "./render-story.ts";

const database = await testDatabase();
const clock = turnableClock(new Date("2026-11-23T14:05:00Z"));
const ids = createIds(clock, (size) => crypto.getRandomValues(new Uint8Array(size)));
const salesOrderId = ids.next("so");
const fulfillmentOrderId = ids.next("ful");
const shipmentId = ids.next("shp");
const address = { name: "Dock", street1: "1 Main", city: "Atlanta", postalCode: "30301", country: "US" };

const exchange: Exchange = {
  correlationId: salesOrderId,
  commandId: "cmd_1",
  idempotencyKey: "key-1",
  attempt: 2,
  system: "erp",
  operation: "create-sales-order",
  method: "POST",
  url: "http://erp.example/orders",
  requestHeaders: {},
  requestBody: '{"reference":"x"}',
  status: 503,
  answerHeaders: {},
  answerBody: "busy",
  category: "unavailable",
  explanation: "erp answered 503",
  startedAt: new Date("2026-11-23T14:05:02Z"),
  latencyMs: 41,
};

async function insertOrder(id: string, number: string): Promise<void> {
  await database.query(
    `insert into sales_orders (sales_order_id, sales_order_number, correlation_id, channel, channel_order_number, idempotency_key, fingerprint,
       draft, customer_number, customer_purchase_order, currency, payment_terms, bill_to, ship_to, ship_complete, merchandise_amount,
       exposure_amount, ordered_at, accepted_at)
     values ($1, $2, $1, 'web-shop', $2, $1, 'f', '{}', 'C-1001', 'PO-7', 'USD', 'NET30', $3, $3, false, 25.20, 25.20, $4, $4)`,
    [id, number, JSON.stringify(address), clock.now()],
  );
}

async function insertLineAndPlan(): Promise<void> {
  await database.query(
    `insert into sales_order_lines (sales_order_id, line_number, sku, description, ordered_quantity, ordered_unit_of_measure,
       base_unit_of_measure, quantity_ordered, quantity_open, quantity_allocated, quantity_backordered, unit_price, line_amount, price,
       allocation_explanation)
     values ($1, 1, 'X', 'Elbow', 12, 'EA', 'EA', 12, 0, 12, 0, 2.10, 25.20, '{"source":"customer","explanation":"contract A-1"}', 'ATL has all 12')`,
    [salesOrderId],
  );
  await database.query(
    `insert into fulfillment_orders (fulfillment_order_id, sales_order_id, correlation_id, branch, warehouse, warehouse_reference, status, ship_to,
       sourcing_explanation, requested_at) values ($1, $2, $2, 'ATL', 'wms', 'W-55', 'released', $3, 'nearest with all of it', $4)`,
    [fulfillmentOrderId, salesOrderId, JSON.stringify(address), clock.now()],
  );
  const quote = {
    carrier: "anchor",
    service: "std",
    serviceName: "Standard",
    mode: "parcel",
    amount: "44.10",
    currency: "USD",
    transitDays: 3,
    age: "live",
  };
  const decision = {
    policy: "cheapest",
    explanation: "cheapest in time",
    decidedAt: "2026-11-23T14:05:04Z",
    candidates: [{ carrier: "anchor", quote, verdict: "costlier", explanation: "12.90 more" }],
  };
  await database.query(
    `insert into shipments (shipment_id, sales_order_id, fulfillment_order_id, correlation_id, branch, status, mode, carrier, tracking_number, currency,
       ship_from, ship_to, handling_units, rate_decision, created_at)
     values ($1, $2, $3, $2, 'ATL', 'tendered', 'parcel', 'swift', '1Z999', 'USD', $4, $4, '[]', $5, $6)`,
    [shipmentId, salesOrderId, fulfillmentOrderId, JSON.stringify(address), JSON.stringify(decision), clock.now()],
  );
}

async function insertWhatHappened(): Promise<void> {
  const log = createEventLog({ clock, ids, source: "crossdock", routes: [] });
  const story = { correlationId: salesOrderId };
  const accepted = {
    salesOrderId,
    salesOrderNumber: "SO-100001",
    channel: "web-shop",
    channelOrderNumber: "1",
    customerNumber: "C-1001",
    currency: "USD",
  };
  await database.transaction((tx) =>
    log.append(tx, [
      SalesOrderAccepted({ ...accepted, merchandiseAmount: "25.20", lineCount: 1, backorderedLines: 0 }, story),
    ]),
  );
  await clock.advance(5_000);
  const tendered = {
    shipmentId,
    fulfillmentOrderId,
    salesOrderId,
    branch: "ATL",
    carrier: "swift",
    service: "ground",
    mode: "parcel" as const,
    trackingNumber: "1Z999",
  };
  const [told] = await database.transaction((tx) =>
    log.append(tx, [ShipmentTendered({ ...tendered, amount: "31.20", currency: "USD" }, story)]),
  );
  const moves = [
    { event: told?.id, from: "packed", to: "shipped" },
    { event: told?.id, from: "shipped", outcome: "ignored", because: "it shipped already" },
  ];
  await database.query(
    "insert into process_moves (correlation_id, process, instance_id, at, moves) values ($1, 'fulfillment', $2, $3, $4)",
    [salesOrderId, fulfillmentOrderId, clock.now(), JSON.stringify(moves)],
  );
  await database.query(
    `insert into commands (id, process, instance_id, correlation_id, name, lane, priority, event_id, status, issued_at, due_at, attempts, explanation)
     values ('cmd_2', 'order-to-cash', $1, $1, 'create-sales-order', 'erp', 100, 'evt_1', 'waiting', $2, $3, 2, 'erp answered 503')`,
    [salesOrderId, clock.now(), new Date("2026-11-23T14:06:00Z")],
  );
  await database.query(
    "insert into sales_order_holds (sales_order_id, reason, explanation, held_at) values ($1, 'credit', 'Over the limit by 12.00.', $2)",
    [salesOrderId, clock.now()],
  );
  const recorder = createExchangeRecorder({ database, clock: systemClock, log: silentLog, lingerMs: 1 });
  recorder.record(exchange);
  await recorder.flush();
}

beforeAll(async () => {
  await insertOrder(ids.next("so"), "SO-100000");
  await clock.advance(1);
  await insertOrder(salesOrderId, "SO-100001");
  await insertLineAndPlan();
  await insertWhatHappened();
});

describe("an order's story", () => {
  it.each(["SO-100001", "so-100001", "W-55", "1Z999"])(
    "is found by %s, and says which other orders share a number",
    async (any) => {
      expect((await readStory(database, any))?.salesOrderNumber).toBe("SO-100001");
      expect((await readStory(database, "PO-7"))?.alsoFound).toEqual(["SO-100000"]);
      expect(await readStory(database, "nothing")).toBeNull();
    },
  );

  it("tells events, calls and what was set aside, in the order they happened", async () => {
    const story = await readStory(database, "SO-100001");
    expect(story?.steps.map(({ kind, system, sentence }) => [kind, system, sentence])).toEqual([
      ["event", "web-shop", "Accepted as SO-100001 from web-shop: 1 line, 25.20 USD."],
      ["exchange", "erp", "create-sales-order, attempt 2: unavailable 503"],
      ["event", "swift", "swift takes it: tracking 1Z999."],
      ["note", undefined, "fulfillment makes nothing of shipment.tendered.v1: it shipped already"],
    ]);
    expect(story?.numbers).toEqual(["web-shop SO-100001", "PO PO-7", "warehouse W-55", "tracking 1Z999"]);
  });

  it("says what it waits for, and that the lane is closed where it is", async () => {
    const lanes = new Map([["erp", { state: "closed", explanation: "Upgrade tonight." }]]);
    expect((await readStory(database, "SO-100001", lanes))?.waits).toMatchObject([
      { what: "hold: credit", why: "Over the limit by 12.00." },
      {
        what: "create-sales-order",
        why: "The lane to erp is closed: Upgrade tonight.",
        nextAttemptAt: "2026-11-23T14:06:00.000Z",
      },
    ]);
    expect((await readStory(database, "SO-100001"))?.waits[1]?.why).toBe("Tried 2 times: erp answered 503");
  });

  it("gives the reasons that were recorded with each decision", async () => {
    expect((await readStory(database, "SO-100001"))?.reasons).toEqual([
      {
        question: "Line 1, X: why this price?",
        answer: "2.1 (customer): contract A-1",
        details: ["Stock: ATL has all 12"],
      },
      { question: "Why ATL?", answer: "nearest with all of it", details: [] },
      {
        question: "Why swift?",
        answer: "cheapest in time",
        details: ["anchor std 44.10 USD, 3 days: costlier, 12.90 more"],
      },
    ]);
  });

  it("reads calmly in a terminal, with what was sent and answered on request", async () => {
    const story = await readStory(database, "SO-100001");
    if (!story) throw new Error("There is no story.");
    const text = renderStory(story, { withExchanges: false, colour: false });
    expect(text.split("\n").slice(0, 8)).toEqual([
      "SO-100001  accepted  customer C-1001  25.20 USD",
      "web-shop SO-100001 · PO PO-7 · warehouse W-55 · tracking 1Z999",
      "from 2026-11-23T14:05:00.001Z",
      "",
      "   +0.00s web-shop • Accepted as SO-100001 from web-shop: 1 line, 25.20 USD.",
      "   +2.00s erp      → create-sales-order, attempt 2: unavailable 503 (41 ms)",
      "   +5.00s swift    • swift takes it: tracking 1Z999.",
      "   +5.00s          · fulfillment makes nothing of shipment.tendered.v1: it shipped already",
    ]);
    const whole = renderStory(story, { withExchanges: true, colour: false });
    expect(whole).toContain("POST http://erp.example/orders");
    expect(whole).toContain('sent      {"reference":"x"}');
    expect(whole).toContain("Waits for");
  });

  it("does not let what a partner wrote steer the terminal", async () => {
    const story = await readStory(database, "SO-100001");
    if (!story) throw new Error("There is no story.");
    const [first] = story.steps;
    if (!first) throw new Error("There is no step.");
    const evil = { ...story, steps: [{ ...first, sentence: "gone \u001B[2J\u0007 \u001B]0;title" }] };
    const text = renderStory(evil, { withExchanges: true, colour: false });
    expect(text).toContain("gone");
    for (const control of ["\u001B", "\u0007"]) expect(text).not.toContain(control);
  });
});
