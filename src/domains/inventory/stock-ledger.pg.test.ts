import { createIds, systemClock } from "#platform";
import { givenOrder, givenTrade, sampleLevel, testDatabase } from "#testing";
import type { DataOf, EffectCall, FulfillmentShipped, InvoicePosted } from "#contracts";
import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { checkBooks } from "../books.ts";
import { recordPicked } from "../fulfillments/record-progress.ts";
import { recordShipped } from "../fulfillments/record-shipped.ts";
import { recordInvoices } from "../invoices/bill-shipments.ts";
import { applyMovements, purgeMovements, type StockMovement } from "./apply-movements.ts";
import { applyStock, type StockLevel } from "./apply-stock.ts";
import { settleDueIssues } from "./stock-issues.ts";

const database = await testDatabase();
const ids = createIds(systemClock, randomBytes);
const now = new Date("2026-11-23T12:00:00Z");
const HOUR_MS = 3_600_000;
const after = (ms: number) => new Date(now.getTime() + ms);
const news = { source: "erp", now };

const callOf = <Data>(data: Data, time = now): EffectCall<Data> => ({
  instanceId: "i",
  event: { id: "evt", type: "", source: "", subject: "", time, correlationId: "story", causationId: null, data },
});
const tellLevels = (...levels: readonly StockLevel[]) => database.transaction((tx) => applyStock(tx, levels, news));
const tellMovements = (...movements: readonly StockMovement[]) =>
  database.transaction((tx) => applyMovements(tx, movements, news));

/** The ERP answers that it posted the invoice: with the sequence of its stock, or with none. */
const tellPosted = (salesOrderId: string, shipmentId: string, stockSequence?: number) => {
  const posted: DataOf<typeof InvoicePosted> = {
    salesOrderId,
    shipmentId,
    invoiceId: `inv_${shipmentId}`,
    invoiceNumber: `I-${shipmentId}`,
    system: "erp",
    currency: "USD",
    merchandiseAmount: "1",
    taxAmount: "0",
    freightAmount: "0",
    totalAmount: "1",
    ...(stockSequence === undefined ? {} : { stockSequence: String(stockSequence), postedAt: now.toISOString() }),
  };
  return database.transaction((tx) => recordInvoices({ postingLagMs: HOUR_MS })(tx, [callOf(posted)], { now, ids }));
};

/** A branch is at work on an order for so much. */
async function workOn(sku: string, branch: string, quantity: number) {
  const { salesOrderId } = await givenOrder(database, [
    { sku, quantity: String(quantity), from: { [branch]: String(quantity) } },
  ]);
  const fulfillmentOrderId = ids.next("ful");
  const shipmentId = ids.next("shp");
  await database.query(
    `insert into fulfillment_orders (fulfillment_order_id, sales_order_id, correlation_id, branch, warehouse, status, ship_to,
                                     sourcing_explanation, requested_at)
     values ($1, $2, 'story', $3, 'wms', 'picked', '{}', '', now())`,
    [fulfillmentOrderId, salesOrderId, branch],
  );
  await database.query(
    `insert into shipments (shipment_id, sales_order_id, fulfillment_order_id, correlation_id, branch, status, mode, currency, ship_from,
                            ship_to, handling_units, created_at)
     values ($1, $2, $3, 'story', $4, 'shipped', 'parcel', 'USD', '{}', '{}', '[]', now())`,
    [shipmentId, salesOrderId, fulfillmentOrderId, branch],
  );
  await database.query("update allocations set fulfillment_order_id = $1 where sales_order_id = $2", [
    fulfillmentOrderId,
    salesOrderId,
  ]);
  return { fulfillmentOrderId, salesOrderId, branch, shipmentId };
}

/** An order for so much leaves the branch, as the warehouse tells it. */
async function ship(sku: string, branch: string, quantity: number) {
  const work = await workOn(sku, branch, quantity);
  const shipped: DataOf<typeof FulfillmentShipped> = {
    ...work,
    channel: "web-shop",
    shippedAt: now.toISOString(),
    lines: [{ lineNumber: 1, sku, quantity: String(quantity) }],
  };
  await database.transaction((tx) => recordShipped(tx, [callOf(shipped)]));
  return work;
}

const levelOf = (sku: string, branch: string, onHand: number, sequence: number, asOf = now): StockLevel =>
  sampleLevel({ sku, branch, onHand: String(onHand), sequence: String(sequence), asOf: asOf.toISOString() });

async function onHand(): Promise<Readonly<Record<string, number>>> {
  const rows = await database.query<{ key: string; quantity: number }>(
    `select sku || ' ' || branch as key, on_hand::float8 as quantity from inventory_positions order by 1`,
  );
  return Object.fromEntries(rows.map(({ key, quantity }) => [key, quantity]));
}
const offBooks = async () =>
  (await checkBooks(database)).faults.filter(({ law }) => law === "position-on-hand-is-its-ledger");
