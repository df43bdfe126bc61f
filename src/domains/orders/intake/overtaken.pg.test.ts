import {
  sampleCustomer,
  sampleDraft,
  samplePrice,
  sampleProduct,
  testDatabase,
  tradingPost,
  untilOneWaits,
  type TradingStock,
} from "#testing";
import type { SalesOrder } from "#contracts";
import type { Database } from "#platform";
import { beforeAll, describe, expect, it } from "vitest";
import { checkBooks } from "../../books.ts";
import type { SubmitRequest } from "./submission.ts";

const database = await testDatabase();
const post = tradingPost(database);
const onHand = { TAKEN: "10", LAST: "10", CREDIT: "1000", FIGURES: "1000", BEARER: "1000", QUEUE: "0", COMES: "0" };
const skus = Object.keys(onHand);

/** Overtaken by something before it locks anything: once, and looks again; or by somebody else the second time as well, and locks everything it might want. */
type Way = "ONCE" | "TWICE";

/** A trade of its own for each way in which a list goes on: the same items and customers, under other numbers. */
const tradeOf = (way: Way): TradingStock => ({
  customers: [
    sampleCustomer({ customerNumber: `C-LIMIT-${way}`, creditLimit: "100" }),
    sampleCustomer({ customerNumber: `C-TIGHT-${way}`, creditLimit: "100" }),
  ],
  products: skus.map((sku) => sampleProduct({ sku: `${sku}-${way}` })),
  prices: skus.map((sku) => samplePrice({ sku: `${sku}-${way}` })),
  onHand: { ATL: Object.fromEntries(Object.entries(onHand).map(([sku, quantity]) => [`${sku}-${way}`, quantity])) },
  inbound: {
    [`QUEUE-${way}`]: [
      { expectedOn: "2026-02-01", quantity: "10" },
      { expectedOn: "2026-02-15", quantity: "100" },
    ],
    [`COMES-${way}`]: [{ expectedOn: "2026-02-15", quantity: "100" }],
  },
});
beforeAll(async () => {
  await post.stock({ customers: [sampleCustomer()] });
  await post.stock(tradeOf("ONCE"));
  await post.stock(tradeOf("TWICE"));
});

let number = 0;
const order = (sku: string, quantity: string, more: Partial<SubmitRequest["draft"]> = {}): SubmitRequest => {
  number += 1;
  const draft = sampleDraft({
    channelOrderNumber: `overtaken-${number}`,
    customerPurchaseOrder: `PO-${number}`,
    lines: [{ lineNumber: 1, sku, quantity, unitOfMeasure: "EA" }],
    ...more,
  });
  return { draft, idempotencyKey: draft.channelOrderNumber };
};

/** What a list that was seen to be overtaken fails with. */
const overtaken = Object.assign(new Error("Somebody was quicker."), { code: "CD001" });

function intakeOvertakenBy(something: () => Promise<unknown>, way: Way) {
  const sent: string[] = [];
  const slow: Database = {
    ...database,
    async atOnce(work, options) {
      sent.push("as seen");
      if (sent.length === 1) await something();
      else if (way === "TWICE") throw overtaken;
      return database.atOnce(work, options);
    },
    async transaction(work, options) {
      sent.push("under locks");
      return database.transaction(work, options);
    },
  };
  return { intake: post.newIntakeBy({ database: slow }), sent };
}

async function documentOf(request: SubmitRequest, something: () => Promise<unknown>, way: Way): Promise<SalesOrder> {
  const { intake, sent } = intakeOvertakenBy(something, way);
  const [result] = await intake.submit([request]);
  if (!result?.salesOrder) throw new Error("There is no order in the answer.");
  expect(sent).toEqual(way === "ONCE" ? ["as seen", "as seen"] : ["as seen", "as seen", "under locks"]);
  expect(await checkBooks(database)).toMatchObject({ faults: [] });
  return result.salesOrder;
}
const submit = (request: SubmitRequest) => post.intake.submit([request]);
const reasonsOf = ({ holds }: SalesOrder) => holds.map(({ reason }) => reason);

