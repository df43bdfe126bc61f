import fc from "fast-check";
import { expect, it } from "vitest";
import { SalesOrderCancelRequested } from "#contracts";
import { fillBackorders, replanShipment } from "#domains";
import { givenOrder, givenStock, imbalances } from "#testing";
import { aSku, booksBalanceAfterEach, createHub, type Hub } from "./hub.ts";
import { newsOf, type FakeCarrier, type FakeWarehouse } from "./world.ts";

booksBalanceAfterEach();

/**
 * Whatever happens in whatever order, in the end every order is closed or cancelled, the books balance, and every other system has been
 * asked for exactly what is true: nothing billed that did not ship, nothing tendered that neither ships nor was voided.
 */
const weather = fc.record({
  orders: fc.array(
    fc.record({
      quantity: fc.integer({ min: 1, max: 9 }),
      allocated: fc.integer({ min: 0, max: 9 }),
      branch: fc.constantFrom("ATL", "DAL"),
    }),
    { minLength: 1, maxLength: 4 },
  ),
  happenings: fc.array(
    fc.record({
      what: fc.constantFrom(
        "work",
        "work",
        "work",
        "short",
        "cancel",
        "down",
        "up",
        "refuse",
        "lose",
        "tooLate",
        "stock",
        "time",
        "deliver",
      ),
      which: fc.nat({ max: 7 }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
    { maxLength: 25 },
  ),
});
type Weather = typeof weather extends fc.Arbitrary<infer Drawn> ? Drawn : never;
type Happening = Weather["happenings"][number];

interface Storm {
  readonly hub: Hub;
  readonly sku: string;
  readonly orders: readonly string[];
  /** How much a warehouse found of what it was asked for, by our reference. */
  readonly found: Map<string, string>;
}

const warehousesOf = ({ hub }: Storm): readonly FakeWarehouse[] => [hub.atl, hub.dal];
const carriersOf = ({ hub }: Storm): readonly FakeCarrier[] => [hub.anchor, hub.swift];
const systemsOf = ({ hub }: Storm) => [hub.erp, hub.tax, hub.shop, hub.atl, hub.dal, hub.anchor, hub.swift];

/** Each warehouse does the next step of whatever it has of an order. */
async function work(storm: Storm, salesOrderId: string, found?: (quantity: number) => number): Promise<void> {
  for (const warehouse of warehousesOf(storm)) {
    for (const task of await storm.hub.workOf(warehouse, salesOrderId)) {
      const [instance] = await storm.hub.database.query<{ state: string }>(
        "select state from process_instances where instance_id = $1",
        [task.reference],
      );
      if (instance?.state === "released") {
        const quantity = Number(task.lines[0]?.quantity);
        storm.found.set(task.reference, String(found ? found(quantity) : quantity));
        await storm.hub.warehouseTells(warehouse, newsOf(task, "picked", storm.found.get(task.reference)));
      } else if (instance?.state === "picked")
        await storm.hub.warehouseTells(warehouse, newsOf(task, "packed", storm.found.get(task.reference)));
      else if (instance?.state === "labelled")
        await storm.hub.warehouseTells(warehouse, newsOf(task, "shipped", storm.found.get(task.reference)));
    }
  }
}

async function deliver(storm: Storm, salesOrderId: string): Promise<void> {
  for (const carrier of carriersOf(storm)) await storm.hub.carrierTells(carrier, salesOrderId, ["delivered"], true);
}

async function stockArrives({ hub, sku }: Storm, branch: string, quantity: number): Promise<void> {
  await givenStock(hub.database, sku, branch, String(quantity));
  await hub.within((tx) => fillBackorders(tx, [{ sku, branch }]));
}

const at = <Thing>(things: readonly Thing[], which: number): Thing => things[which % things.length] as Thing;

async function happens(storm: Storm, { what, which, share }: Happening): Promise<void> {
  const { hub, orders } = storm;
  const salesOrderId = at(orders, which);
  const system = at(systemsOf(storm), which);
  if (what === "work") await work(storm, salesOrderId);
  if (what === "short") await work(storm, salesOrderId, (quantity) => Math.floor(quantity * share));
  if (what === "cancel")
    await hub.tell([
      SalesOrderCancelRequested({ salesOrderId, by: "kim", reason: "Storm" }, { correlationId: salesOrderId }),
    ]);
  if (what === "down") system.down = true;
  if (what === "up") system.down = false;
  if (what === "refuse") at(carriersOf(storm), which).refuses = share > 0.5 ? { reason: "No." } : null;
  if (what === "lose") at(carriersOf(storm), which).losesAnswers = share > 0.5;
  if (what === "tooLate") at(warehousesOf(storm), which).recallRefused = share > 0.5 ? "too late" : null;
  if (what === "stock") await stockArrives(storm, which % 2 === 0 ? "ATL" : "DAL", Math.ceil(share * 5));
  if (what === "time") await hub.later(Math.ceil(share * 120_000));
  if (what === "deliver") await deliver(storm, salesOrderId);
  await hub.rest();
}

/** The sky clears: everything is up, willing and in stock, and everybody does his work until nothing is left to do. */
async function clears(storm: Storm): Promise<void> {
  const { hub, orders } = storm;
  for (const system of systemsOf(storm)) system.down = false;
  for (const carrier of carriersOf(storm)) Object.assign(carrier, { refuses: null, losesAnswers: false });
  for (const branch of ["ATL", "DAL"]) await stockArrives(storm, branch, 100);
  for (let day = 0; day < 12; day += 1) {
    await hub.later(5 * 60_000);
    const unplaced = await hub.database.query<{ id: string }>(
      "select instance_id as id from process_instances where state = 'unplaced'",
    );
    for (const { id } of unplaced)
      await hub.within((tx) => replanShipment(tx, { shipmentId: id, by: "kim", reason: "Try again" }));
    for (const salesOrderId of orders) {
      await work(storm, salesOrderId);
      await deliver(storm, salesOrderId);
    }
  }
}

async function begin(drawn: Weather): Promise<Storm> {
  const hub = createHub();
  const sku = await aSku();
  const orders: string[] = [];
  for (const { quantity, allocated, branch } of drawn.orders) {
    const tied = String(Math.min(quantity, allocated));
    await givenStock(hub.database, sku, branch, tied);
    const { salesOrderId, accepted } = await givenOrder(hub.database, [
      { sku, quantity: String(quantity), ...(tied !== "0" && { from: { [branch]: tied } }), unitPrice: "3.33" },
    ]);
    orders.push(salesOrderId);
    await hub.tell([accepted]);
  }
  return { hub, sku, orders, found: new Map() };
}

interface Outcome {
  readonly state: string;
  readonly ordered: number;
  readonly shipped: number;
  readonly cancelled: number;
  readonly tax: string | null;
  readonly left: number;
}

async function expectTrue(storm: Storm): Promise<void> {
  const { hub, orders } = storm;
  for (const salesOrderId of orders) {
    const [outcome] = await hub.database.query<Outcome>(
      `select i.state, l.quantity_ordered::float8 as ordered, l.quantity_shipped::float8 as shipped, l.quantity_cancelled::float8 as cancelled,
              l.tax_amount::text as tax, (l.quantity_open + l.quantity_allocated + l.quantity_backordered)::float8 as left
         from sales_order_lines l join process_instances i on i.process = 'order-to-cash' and i.instance_id = l.sales_order_id
        where l.sales_order_id = $1`,
      [salesOrderId],
    );
    if (!outcome) throw new Error(`${salesOrderId} is gone`);
    expect([salesOrderId, outcome.state, outcome.left]).toEqual([
      salesOrderId,
      expect.stringMatching(/^(closed|cancelled)$/),
      0,
    ]);
    const known = hub.erp.orders.get(salesOrderId);
    const invoices = hub.erp.invoices
      .filter((invoice) => invoice.salesOrderReference === salesOrderId)
      .flatMap((invoice) => invoice.lines);
    const total = (field: "quantity" | "taxAmount") =>
      invoices.reduce((sum, line) => sum + Math.round(Number(line[field]) * 100), 0) / 100;
    expect(total("quantity")).toBe(outcome.shipped);
    if (outcome.shipped === outcome.ordered) expect(total("taxAmount")).toBe(Number(outcome.tax));
    expect(known?.cancelled ?? false).toBe(outcome.state === "cancelled");
    if (outcome.state === "closed")
      expect((known?.cancelledLines ?? []).reduce((sum, line) => sum + Number(line.quantity), 0)).toBe(
        outcome.cancelled,
      );
  }
  const going = await hub.database.query<{ id: string; carrier: string }>(
    "select shipment_id as id, carrier from shipments where status = 'delivered' and sales_order_id = any($1)",
    [orders],
  );
  for (const carrier of carriersOf(storm)) {
    const tendered = new Set(carrier.tendered.map((line) => line.split(" ")[0] ?? ""));
    const carried = going.filter((shipment) => shipment.carrier === carrier.code).map(({ id }) => id);
    expect([...tendered].filter((id) => !carrier.voided.includes(id) && !carried.includes(id))).toEqual([]);
  }
  expect(await imbalances(hub.database)).toEqual([]);
}

it("whatever happens in whatever order, every order ends closed or cancelled, and everybody was asked for what is true", async () => {
  await fc.assert(
    fc.asyncProperty(weather, async (drawn) => {
      const storm = await begin(drawn);
      for (const happening of drawn.happenings) await happens(storm, happening);
      await clears(storm);
      await expectTrue(storm);
    }),
    { numRuns: 12, endOnFailure: true },
  );
}, 240_000);