const openIssues = async () =>
  (await database.query<{ open: number }>("select count(*)::int as open from stock_issues"))[0]?.open;

const clearBooks = () =>
  database.query(
    "truncate inventory_positions, stock_movements, stock_issues, allocations, sales_orders, fulfillment_orders, shipments, invoices cascade",
  );
beforeEach(async () => {
  await clearBooks();
  await givenTrade(database, ["V"]);
});

const sum = (quantities: readonly (number | string)[]) =>
  quantities.reduce<number>((total, quantity) => total + Number(quantity), 0);
const keyOf = ({ sku, branch }: { readonly sku: string; readonly branch: string }) => `${sku} ${branch}`;

/** A shipment of ours, and what the ERP made of it. */
interface Departure {
  readonly key: string;
  readonly quantity: number;
  readonly salesOrderId: string;
  readonly shipmentId: string;
  /** Of its posting in the ERP's stock; null: it did not get round to it yet. */
  sequence: number | null;
  isAnswered: boolean;
}

/** An ERP that posts when it gets round to it and numbers all that happens to its stock, and what of that the hub was told. */
function createErp() {
  const books = new Map([
    ["V ATL", 0],
    ["V DAL", 0],
    ["W ATL", 0],
  ]);
  const levels: StockLevel[] = [];
  const movements: StockMovement[] = [];
  const departures: Departure[] = [];
  const toldLevels = new Set<StockLevel>();
  const toldMovements = new Set<StockMovement>();
  let sequence = 0;

  function move(key: string, quantity: number, kind: StockMovement["kind"], reference?: string): number {
    const [sku = "", branch = ""] = key.split(" ");
    sequence += 1;
    books.set(key, (books.get(key) ?? 0) + quantity);
    levels.push(levelOf(sku, branch, books.get(key) ?? 0, sequence));
    movements.push({
      movementId: `m${sequence}`,
      sequence: String(sequence),
      sku,
      branch,
      quantity: String(quantity),
      kind,
      ...(reference === undefined ? {} : { reference }),
      occurredAt: now.toISOString(),
    });
    return sequence;
  }
  for (const key of books.keys()) move(key, 20, "receipt");

  return {
    books,
    levels,
    movements,
    departures,
    move,
    post(departure: Departure | undefined): void {
      if (departure?.sequence === null)
        departure.sequence = move(departure.key, -departure.quantity, "issue", departure.shipmentId);
    },
    async answer(departure: Departure | undefined): Promise<void> {
      if (!departure || departure.sequence === null || departure.isAnswered) return;
      departure.isAnswered = true;
      await tellPosted(departure.salesOrderId, departure.shipmentId, departure.sequence);
    },
    async tellLevels(said: readonly StockLevel[]): Promise<void> {
      for (const level of said) toldLevels.add(level);
      await tellLevels(...said);
    },
    async tellMovements(said: readonly StockMovement[]): Promise<void> {
      for (const movement of said) toldMovements.add(movement);
      await tellMovements(...said);
    },
    /** The most that may be on hand after what was told, by one who knows when each shipment was posted. */
    mostOf(key: string): number {
      const own = [...toldLevels].filter((level) => keyOf(level) === key);
      const base = Math.max(...own.map((level) => Number(level.sequence)));
      const stated = own.find((level) => Number(level.sequence) === base)?.onHand ?? "0";
      const since = [...toldMovements].filter(
        (movement) => keyOf(movement) === key && Number(movement.sequence) > base,
      );
      const isContained = ({ sequence: posted, shipmentId }: Departure) =>
        (posted !== null && posted <= base) || since.some(({ reference }) => reference === shipmentId);
      const gone = departures.filter((departure) => departure.key === key && !isContained(departure));
      return sum([stated, ...since.map(({ quantity }) => quantity), ...gone.map(({ quantity }) => -quantity)]);
    },
  };
}
type Erp = ReturnType<typeof createErp>;

const some = fc.array(fc.nat(), { minLength: 1, maxLength: 5 });
const which = fc.nat();
const happenings = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant("moves" as const), which, quantity: fc.integer({ min: -3, max: 9 }) }),
    fc.record({ kind: fc.constant("ships" as const), which, quantity: fc.integer({ min: 1, max: 6 }) }),
    fc.record({ kind: fc.constant("posts" as const), which }),
    fc.record({ kind: fc.constant("answers" as const), which }),
    fc.record({ kind: fc.constant("tells levels" as const), some }),
    fc.record({ kind: fc.constant("tells movements" as const), some }),
  ),
  { maxLength: 25, size: "max" },
);
type Happening = typeof happenings extends fc.Arbitrary<(infer One)[]> ? One : never;

