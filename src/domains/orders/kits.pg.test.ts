import { randomBytes } from "node:crypto";
import { FulfillmentPicked, FulfillmentShipped, SalesOrderCancelRequested, type LoggedEvent } from "#contracts";
import { multiply } from "#platform";
import { sampleCustomer, sampleDraft, samplePrice, sampleProduct, testDatabase, tradingPost } from "#testing";
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { checkBooks } from "../books.ts";
import { recordPicked } from "../fulfillments/record-progress.ts";
import { recordShipped } from "../fulfillments/record-shipped.ts";
import { sourceFulfillments } from "../fulfillments/source-fulfillments.ts";
import { billShipments } from "../invoices/bill-shipments.ts";
import { releaseReservations } from "../reservations/change-reservations.ts";
import { reserve } from "../reservations/reserve.ts";
import { cancelBeforeFulfillment } from "./lifecycle/cancel-orders.ts";
import { fillBackorders } from "./lifecycle/fill-backorders.ts";
import { readChannelLines } from "./lifecycle/read-for-systems.ts";
import { readSalesOrders } from "./read/read-sales-orders.ts";

const database = await testDatabase();
const post = tradingPost(database);
const { clock, ids } = post;
let kit = "";
let pump = "";
let clamp = "";

beforeEach(async () => {
  const run = randomBytes(4).toString("hex");
  [kit, pump, clamp] = [`KIT-${run}`, `PUMP-${run}`, `CLAMP-${run}`];
  await post.stock({
    customers: [sampleCustomer()],
    products: [
      sampleProduct({ sku: pump }),
      sampleProduct({ sku: clamp }),
      sampleProduct({
        sku: kit,
        kitComponents: [
          { sku: pump, quantity: "1" },
          { sku: clamp, quantity: "2" },
        ],
      }),
    ],
    prices: [samplePrice({ sku: kit, unitPrice: "90" }), samplePrice({ sku: clamp })],
  });
});

const stock = async (branch: string, pumps: string, clamps: string) => {
  await post.setOnHand(pump, branch, pumps);
  await post.setOnHand(clamp, branch, clamps);
};
async function order(quantity: string, more: object = {}) {
  const key = randomBytes(6).toString("hex");
  const lines = [{ lineNumber: 1, sku: kit, quantity, unitOfMeasure: "EA" }];
  const draft = sampleDraft({ channelOrderNumber: key, lines, ...more });
  const [result] = await post.intake.submit([{ draft, idempotencyKey: key }]);
  if (!result?.salesOrder) throw new Error(JSON.stringify(result));
  return result.salesOrder;
}
const read = async (salesOrderId: string) => {
  const [found] = await readSalesOrders(database, [salesOrderId]);
  return found?.lines ?? [];
};
/** `kit 2 allocated`, by line. */
const quantitiesOf = async (salesOrderId: string) =>
  (await read(salesOrderId)).map(
    (line) =>
      `${line.quantityAllocated} allocated, ${line.quantityBackordered} waiting, ${line.quantityShipped} shipped, ${line.quantityCancelled} cancelled`,
  );
const balanced = async () => expect((await checkBooks(database)).faults).toEqual([]);

