import { SalesOrder, type EventDraft, type SalesOrderDraft } from "#contracts";
import type { Transaction } from "#platform";
import {
  sampleAddress,
  sampleCustomer,
  sampleDraft,
  samplePrice,
  sampleProduct,
  testDatabase,
  tradingPost,
} from "#testing";
import { Compile } from "typebox/compile";
import { beforeAll, describe, expect, it } from "vitest";
import { checkBooks } from "../../books.ts";
import { findCustomers } from "../../customers/find-customers.ts";
import { findPositions } from "../../inventory/find-positions.ts";
import { releaseHold } from "../holds/holds.ts";
import { findSalesOrders } from "../read/find-sales-orders.ts";
import { readSalesOrders } from "../read/read-sales-orders.ts";
import { createOrderIntake } from "./order-intake.ts";

const database = await testDatabase();
const post = tradingPost(database);
const elbow = "PVC-90-050";
let number = 5000;
/** A request with a channel order number and key of its own. */
const request = (different: Partial<SalesOrderDraft> = {}, idempotencyKey?: string) => {
  number += 1;
  const channelOrderNumber = different.channelOrderNumber ?? String(number);
  return {
    draft: sampleDraft({ ...different, channelOrderNumber }),
    idempotencyKey: idempotencyKey ?? `web-shop:${channelOrderNumber}`,
  };
};
const submitOne = async (...args: Parameters<typeof request>) => {
  const [result] = await post.intake.submit([request(...args)]);
  if (!result) throw new Error("no answer");
  return result;
};
const line = (sku: string, quantity: string, more: object = {}) => ({
  lineNumber: 1,
  sku,
  quantity,
  unitOfMeasure: "EA",
  ...more,
});
const heldFor = ({ salesOrder }: { salesOrder?: SalesOrder }) => salesOrder?.holds.map(({ reason }) => reason);
const isSalesOrder = Compile(SalesOrder);

beforeAll(async () => {
  await post.stock({
    customers: [
      sampleCustomer(),
      sampleCustomer({ customerNumber: "C-BLOCKED", status: "blocked", blockedReason: "90 days overdue" }),
      sampleCustomer({ customerNumber: "C-LIMIT", creditLimit: "100", openBalance: "40" }),
    ],
    products: [
      sampleProduct(),
      sampleProduct({ sku: "SCARCE" }),
      sampleProduct({ sku: "OLD", status: "discontinued", supersededBy: elbow }),
      sampleProduct({ sku: "PACK", minimumOrderQuantity: "12", orderMultiple: "6" }),
      sampleProduct({ sku: "UNPRICED" }),
    ],
    prices: [samplePrice(), samplePrice({ sku: "SCARCE" }), samplePrice({ sku: "PACK" })],
    onHand: { ATL: { [elbow]: "100000", SCARCE: "4", PACK: "1000", UNPRICED: "10" } },
    inbound: {
      SCARCE: [
        { expectedOn: "2026-02-01", quantity: "3" },
        { expectedOn: "2026-02-15", quantity: "100" },
      ],
    },
  });
});

