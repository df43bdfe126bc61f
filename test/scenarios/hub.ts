import { randomBytes } from "node:crypto";
import { afterAll, afterEach, expect } from "vitest";
import type { EventDraft } from "#contracts";
import { createEventLog } from "#events";
import { createIds, createLocalWaker, silentLog, turnableClock, type Transaction } from "#platform";
import { carrierNewsToEvents, createEngine, createProcesses, routesOf, warehouseNewsToEvents } from "#processes";
import type { CarrierNews, WarehouseNews } from "#systems";
import { givenTrade, imbalances, testDatabase } from "#testing";
import { createWorld, newsOf, type FakeCarrier, type FakeWarehouse } from "./world.ts";

const database = await testDatabase();
const policies = {
  shipping: { ltlFromWeightLb: "150", quoteDeadlineMs: 200, transitDaysMax: 5 },
  tax: { estimatedRatePercent: "7" },
  freight: { billed: "as-quoted" as const },
};

/** A hub on a real database with its other sides in memory and a clock that stands until it is turned. */
export function createHub(house: { readonly timeZone?: string } = {}) {
  const world = createWorld();
  const clock = turnableClock(new Date("2026-01-05T09:00:00Z"));
  const ids = createIds(clock, randomBytes);
  // What the engine sleeps between looks is real time; what it calls the hour is the test's.
  const patientClock = {
    now: () => clock.now(),
    sleep: (ms: number, signal?: AbortSignal) => pause(Math.min(ms, 5), signal),
  };
  const processes = createProcesses({
    systems: world.systems,
    policies: { ...policies, ...house },
    clock: { sleep: pause },
  });
  const eventLog = createEventLog({ clock, ids, source: "test", routes: routesOf(processes) });
  const engine = createEngine({
    database,
    eventLog,
    processes,
    clock: patientClock,
    ids,
    random: () => 0.5,
    // The ERP takes one call at a time, so that "in the order in which they came" can be seen.
    lanes: { capacity: (code) => (world.isUp(code) ? (code === "erp" ? 1 : 50) : 0) },
    node: { number: () => 1 },
    log: silentLog,
    waker: createLocalWaker(patientClock),
  });

  const tell = async (drafts: readonly EventDraft[]) => {
    await database.transaction((tx) => eventLog.append(tx, drafts));
    await engine.runToRest();
  };
  const within = async (work: (tx: Transaction) => Promise<readonly EventDraft[]>) => {
    await database.transaction(async (tx) => eventLog.append(tx, await work(tx)));
    await engine.runToRest();
  };
  const warehouseTells = (warehouse: FakeWarehouse, ...news: readonly WarehouseNews[]) =>
    within(async (tx) => {
      const { drafts, unmatched } = await warehouseNewsToEvents(tx, `wms-${warehouse.branch.toLowerCase()}`, news);
      expect(unmatched).toEqual([]);
      return drafts;
    });

  return {
    ...world,
    database,
    tell,
    within,
    rest: () => engine.runToRest(),
    warehouseTells,

    async later(ms: number) {
      await clock.advance(ms);
      await engine.runToRest();
    },
    /** Everything a warehouse has in hand of an order, done up to a step. */
    async works(
      warehouse: FakeWarehouse,
      salesOrderId: string,
      steps: readonly WarehouseNews["news"][],
      found?: string,
    ) {
      for (const work of await this.workOf(warehouse, salesOrderId))
        for (const step of steps) await warehouseTells(warehouse, newsOf(work, step, found));
    },
    /** Work that was released to a warehouse and is neither off nor gone. */
    async workOf(warehouse: FakeWarehouse, salesOrderId: string) {
      const rows = await database.query<{ id: string }>(
        `select fulfillment_order_id as id from fulfillment_orders
          where sales_order_id = $1 and branch = $2 and status not in ('shipped', 'cancelled') order by 1`,
        [salesOrderId, warehouse.branch],
      );
      return rows.flatMap((row) => warehouse.released.get(row.id) ?? []);
    },
    /** Of each shipment of an order with this carrier, or of those only that have left the dock. */
    async carrierTells(
      carrier: FakeCarrier,
      salesOrderId: string,
      codes: readonly CarrierNews["milestone"]["code"][],
      hasLeft = false,
    ) {
      const rows = await database.query<{ number: string }>(
        `select coalesce(tracking_number, pro_number) as number from shipments where sales_order_id = $1 and carrier = $2 and status <> 'cancelled' and (shipped_at is not null or not $3)`,
        [salesOrderId, carrier.code, hasLeft],
      );
      for (const { number } of rows)
        for (const code of codes)
          await within(async (tx) => (await carrierNewsToEvents(tx, carrier.code, [carrierNews(number, code)])).drafts);
    },
    async stateOf(process: string, salesOrderId: string) {
      const rows = await database.query<{ state: string }>(
        `select state from process_instances where process = $1 and correlation_id = $2 order by instance_id`,
        [process, salesOrderId],
      );
      return rows.map((row) => row.state).join(", ");
    },
    /** What happened, in order: event names without their version. */
    async story(salesOrderId: string): Promise<readonly string[]> {
      const rows = await database.query<{ type: string }>(
        `select type from events where correlation_id = $1 order by tx, seq`,
        [salesOrderId],
      );
      return rows.map((row) => row.type.replace(/\.v1$/, ""));
    },
    async dataOf(salesOrderId: string, name: string): Promise<readonly Record<string, unknown>[]> {
      const rows = await database.query<{ data: Record<string, unknown> }>(
        `select data from events where correlation_id = $1 and type = $2 order by tx, seq`,
        [salesOrderId, `${name}.v1`],
      );
      return rows.map((row) => row.data);
    },
  };
}
export type Hub = ReturnType<typeof createHub>;

export const carrierNews = (number: string, code: CarrierNews["milestone"]["code"]): CarrierNews => ({
  messageId: `${number} ${code}`,
  number,
  milestone: {
    code,
    carrierCode: code.slice(0, 2).toUpperCase(),
    description: code,
    occurredAt: "2026-01-07T15:00:00Z",
  },
  ...(code === "delivered" && { proofOfDelivery: { signedBy: "Sam", deliveredAt: "2026-01-07T15:00:00Z" } }),
});

function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** A product of its own for each test, so that stories do not meet in the stock. */
export async function aSku(): Promise<string> {
  const sku = `SKU-${randomBytes(4).toString("hex")}`;
  await givenTrade(database, [sku]);
  return sku;
}

/** After each story the books balance and nothing lies broken. */
export function booksBalanceAfterEach(): void {
  afterEach(async () => {
    expect(await imbalances(database)).toEqual([]);
    expect(await database.query(`select process, instance_id, explanation from parked_facts`)).toEqual([]);
    expect(await database.query(`select name, lane, explanation from commands where status = 'parked'`)).toEqual([]);
  });
  afterAll(async () => {
    expect(await database.query(`select type, data from events where type like 'fact.unclaimed%'`)).toEqual([]);
  });
}