const context = () => ({ now: clock.now(), ids });
const callOf = <Data extends object>(
  draft: { type: string; data: Data; correlationId: string },
  instanceId: string,
) => ({
  instanceId,
  event: { ...draft, id: ids.next("evt"), time: clock.now().toISOString() } as unknown as LoggedEvent & { data: Data },
});
/** The branches' work of an order, each with what it was asked for. */
async function ask(salesOrderId: string) {
  const story = { correlationId: salesOrderId };
  const call = callOf({ type: "", data: { salesOrderId }, ...story }, salesOrderId);
  await database.transaction((tx) => sourceFulfillments(tx, [call as never], context()));
  return database.query<{
    fulfillmentOrderId: string;
    branch: string;
    lines: { lineNumber: number; sku: string; quantity: string }[];
  }>(
    `select f.fulfillment_order_id as "fulfillmentOrderId", f.branch,
            jsonb_agg(jsonb_build_object('lineNumber', l.line_number, 'sku', l.sku, 'quantity', trim_scale(l.quantity)::text)
                      order by l.line_number) as lines
       from fulfillment_orders f join fulfillment_lines l using (fulfillment_order_id)
      where f.sales_order_id = $1 and f.status not in ('shipped', 'cancelled') group by 1, 2 order by 2`,
    [salesOrderId],
  );
}
type Work = Awaited<ReturnType<typeof ask>>[number];
async function pick(salesOrderId: string, { fulfillmentOrderId, branch }: Work, lines: Work["lines"]) {
  const picked = lines.map((line) => ({ ...line, quantityShort: "0" }));
  const draft = FulfillmentPicked(
    { fulfillmentOrderId, salesOrderId, branch, lines: picked },
    { correlationId: salesOrderId },
  );
  await database.transaction((tx) =>
    recordPicked({ countedWithinMs: 86_400_000 })(tx, [callOf(draft as never, fulfillmentOrderId) as never], context()),
  );
}
async function ship(salesOrderId: string, { fulfillmentOrderId, branch }: Work, lines: Work["lines"]) {
  const shipmentId = fulfillmentOrderId.replace("ful_", "shp_");
  const data = {
    fulfillmentOrderId,
    salesOrderId,
    branch,
    shipmentId,
    channel: "web-shop",
    shippedAt: clock.now().toISOString(),
    lines,
  };
  const call = callOf(FulfillmentShipped(data, { correlationId: salesOrderId }) as never, fulfillmentOrderId) as never;
  await database.transaction((tx) => recordShipped(tx, [call]));
  await database.transaction((tx) => billShipments(tx, [call]));
  return shipmentId;
}
const billed = (salesOrderId: string) =>
  database.query<{ line: number; quantity: string; amount: string }>(
    `select line_number as line, trim_scale(quantity)::text as quantity, line_amount::text as amount from invoice_lines
      where sales_order_id = $1 order by invoice_id`,
    [salesOrderId],
  );