describe("an order that comes in", () => {
  it("is accepted, priced and promised, and the answer is what is read back", async () => {
    const result = await submitOne({ lines: [{ lineNumber: 1, sku: elbow, quantity: "2", unitOfMeasure: "CS" }] });
    expect(result).toMatchObject({ outcome: "accepted", repeat: false });
    expect(result.salesOrder).toMatchObject({ status: "accepted", merchandiseAmount: "120.00", totalAmount: "120.00" });
    expect(result.salesOrder?.lines[0]).toMatchObject({
      orderedQuantity: "2",
      quantityOrdered: "48",
      quantityAllocated: "48",
      unitPrice: "60.0000",
      allocations: [{ branch: "ATL", quantity: "48" }],
      allocationExplanation: "All 48 EA from ATL, the customer's home branch.",
    });
    const [read] = await readSalesOrders(database, [result.salesOrder?.salesOrderId ?? ""]);
    expect(read).toEqual(result.salesOrder);
    expect(isSalesOrder.Errors(read)).toEqual([]);
  });

  it("tells its story in events of its own correlation, or of the caller's", async () => {
    const { salesOrder } = await submitOne();
    const events = await post.eventsOf(salesOrder?.salesOrderId ?? "");
    expect(events.map(({ type }) => type)).toEqual(["sales-order.accepted.v1"]);
    await post.intake.submit([{ ...request(), correlationId: "story-7" }]);
    expect(await post.eventsOf("story-7")).toHaveLength(1);
  });

  it("is backordered where stock is short, until the day inbound stock covers it and those before", async () => {
    const first = await submitOne({ lines: [line("SCARCE", "6")] });
    expect(first.salesOrder?.lines[0]).toMatchObject({
      quantityAllocated: "4",
      quantityBackordered: "2",
      promisedOn: "2026-02-01",
    });
    expect(first.salesOrder?.lines[0]?.allocationExplanation).toBe(
      "4 EA from ATL; 2 EA backordered. Expected on 2026-02-01.",
    );
    const second = await submitOne({ lines: [line("SCARCE", "2")] });
    expect(second).toMatchObject({
      outcome: "accepted",
      salesOrder: { status: "backordered", lines: [{ promisedOn: "2026-02-15" }] },
    });
    expect((await post.eventsOf(second.salesOrder?.salesOrderId ?? ""))[1]).toMatchObject({
      type: "sales-order.backordered.v1",
      data: { cause: "no-stock", lines: [{ lineNumber: 1, sku: "SCARCE", quantity: "2", promisedOn: "2026-02-15" }] },
    });
  });

  it("takes the address the customer has under a code, and a bare one as it stands", async () => {
    expect((await submitOne({ shipTo: { code: "MAIN" } })).salesOrder?.shipTo.street1).toBe("200 Peachtree St NW");
  });
});

describe("the same order again", () => {
  it("answers as it did, by its key or by the channel's number, and promises nothing twice", async () => {
    const first = request();
    const [original] = await post.intake.submit([first]);
    const before = await findPositions(database, [elbow]);
    const [byKey, byNumber] = await post.intake.submit([first, { ...first, idempotencyKey: "another key" }]);
    expect(byKey).toEqual({ ...original, repeat: true });
    expect(byNumber).toEqual({ ...original, repeat: true });
    expect(await findPositions(database, [elbow])).toEqual(before);
  });

  it("is recognised within one list", async () => {
    const twice = request();
    const [first, second] = await post.intake.submit([twice, twice]);
    expect(first).toMatchObject({ outcome: "accepted", repeat: false });
    expect(second).toEqual({ ...first, repeat: true });
  });

  it("answers held where it was held, also after the hold is gone", async () => {
    const blocked = request({ customerNumber: "C-BLOCKED" });
    const [held] = await post.intake.submit([blocked]);
    const release = {
      salesOrderId: held?.salesOrder?.salesOrderId ?? "",
      hold: "customer-blocked",
      by: "ada",
      reason: "paid",
    } as const;
    await database.transaction((tx) => releaseHold(tx, [release], { now: post.clock.now() }));
    expect((await post.intake.submit([blocked]))[0]).toMatchObject({ outcome: "held", repeat: true });
  });

  it("with other content is a conflict that shows every difference and leaves the first alone", async () => {
    const first = request({ customerPurchaseOrder: "PO-A" });
    const [original] = await post.intake.submit([first]);
    const changed = {
      ...first,
      draft: {
        ...first.draft,
        customerPurchaseOrder: "PO-B",
        lines: [line(elbow, "25"), line(elbow, "1", { lineNumber: 2 })],
      },
    };
    const [conflict] = await post.intake.submit([changed]);
    expect(conflict).toMatchObject({ outcome: "conflict", repeat: false, salesOrder: original?.salesOrder });
    expect(conflict?.faults).toEqual([
      { path: "/lines/0/quantity", expected: "24", found: "25" },
      { path: "/lines/1", expected: "nothing", found: JSON.stringify(line(elbow, "1", { lineNumber: 2 })) },
      { path: "/customerPurchaseOrder", expected: "PO-A", found: "PO-B" },
    ]);
  });
});