const oneOf = <Thing>(things: readonly Thing[], index: number) => things[index % Math.max(things.length, 1)];
const eachOf = <Thing>(things: readonly Thing[], indexes: readonly number[]) =>
  indexes.flatMap((index) => oneOf(things, index) ?? []);

async function happen(erp: Erp, happening: Happening): Promise<void> {
  if (happening.kind === "posts") return erp.post(oneOf(erp.departures, happening.which));
  if (happening.kind === "answers") return erp.answer(oneOf(erp.departures, happening.which));
  if (happening.kind === "tells levels") return erp.tellLevels(eachOf(erp.levels, happening.some));
  if (happening.kind === "tells movements") return erp.tellMovements(eachOf(erp.movements, happening.some));
  const { quantity } = happening;
  const key = oneOf([...erp.books.keys()], happening.which) ?? "";
  if (happening.kind === "moves") return void erp.move(key, quantity, quantity > 0 ? "receipt" : "adjustment");
  const [sku = "", branch = ""] = key.split(" ");
  if (((await onHand())[key] ?? 0) < quantity) return undefined;
  const departure = { key, quantity, sequence: null, isAnswered: false, ...(await ship(sku, branch, quantity)) };
  erp.departures.push(departure);
}

/** All that was ever said, and what was not said yet, in an order of chance. */
async function tellEverything(erp: Erp, chance: readonly number[]): Promise<void> {
  for (const departure of erp.departures) erp.post(departure);
  const everything = [
    ...erp.levels.map((level) => () => erp.tellLevels([level])),
    ...erp.movements.map((movement) => () => erp.tellMovements([movement])),
    ...erp.departures.map((departure) => () => erp.answer(departure)),
  ];
  const placed = everything.map((tell, index) => ({ tell, place: chance[index % chance.length] ?? 0 }));
  for (const { tell } of placed.toSorted((one, other) => one.place - other.place)) await tell();
}

it(
  "shipped goods are promised once, in whatever order news comes, and in the end all agree",
  { timeout: 120_000 },
  async () => {
    const chances = fc.array(fc.nat(), { minLength: 100, maxLength: 100 });
    await fc.assert(
      fc.asyncProperty(happenings, chances, async (story, chance) => {
        await clearBooks();
        const erp = createErp();
        for (const happening of story) {
          await happen(erp, happening);
          for (const [key, quantity] of Object.entries(await onHand())) {
            if (quantity > erp.mostOf(key))
              throw new Error(`${quantity} of ${key} are on hand: more than there can be`);
          }
          expect(await offBooks()).toEqual([]);
        }
        await tellEverything(erp, chance);
        expect(await onHand()).toEqual(Object.fromEntries(erp.books));
        expect(await offBooks()).toEqual([]);
        expect(await openIssues()).toBe(0);
      }),
      { numRuns: 40, interruptAfterTimeLimit: 60_000 },
    );
  },
);

describe("an ERP that does not tell when it takes goods off", () => {
  it("is believed once the time it may take has passed, by a newer level or by a feed that has no more to say", async () => {
    await tellLevels(levelOf("V", "ATL", 10, 1), levelOf("V", "DAL", 10, 1));
    const [atlanta, dallas] = [await ship("V", "ATL", 4), await ship("V", "DAL", 4)];
    await tellPosted(atlanta.salesOrderId, atlanta.shipmentId);
    await tellPosted(dallas.salesOrderId, dallas.shipmentId);
    await tellLevels(levelOf("V", "ATL", 10, 2, after(HOUR_MS - 1)), levelOf("V", "DAL", 6, 2, after(HOUR_MS - 1)));
    expect(await onHand()).toEqual({ "V ATL": 6, "V DAL": 2 });
    await tellLevels(levelOf("V", "ATL", 6, 3, after(HOUR_MS)));
    const settled = await database.transaction((tx) => settleDueIssues(tx, { heardAt: after(HOUR_MS), now }));
    expect(settled).toMatchObject([{ sku: "V", branch: "DAL", onHand: "6", hasRisen: true }]);
    expect(await onHand()).toEqual({ "V ATL": 6, "V DAL": 6 });
    expect(await openIssues()).toBe(0);
  });
});

it("goods that left are off what is stated from the very sequence on that they were posted at", async () => {
  await tellLevels(levelOf("V", "ATL", 10, 1));
  const { salesOrderId, shipmentId } = await ship("V", "ATL", 4);
  await tellPosted(salesOrderId, shipmentId, 3);
  await tellLevels(levelOf("V", "ATL", 10, 2));
  expect([await onHand(), await openIssues()]).toEqual([{ "V ATL": 6 }, 1]);
  await tellLevels(levelOf("V", "ATL", 6, 3));
  expect([await onHand(), await openIssues()]).toEqual([{ "V ATL": 6 }, 0]);
});

