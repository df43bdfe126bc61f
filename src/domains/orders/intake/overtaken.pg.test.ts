import { sampleCustomer, sampleDraft, samplePrice, sampleProduct, testDatabase, tradingPost } from "#testing";
import type { SalesOrder } from "#contracts";
import type { Database } from "#platform";
import { beforeAll, describe, expect, it } from "vitest";
import { checkBooks } from "../../books.ts";
import type { SubmitRequest } from "./submission.ts";

const database = await testDatabase();
const post = tradingPost(database);
const skus = ["TAKEN", "LAST", "CREDIT", "FIGURES", "BEARER", "QUEUE", "COMES"];

beforeAll(() =>
  post.stock({
    customers: [
      sampleCustomer(),
      sampleCustomer({ customerNumber: "C-OTHER" }),
      sampleCustomer({ customerNumber: "C-LIMIT", creditLimit: "100" }),
      sampleCustomer({ customerNumber: "C-TIGHT", creditLimit: "100" }),
    ],
    products: skus.map((sku) => sampleProduct({ sku })),
    prices: skus.map((sku) => samplePrice({ sku })),
    onHand: {
      ATL: { TAKEN: "10", LAST: "10", CREDIT: "1000", FIGURES: "1000", BEARER: "1000", QUEUE: "0", COMES: "0" },
    },
    inbound: {
      QUEUE: [
        { expectedOn: "2026-02-01", quantity: "10" },
        { expectedOn: "2026-02-15", quantity: "100" },
      ],
      COMES: [{ expectedOn: "2026-02-15", quantity: "100" }],
    },
  }),
);

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

/** An intake that has decided its list, and is overtaken by something before it locks anything. */
function intakeOvertakenBy(something: () => Promise<unknown>) {
  let isOver = false;
  const slow: Database = {
    ...database,
    async atOnce(work, options) {
      if (!isOver) await something();
      isOver = true;
      return database.atOnce(work, options);
    },
  };
  return post.newIntakeBy({ database: slow });
}

async function documentOf(request: SubmitRequest, something: () => Promise<unknown>): Promise<SalesOrder> {
  const [result] = await intakeOvertakenBy(something).submit([request]);
  if (!result?.salesOrder) throw new Error("There is no order in the answer.");
  expect(await checkBooks(database)).toMatchObject({ faults: [] });
  return result.salesOrder;
}
const submit = (request: SubmitRequest) => post.intake.submit([request]);
const reasonsOf = ({ holds }: SalesOrder) => holds.map(({ reason }) => reason);

describe("an order that is overtaken between its decision and its locks", () => {
  it("does not get what somebody else took", async () => {
    const document = await documentOf(order("TAKEN", "8"), () => submit(order("TAKEN", "7")));
    expect(document.lines).toMatchObject([{ quantityAllocated: "3", quantityBackordered: "5" }]);
  });

  it("gets what came back while it was about to wait", async () => {
    await submit(order("LAST", "10"));
    const document = await documentOf(order("LAST", "4"), () => post.setOnHand("LAST", "ATL", "14"));
    expect(document.lines).toMatchObject([{ quantityAllocated: "4", quantityBackordered: "0" }]);
  });

  it("is held when somebody else used up the credit", async () => {
    const other = order("CREDIT", "30", { customerNumber: "C-LIMIT" });
    const document = await documentOf(order("CREDIT", "30", { customerNumber: "C-LIMIT" }), () => submit(other));
    expect(reasonsOf(document)).toEqual(["credit"]);
  });

  it("is held for credit by the figures of that moment", async () => {
    const other = order("FIGURES", "10", { customerNumber: "C-TIGHT" });
    const document = await documentOf(order("FIGURES", "60", { customerNumber: "C-TIGHT" }), () => submit(other));
    expect(document.holds).toMatchObject([
      { reason: "credit", explanation: expect.stringContaining("25.00 accepted since") },
    ]);
  });

  it("is held when its purchase order number was taken", async () => {
    const purchaseOrder = { customerPurchaseOrder: "PO-4711" };
    const other = order("BEARER", "2", purchaseOrder);
    const document = await documentOf(order("BEARER", "1", purchaseOrder), () => submit(other));
    expect(reasonsOf(document)).toEqual(["duplicate-purchase-order"]);
  });

  it("is promised a later day when somebody else got in line before it", async () => {
    const document = await documentOf(order("QUEUE", "8"), () => submit(order("QUEUE", "5")));
    expect(document.lines).toMatchObject([{ promisedOn: "2026-02-15" }]);
  });

  it("is promised an earlier day when one became known", async () => {
    const inbound = [{ expectedOn: "2026-02-01", quantity: "100" }];
    const document = await documentOf(order("COMES", "8"), () => post.setOnHand("COMES", "ATL", "0", { inbound }));
    expect(document.lines).toMatchObject([{ promisedOn: "2026-02-01" }]);
  });
});