describe("a bad draft", () => {
  it("is told everything that is wrong with it at once, and where", async () => {
    const { outcome, faults = [] } = await submitOne({
      currency: "EUR",
      shipTo: { code: "NOWHERE" },
      lines: [
        line("NO-SUCH", "1"),
        line("OLD", "1", { lineNumber: 2 }),
        line(elbow, "1", { lineNumber: 3, unitOfMeasure: "BX" }),
        line(elbow, "1.5", { lineNumber: 4 }),
        line("PACK", "7", { lineNumber: 4 }),
        line(elbow, "999999999", { lineNumber: 6 }),
        line("UNPRICED", "1", { lineNumber: 7 }),
      ],
    });
    expect(outcome).toBe("rejected");
    expect(faults.map(({ path, expected }) => `${path}: ${expected}`)).toEqual([
      "/currency: USD, the customer's currency",
      "/shipTo/code: one of MAIN",
      "/lines/4/lineNumber: a number no other line has (/lines/3 has it)",
      "/lines/0/sku: an item known to the hub",
      "/lines/1/sku: an item that is sold",
      "/lines/2/unitOfMeasure: one of EA, CS",
      "/lines/3/quantity: a whole number of EA",
      "/lines/4/quantity: at least 12 EA",
      "/lines/4/quantity: a multiple of 6 EA",
      "/lines/5/quantity: at most 10000000 EA",
      "/lines/6/unitPrice: a price, since we have none",
    ]);
    expect(faults.find(({ path }) => path === "/lines/1/sku")?.fix).toBe(`Order its successor ${elbow}.`);
  });

  it("never harms its neighbours in the list, whatever is wrong with it", async () => {
    const good = request();
    const bad = [
      request({ customerNumber: "C-NOBODY" }),
      request({ orderedAt: "2026-02-31T00:00:00Z" }),
      request({ notes: "half a \ud83d character" }),
      request({ notes: "a NUL \u0000 byte" }),
      request({ lines: [line(elbow, "-1")] }),
      request({}, ""),
      request({ requestedOn: "2026-13-01" }),
    ];
    const results = await post.intake.submit([...bad.slice(0, 3), good, ...bad.slice(3), request()]);
    expect(results.map(({ outcome }) => outcome)).toEqual(
      "rejected rejected rejected accepted rejected rejected rejected rejected accepted".split(" "),
    );
    expect(results[1]?.faults?.[0]?.path).toBe("/orderedAt");
    expect(results[5]?.faults).toMatchObject([{ path: "/lines/0/quantity", found: '"-1"' }]);
  });

  it("that breaks something on our side fails alone; its neighbours are taken", async () => {
    const requests = Array.from({ length: 5 }, () => request());
    const poison = requests[3]?.draft.channelOrderNumber;
    const eventLog = {
      append: async (tx: Transaction, drafts: readonly EventDraft[]) => {
        if (JSON.stringify(drafts).includes(`"channelOrderNumber":"${poison}"`)) throw new RangeError("a bug");
        await post.eventLog.append(tx, drafts);
      },
    };
    const intake = createOrderIntake({
      ...post,
      database,
      eventLog,
      policies: { price: { tolerancePercent: "1", above: "accept", below: "hold" } },
    });
    const results = await intake.submit(requests);
    expect(results.map(({ outcome }) => outcome)).toEqual(["accepted", "accepted", "accepted", "failed", "accepted"]);
    expect(await findSalesOrders(database, { any: poison ?? "" })).toEqual([]);
  });

  it("leaves its key and number free, so that it can be mended and sent again", async () => {
    const bad = request({ lines: [line("NO-SUCH", "1")] });
    const [rejected, mended] = await post.intake.submit([
      bad,
      { ...bad, draft: { ...bad.draft, lines: [line(elbow, "1")] } },
    ]);
    expect([rejected?.outcome, mended?.outcome]).toEqual(["rejected", "accepted"]);
  });
});