describe("a kit", () => {
  it("is priced as one and takes all its parts at one branch, as often as one has them together", async () => {
    await stock("ATL", "5", "3");
    await stock("DFW", "3", "9");
    const { lines, merchandiseAmount, salesOrderId } = await order("3");
    expect(merchandiseAmount).toBe("270.00");
    expect(lines).toMatchObject([
      { lineNumber: 1, sku: kit, lineAmount: "270.00", quantityAllocated: "3", allocations: [] },
      {
        lineNumber: 10_001,
        kitLineNumber: 1,
        sku: pump,
        unitPrice: "0",
        allocations: [{ branch: "DFW", quantity: "3" }],
      },
      { lineNumber: 10_002, kitLineNumber: 1, sku: clamp, allocations: [{ branch: "DFW", quantity: "6" }] },
    ]);
    expect(lines[1]?.allocationExplanation).toContain("With the kit of line 1: All 3 EA from DFW");
    expect(await read(salesOrderId)).toMatchObject(
      lines.map(({ sku, kitLineNumber }) => ({ sku, ...(kitLineNumber ? { kitLineNumber } : {}) })),
    );
    await balanced();
  });

  it("shares its parts with the other lines of an order", async () => {
    await stock("ATL", "4", "5");
    const lines = [
      { lineNumber: 1, sku: kit, quantity: "2", unitOfMeasure: "EA" },
      { lineNumber: 2, sku: clamp, quantity: "2", unitOfMeasure: "EA" },
    ];
    const taken = await order("", { lines });
    expect(taken.lines.map(({ quantityAllocated }) => quantityAllocated)).toEqual(["2", "1", "2", "4"]);
    await balanced();
  });

  it("is refused where a part of it is not sold", async () => {
    const broken = `${kit}-B`;
    await post.stock({
      products: [sampleProduct({ sku: broken, kitComponents: [{ sku: "NO-SUCH-PART", quantity: "1" }] })],
      prices: [samplePrice({ sku: broken })],
    });
    const key = randomBytes(6).toString("hex");
    const draft = sampleDraft({
      channelOrderNumber: key,
      lines: [{ lineNumber: 1, sku: broken, quantity: "1", unitOfMeasure: "EA" }],
    });
    const [result] = await post.intake.submit([{ draft, idempotencyKey: key }]);
    expect(result).toMatchObject({ outcome: "rejected", faults: [{ path: "/lines/0/sku", found: "NO-SUCH-PART" }] });
  });

  it("waits for its parts together: a pump without clamps is taken by nobody, and both fill it at one branch", async () => {
    const { salesOrderId, lines } = await order("2");
    expect(lines[0]).toMatchObject({ quantityBackordered: "2" });
    await post.setOnHand(pump, "ATL", "9");
    expect((await quantitiesOf(salesOrderId))[1]).toBe("0 allocated, 2 waiting, 0 shipped, 0 cancelled");
    await post.setOnHand(clamp, "DFW", "9");
    expect((await quantitiesOf(salesOrderId))[2]).toBe("0 allocated, 4 waiting, 0 shipped, 0 cancelled");
    await post.setOnHand(clamp, "ATL", "3");
    expect(await quantitiesOf(salesOrderId)).toEqual([
      "1 allocated, 1 waiting, 0 shipped, 0 cancelled",
      "1 allocated, 1 waiting, 0 shipped, 0 cancelled",
      "2 allocated, 2 waiting, 0 shipped, 0 cancelled",
    ]);
    await balanced();
  });

  it("keeps nobody behind it waiting for a part it can do nothing with, however many kits wait", async () => {
    for (let before = 0; before < 12; before += 1) await order("3");
    const lines = [{ lineNumber: 1, sku: clamp, quantity: "4", unitOfMeasure: "EA" }];
    const [behind, last] = [await order("1", { lines }), await order("1", { lines })];
    await post.setOnHand(clamp, "ATL", "7");
    expect(await quantitiesOf(behind.salesOrderId)).toEqual(["4 allocated, 0 waiting, 0 shipped, 0 cancelled"]);
    expect(await quantitiesOf(last.salesOrderId)).toEqual(["3 allocated, 1 waiting, 0 shipped, 0 cancelled"]);
    await balanced();
  });

  it("keeps nobody from his turn who comes before one that other goods arrived for", async () => {
    const gasket = `GASKET-${clamp}`;
    await post.stock({ products: [sampleProduct({ sku: gasket })], prices: [samplePrice({ sku: gasket })] });
    await order("3");
    const wants = (sku: string, lineNumber: number) => ({ lineNumber, sku, quantity: "1", unitOfMeasure: "EA" });
    const first = await order("1", { lines: [wants(clamp, 1)] });
    const second = await order("1", { lines: [wants(clamp, 1), wants(gasket, 2)] });
    for (const sku of [clamp, gasket]) await post.setOnHand(sku, "ATL", "0");
    await database.query("update inventory_positions set on_hand = 1, stated_on_hand = 1 where sku = any($1)", [
      [clamp, gasket],
    ]);
    const arrived = [clamp, gasket].map((sku) => ({ sku, branch: "ATL" }));
    await database.transaction((tx) => fillBackorders(tx, arrived));
    expect(await quantitiesOf(first.salesOrderId)).toEqual(["1 allocated, 0 waiting, 0 shipped, 0 cancelled"]);
    expect(await quantitiesOf(second.salesOrderId)).toEqual([
      "0 allocated, 1 waiting, 0 shipped, 0 cancelled",
      "1 allocated, 0 waiting, 0 shipped, 0 cancelled",
    ]);
    await balanced();
  });

  it("is left to the next who fills where somebody is at a part of it and this one holds positions already", async () => {
    const { salesOrderId } = await order("1");
    for (const sku of [pump, clamp]) await post.setOnHand(sku, "ATL", "0");
    await database.query("update inventory_positions set on_hand = 2, stated_on_hand = 2 where sku = any($1)", [
      [pump, clamp],
    ]);
    const fill = (holdsPositions: boolean) =>
      database.transaction(async (tx) => {
        await tx.query("set local lock_timeout = '1s'");
        return fillBackorders(tx, [{ sku: pump, branch: "ATL" }], { holdsPositions });
      });
    await database.transaction(async (other) => {
      await other.query("select from inventory_positions where sku = $1 for no key update", [clamp]);
      expect(await fill(true)).toEqual([]);
    });
    expect(await fill(false)).toHaveLength(1);
    expect((await quantitiesOf(salesOrderId))[0]).toBe("1 allocated, 0 waiting, 0 shipped, 0 cancelled");
    await balanced();
  });

  it("is picked and shipped by its parts, billed by itself, and told to the channel as one", async () => {
    await stock("ATL", "3", "6");
    const { salesOrderId } = await order("3");
    const [work] = await ask(salesOrderId);
    expect(work?.lines.map(({ sku, quantity }) => `${quantity} ${sku}`)).toEqual([`3 ${pump}`, `6 ${clamp}`]);
    if (!work) throw new Error("no work");
    await pick(salesOrderId, work, work.lines);
    const shipmentId = await ship(salesOrderId, work, work.lines);
    expect((await quantitiesOf(salesOrderId))[0]).toBe("0 allocated, 0 waiting, 3 shipped, 0 cancelled");
    expect(await billed(salesOrderId)).toEqual([{ line: 1, quantity: "3", amount: "270.00" }]);
    expect(await readChannelLines(database, salesOrderId, shipmentId, work.lines)).toEqual([
      { lineNumber: 1, sku: kit, quantity: "3" },
    ]);
    await balanced();
  });

  it("of which a part was not found is not whole: what left is billed by its share, the rest when it comes, to the cent", async () => {
    await stock("ATL", "3", "6");
    const { salesOrderId } = await order("3");
    const [work] = await ask(salesOrderId);
    if (!work) throw new Error("no work");
    const short = work.lines.map((line) => (line.sku === clamp ? { ...line, quantity: "2" } : line));
    await pick(salesOrderId, work, short);
    expect(await quantitiesOf(salesOrderId)).toEqual([
      "1 allocated, 2 waiting, 0 shipped, 0 cancelled",
      "3 allocated, 0 waiting, 0 shipped, 0 cancelled",
      "2 allocated, 4 waiting, 0 shipped, 0 cancelled",
    ]);
    await balanced();
    await ship(salesOrderId, work, short);
    expect((await quantitiesOf(salesOrderId))[0]).toBe("0 allocated, 2 waiting, 1 shipped, 0 cancelled");
    await post.setOnHand(clamp, "DFW", "10");
    const [rest] = await ask(salesOrderId);
    if (!rest) throw new Error("no work");
    expect(rest).toMatchObject({ branch: "DFW", lines: [{ sku: clamp, quantity: "4" }] });
    await pick(salesOrderId, rest, rest.lines);
    await ship(salesOrderId, rest, rest.lines);
    expect((await quantitiesOf(salesOrderId))[0]).toBe("0 allocated, 0 waiting, 3 shipped, 0 cancelled");
    const bills = await billed(salesOrderId);
    expect(bills.map(({ line }) => line)).toEqual([1, 1]);
    expect(bills.reduce((sum, { amount }) => sum + Number(amount), 0)).toBeCloseTo(270, 2);
    await balanced();
  });

  it("that does not follow from its parts is found by the books", async () => {
    await stock("ATL", "3", "6");
    const { salesOrderId } = await order("2");
    const undo = new Error("undo");
    const tampered = database.transaction(async (tx) => {
      await tx.query(
        "update sales_order_lines set quantity_allocated = 1, quantity_backordered = 1 where sales_order_id = $1 and is_kit",
        [salesOrderId],
      );
      expect((await checkBooks(tx)).faults).toMatchObject([
        { law: "kit-is-its-components", what: `${salesOrderId} line 1` },
      ]);
      throw undo;
    });
    await expect(tampered).rejects.toBe(undo);
  });

  it("is cancelled with its parts, and kept for a cart by its parts", async () => {
    await stock("ATL", "3", "6");
    const { salesOrderId } = await order("2");
    const cancel = SalesOrderCancelRequested(
      { salesOrderId, by: "kim", reason: "twice" },
      { correlationId: salesOrderId },
    );
    await database.transaction((tx) => cancelBeforeFulfillment(tx, [callOf(cancel as never, salesOrderId) as never]));
    expect(await quantitiesOf(salesOrderId)).toEqual([
      "0 allocated, 0 waiting, 0 shipped, 2 cancelled",
      "0 allocated, 0 waiting, 0 shipped, 2 cancelled",
      "0 allocated, 0 waiting, 0 shipped, 4 cancelled",
    ]);
    await balanced();
    const draft = {
      channel: "web-shop",
      minutes: 5,
      lines: [{ lineNumber: 1, sku: kit, quantity: "3", unitOfMeasure: "EA" }],
    };
    const [kept] = await database.transaction((tx) =>
      reserve(tx, [{ draft, idempotencyKey: ids.next("key") }], context()),
    );
    if (!kept || !("reservation" in kept)) throw new Error(JSON.stringify(kept));
    expect(kept.reservation.lines).toMatchObject([{ quantityReserved: "3", from: [{ branch: "ATL", quantity: "3" }] }]);
    await balanced();
    expect((await order("1")).lines[0]).toMatchObject({ quantityBackordered: "1" });
    const { reservationId } = kept.reservation;
    expect((await order("3", { reservationId })).lines[0]).toMatchObject({ quantityAllocated: "3" });
    await database.transaction((tx) => releaseReservations(tx, [reservationId], clock.now())).catch(() => undefined);
    await balanced();
  });

  it("keeps the books through any picks, shipments and receipts, and is billed exactly when all of it has left", async () => {
    const step = fc.record({
      pumps: fc.nat(6),
      clamps: fc.nat(12),
      found: fc.nat(4),
      branch: fc.constantFrom("ATL", "DFW"),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }).map(String),
        fc.array(step, { maxLength: 4 }),
        async (quantity, steps) => {
          await stock("ATL", "0", "0");
          await stock("DFW", "0", "0");
          const { salesOrderId } = await order(quantity);
          for (const { pumps, clamps, found, branch } of [
            ...steps,
            { pumps: 50, clamps: 99, found: 99, branch: "ATL" },
          ]) {
            await stock(branch, String(pumps), String(clamps));
            for (const work of await ask(salesOrderId)) {
              const lines = work.lines.map((line) => ({
                ...line,
                quantity: String(Math.min(Number(line.quantity), found)),
              }));
              await pick(salesOrderId, work, lines);
              if (lines.some((line) => line.quantity !== "0")) await ship(salesOrderId, work, lines);
              await balanced();
            }
          }
          for (const work of await ask(salesOrderId)) {
            await pick(salesOrderId, work, work.lines);
            await ship(salesOrderId, work, work.lines);
          }
          expect((await quantitiesOf(salesOrderId))[0]).toBe(
            `0 allocated, 0 waiting, ${quantity} shipped, 0 cancelled`,
          );
          const amounts = (await billed(salesOrderId)).reduce((sum, { amount }) => sum + Number(amount), 0);
          expect(amounts.toFixed(2)).toBe(Number(multiply(quantity, "90")).toFixed(2));
          await balanced();
        },
      ),
      { numRuns: 12 },
    );
  });
});