it("what a branch did not find is not promised again because its owner still states it, until the shelf must have been counted", async () => {
  await tellLevels(levelOf("V", "ATL", 10, 1));
  const { shipmentId: _none, ...which } = await workOn("V", "ATL", 6);
  const picked = { ...which, lines: [{ lineNumber: 1, sku: "V", quantity: "4", quantityShort: "2" }] };
  await database.transaction((tx) => recordPicked({ countedWithinMs: HOUR_MS })(tx, [callOf(picked)], { now, ids }));
  expect(await onHand()).toEqual({ "V ATL": 8 });
  await tellLevels(levelOf("V", "ATL", 11, 2, after(HOUR_MS - 1)));
  expect(await onHand()).toEqual({ "V ATL": 9 });
  expect(await offBooks()).toEqual([]);
  await tellLevels(levelOf("V", "ATL", 9, 3, after(HOUR_MS)));
  expect(await onHand()).toEqual({ "V ATL": 9 });
  expect(await openIssues()).toBe(0);
});

describe("movements", () => {
  const movement = (
    id: string,
    sequence: number,
    quantity: number,
    more: Partial<StockMovement> = {},
  ): StockMovement => ({
    movementId: id,
    sequence: String(sequence),
    sku: "V",
    branch: "ATL",
    quantity: String(quantity),
    kind: "receipt",
    occurredAt: now.toISOString(),
    ...more,
  });

  it("are told of by what changed, and repeats and late ones are counted", async () => {
    await tellLevels(levelOf("V", "ATL", 10, 5));
    const late = [movement("b", 4, 9), movement("c", 5, 9)];
    const applied = await tellMovements(movement("a", 6, 3), movement("a", 6, 3), ...late);
    expect(applied).toMatchObject({
      received: 4,
      changed: 1,
      dropped: 1,
      late: 2,
      risen: [{ sku: "V", branch: "ATL" }],
    });
    expect(applied.events).toMatchObject([{ data: { cause: "receipt", onHand: "13" } }]);
    expect(await tellMovements(movement("a", 6, 3))).toMatchObject({ changed: 0, dropped: 1, events: [] });
  });

  it("older than a snapshot's floor are kept and not applied", async () => {
    await tellLevels(levelOf("V", "ATL", 10, 5));
    await database.query("insert into stock_floors values ('erp', '*', 8, now())");
    expect(await tellMovements(movement("a", 8, 3), movement("b", 9, 1))).toMatchObject({ late: 1, changed: 1 });
    expect(await onHand()).toEqual({ "V ATL": 11 });
    await database.query("truncate stock_floors");
  });

  it("that pay an issue in part leave the rest of it open", async () => {
    await tellLevels(levelOf("V", "ATL", 10, 1));
    const { shipmentId } = await ship("V", "ATL", 5);
    await tellMovements(movement("elsewhere", 1, -5, { kind: "issue", reference: shipmentId, branch: "DAL" }));
    expect(await openIssues()).toBe(1);
    await tellMovements(movement("a", 2, -2, { kind: "issue", reference: shipmentId }));
    await tellLevels(levelOf("V", "ATL", 8, 2));
    expect(await onHand()).toEqual({ "V ATL": 5 });
    await tellMovements(movement("b", 3, -3, { kind: "issue", reference: shipmentId }));
    expect(await onHand()).toEqual({ "V ATL": 5 });
    expect(await openIssues()).toBe(0);
  });

  it("that leave less than is allocated make the position oversold until there is enough again", async () => {
    await tellLevels(levelOf("V", "ATL", 10, 1));
    await givenOrder(database, [{ sku: "V", quantity: "10", from: { ATL: "10" } }]);
    await tellMovements(movement("a", 2, -3, { kind: "adjustment" }));
    const oversold = await checkBooks(database);
    expect(oversold.oversoldBySnapshot).toMatchObject([{ what: "V@ATL" }]);
    expect(oversold.faults.filter(({ what }) => what === "V@ATL")).toEqual([]);
    await tellMovements(movement("b", 3, 3));
    await database.query("update inventory_positions set on_hand = 9, stated_on_hand = stated_on_hand - 1");
    const { faults } = await checkBooks(database);
    expect(faults.filter(({ what }) => what === "V@ATL")).toMatchObject([{ law: "position-not-oversold" }]);
  });

  it("are forgotten once a level is past them and no issue is measured by them", async () => {
    await tellLevels(levelOf("V", "ATL", 10, 1));
    await tellMovements(movement("a", 2, 1), movement("b", 4, 1));
    await tellLevels(levelOf("V", "ATL", 11, 3));
    expect(await purgeMovements(database, now)).toBe(0);
    expect(await purgeMovements(database, after(1))).toBe(1);
    expect(await onHand()).toEqual({ "V ATL": 12 });
    expect(await offBooks()).toEqual([]);
  });
});