describe("an order is held, not refused,", () => {
  it("for a blocked account, and keeps its stock", async () => {
    const result = await submitOne({ customerNumber: "C-BLOCKED" });
    expect(result).toMatchObject({
      outcome: "held",
      salesOrder: { status: "on-hold", lines: [{ quantityAllocated: "24" }] },
    });
    expect(result.salesOrder?.holds).toMatchObject([
      { reason: "customer-blocked", explanation: "The account C-BLOCKED is blocked: 90 days overdue." },
    ]);
    expect((await post.eventsOf(result.salesOrder?.salesOrderId ?? "")).map(({ type }) => type)).toEqual([
      "sales-order.held.v1",
    ]);
  });

  it("over the credit limit; what is held adds nothing to the exposure, so a smaller order still fits", async () => {
    const results = await post.intake.submit([
      request({ customerNumber: "C-LIMIT", lines: [line(elbow, "16")] }),
      request({ customerNumber: "C-LIMIT", lines: [line(elbow, "20")] }),
      request({ customerNumber: "C-LIMIT", lines: [line(elbow, "8")] }),
    ]);
    expect(results.map(({ outcome }) => outcome)).toEqual(["accepted", "held", "accepted"]);
    expect(results[1]?.salesOrder?.holds[0]).toMatchObject({
      reason: "credit",
      explanation:
        "80 is open (40 in the ERP as of 2026-01-05 09:00 UTC, 40 accepted since); this order's 50.00 would exceed the limit of 100 by 30.",
    });
    expect((await findCustomers(database, ["C-LIMIT"])).get("C-LIMIT")?.hubExposure).toBe("60.00");
  });

  it("for a price the channel should not have shown, and keeps it until somebody decides", async () => {
    const result = await submitOne({ lines: [line(elbow, "10", { unitPrice: "2.00" })] });
    expect(heldFor(result)).toEqual(["price"]);
    expect(result.salesOrder?.lines[0]).toMatchObject({
      unitPrice: "2.00",
      price: { source: "channel", contractPrice: "2.5000", channelPrice: "2.00" },
    });
    expect(result.salesOrder?.holds[0]?.explanation).toContain(
      "Line 1, PVC-90-050: The channel's 2 is 0.5 (20 %) below our 2.5",
    );
  });

  it("for an item we have no price of, where the channel has one", async () => {
    expect(heldFor(await submitOne({ lines: [line("UNPRICED", "1", { unitPrice: "9.99" })] }))).toEqual(["price"]);
  });

  it("for an address no carrier would find", async () => {
    const shipTo = { name: "Dock", street1: "PO Box 12", city: "Macon", postalCode: "3120", country: "US" };
    const result = await submitOne({ shipTo });
    expect(heldFor(result)).toEqual(["address"]);
    expect(result.salesOrder?.holds[0]?.explanation).toBe(
      'The ship-to address: an address in US needs a state or province; "3120" is no postal code of US (as in GA 30318); parcel and freight carriers do not deliver to a PO box.',
    );
  });

  it("for an address the customer does not have with us, where that is the policy", async () => {
    const strict = post.newIntake({ unlistedShipTo: "hold" });
    const elsewhere = { ...sampleAddress, street1: "1 Somewhere Else" };
    const sameWrittenOtherwise = { ...sampleAddress, street1: "200 PEACHTREE ST NW ", name: "Dock 2" };
    const results = await strict.submit([
      request({ shipTo: elsewhere }),
      request({ shipTo: sameWrittenOtherwise }),
      request({ shipTo: { code: "MAIN" } }),
    ]);
    expect(results.map(heldFor)).toEqual([["address"], [], []]);
    expect(results[0]?.salesOrder?.holds[0]?.explanation).toBe(
      "The ship-to address: the customer has no such address with us.",
    );
    expect(heldFor(await submitOne({ shipTo: elsewhere }))).toEqual([]);
  });

  it("for a purchase order number the customer used before, naming the first", async () => {
    const first = await submitOne({ customerPurchaseOrder: "PO-77" });
    const second = await submitOne({ customerPurchaseOrder: "PO-77" });
    expect(heldFor(second)).toEqual(["duplicate-purchase-order"]);
    expect(second.salesOrder?.holds[0]?.explanation).toBe(
      `The customer's purchase order PO-77 is on ${first.salesOrder?.salesOrderNumber} already.`,
    );
    const both = await post.intake.submit([
      request({ customerPurchaseOrder: "PO-78" }),
      request({ customerPurchaseOrder: "PO-78" }),
    ]);
    expect(both.map(heldFor)).toEqual([[], ["duplicate-purchase-order"]]);
  });
});

describe("orders are found", () => {
  it("by our number, the channel's, the customer's and their id", async () => {
    const { salesOrder } = await submitOne({ customerPurchaseOrder: "FIND-ME" });
    for (const any of [
      salesOrder?.salesOrderNumber,
      salesOrder?.channelOrderNumber,
      " FIND-ME ",
      salesOrder?.salesOrderId,
    ]) {
      expect((await findSalesOrders(database, { any: any ?? "" })).map(({ salesOrderId }) => salesOrderId)).toEqual([
        salesOrder?.salesOrderId,
      ]);
    }
    expect(await findSalesOrders(database, { any: "nothing of ours" })).toEqual([]);
  });
});

it("leaves the books balanced after all of this", async () => {
  expect(await checkBooks(database)).toMatchObject({ balanced: true, faults: [], oversoldBySnapshot: [] });
});