describe.each<Way>(["ONCE", "TWICE"])("an order that is overtaken %s between its decision and its locks", (way) => {
  it("does not get what somebody else took", async () => {
    const document = await documentOf(order(`TAKEN-${way}`, "8"), () => submit(order(`TAKEN-${way}`, "7")), way);
    expect(document.lines).toMatchObject([{ quantityAllocated: "3", quantityBackordered: "5" }]);
  });

  it("gets what came back while it was about to wait", async () => {
    await submit(order(`LAST-${way}`, "10"));
    const document = await documentOf(order(`LAST-${way}`, "4"), () => post.setOnHand(`LAST-${way}`, "ATL", "14"), way);
    expect(document.lines).toMatchObject([{ quantityAllocated: "4", quantityBackordered: "0" }]);
  });

  it("is held when somebody else used up the credit", async () => {
    const other = order(`CREDIT-${way}`, "30", { customerNumber: `C-LIMIT-${way}` });
    const document = await documentOf(
      order(`CREDIT-${way}`, "30", { customerNumber: `C-LIMIT-${way}` }),
      () => submit(other),
      way,
    );
    expect(reasonsOf(document)).toEqual(["credit"]);
  });

  it("is held for credit by the figures of that moment", async () => {
    const other = order(`FIGURES-${way}`, "10", { customerNumber: `C-TIGHT-${way}` });
    const document = await documentOf(
      order(`FIGURES-${way}`, "60", { customerNumber: `C-TIGHT-${way}` }),
      () => submit(other),
      way,
    );
    expect(document.holds).toMatchObject([
      { reason: "credit", explanation: expect.stringContaining("25.00 accepted since") },
    ]);
  });

  it("is held when its purchase order number was taken", async () => {
    const purchaseOrder = { customerPurchaseOrder: `PO-4711-${way}` };
    const other = order(`BEARER-${way}`, "2", purchaseOrder);
    const document = await documentOf(order(`BEARER-${way}`, "1", purchaseOrder), () => submit(other), way);
    expect(reasonsOf(document)).toEqual(["duplicate-purchase-order"]);
  });

  it("is promised a later day when somebody else got in line before it", async () => {
    const document = await documentOf(order(`QUEUE-${way}`, "8"), () => submit(order(`QUEUE-${way}`, "5")), way);
    expect(document.lines).toMatchObject([{ promisedOn: "2026-02-15" }]);
  });

  it("is promised an earlier day when one became known", async () => {
    const inbound = [{ expectedOn: "2026-02-01", quantity: "100" }];
    const document = await documentOf(
      order(`COMES-${way}`, "8"),
      () => post.setOnHand(`COMES-${way}`, "ATL", "0", { inbound }),
      way,
    );
    expect(document.lines).toMatchObject([{ promisedOn: "2026-02-01" }]);
  });
});

describe("a list whose numbers another node is just writing", () => {
  /** As another node does: the rows first, in the order of their numbers, the locks last. What it wants and does not get at once, it would wait for in a circle. */
  async function whileOtherWrites(numbers: readonly string[], ours: () => Promise<unknown>): Promise<void> {
    const other = database.transaction(async (tx) => {
      await tx.query("set local lock_timeout = '100ms'");
      for (const [index, number] of numbers.entries()) {
        await tx.query(
          `insert into sales_orders
           select (jsonb_populate_record(o, jsonb_build_object('sales_order_id', $1::text, 'sales_order_number', $1::text,
                     'channel_order_number', $1::text, 'idempotency_key', $1::text))).* from sales_orders o limit 1`,
          [number],
        );
        if (index > 0) continue;
        void ours();
        await untilOneWaits(database);
      }
      await tx.query("select from customer_credits for no key update");
      throw new Error("It is not written after all.");
    });
    await expect(other).rejects.toThrow("It is not written after all.");
  }
  const twins = () => [order("BEARER-ONCE", "1"), order("BEARER-ONCE", "1")];
  const everythingLocked = post.newIntakeBy({ database: { ...database, atOnce: () => Promise.reject(overtaken) } });

  it.each([
    { does: "writes first and locks last", intake: post.intake },
    { does: "locks everything", intake: everythingLocked },
  ])("holds nothing of what the other wants when it $does", async ({ intake }) => {
    await submit(order("BEARER-ONCE", "1"));
    const list = twins();
    const numbers = list.map(({ idempotencyKey }) => idempotencyKey).toSorted();
    let asked: ReturnType<typeof intake.submit> | undefined;
    await whileOtherWrites(numbers, () => (asked = intake.submit(list.toReversed())));
    expect(await asked).toMatchObject([{ outcome: "accepted" }, { outcome: "accepted" }]);
  });
});
