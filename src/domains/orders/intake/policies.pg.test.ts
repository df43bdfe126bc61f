import { randomBytes } from "node:crypto";
import type { SalesOrderDraft } from "#contracts";
import {
  sampleAddress,
  sampleCustomer,
  sampleDraft,
  samplePrice,
  sampleProduct,
  testDatabase,
  tradingPost,
} from "#testing";
import { beforeAll, describe, expect, it } from "vitest";
import { checkBooks } from "../../books.ts";
import { findCustomers } from "../../customers/find-customers.ts";
import { readSalesOrders } from "../read/read-sales-orders.ts";
import type { IntakePolicies } from "./policies.ts";

const database = await testDatabase();
const post = tradingPost(database);

beforeAll(() =>
  post.stock({
    customers: ["C-ACCEPT", "C-CORRECT", "C-HOLD", "C-PO", "C-ADDRESS"].map((customerNumber) =>
      sampleCustomer({ customerNumber }),
    ),
    products: [sampleProduct({ sku: "ELBOW" })],
    prices: [samplePrice({ sku: "ELBOW", unitPrice: "10" })],
    onHand: { ATL: { ELBOW: "1000" } },
  }),
);

async function order(policies: Partial<IntakePolicies>, different: Partial<SalesOrderDraft>, unitPrice?: string) {
  const key = randomBytes(6).toString("hex");
  const line = { lineNumber: 1, sku: "ELBOW", quantity: "10", unitOfMeasure: "EA" };
  const lines = [{ ...line, ...(unitPrice !== undefined && { unitPrice }) }];
  const draft = sampleDraft({ channelOrderNumber: key, lines, ...different });
  const [result] = await post.newIntake(policies).submit([{ draft, idempotencyKey: key }]);
  const document = result?.salesOrder;
  if (!document) throw new Error(JSON.stringify(result));
  // What was answered is what is in the books.
  expect((await readSalesOrders(database, [document.salesOrderId]))[0]?.lines).toEqual(document.lines);
  return { outcome: result.outcome, ...document };
}

const exposureOf = async (customerNumber: string) =>
  (await findCustomers(database, [customerNumber])).get(customerNumber)?.hubExposure;

describe("a price the channel shows that is not ours", () => {
  const policy = { tolerancePercent: "1", above: "accept", below: "hold" } as const;
  const cases = [
    [
      "accept",
      "C-ACCEPT",
      "12",
      { outcome: "accepted", unitPrice: "12", amount: "120.00", told: "is taken all the same" },
    ],
    [
      "correct",
      "C-CORRECT",
      "8",
      { outcome: "accepted", unitPrice: "10", amount: "100.00", told: "it is corrected to ours" },
    ],
    ["hold", "C-HOLD", "8", { outcome: "held", unitPrice: "8", amount: "80.00", told: "somebody must decide" }],
  ] as const;
  it.each(cases)(
    "is by policy a reason to %s: what the line, the credit and the answer say agrees",
    async (verdict, customer, shown, due) => {
      const price = { ...policy, channels: { "web-shop": { above: verdict, below: verdict } } };
      const { outcome, lines, merchandiseAmount, holds } = await order({ price }, { customerNumber: customer }, shown);
      expect(outcome).toBe(due.outcome);
      expect(lines).toMatchObject([
        {
          unitPrice: expect.stringMatching(new RegExp(`^${due.unitPrice}(\\.0+)?$`)),
          lineAmount: due.amount,
          price: { channelPrice: shown, contractPrice: expect.stringMatching(/^10(\.0+)?$/) },
        },
      ]);
      expect(lines[0]?.price.explanation).toMatch(
        new RegExp(`${due.told} \\(price policy [0-9a-f]{8} for web-shop\\)`),
      );
      expect(merchandiseAmount).toBe(due.amount);
      expect(await exposureOf(customer)).toBe(due.amount);
      expect(holds.map(({ reason }) => reason)).toEqual(verdict === "hold" ? ["price"] : []);
    },
  );
});

describe("a purchase order number the customer used before", () => {
  it.each(["accept", "hold"] as const)("is by policy a reason to %s", async (duplicatePurchaseOrder) => {
    const customerPurchaseOrder = `PO-${duplicatePurchaseOrder}`;
    const again = () => order({ duplicatePurchaseOrder }, { customerNumber: "C-PO", customerPurchaseOrder });
    const first = await again();
    const { outcome, holds } = await again();
    expect(outcome).toBe(duplicatePurchaseOrder === "hold" ? "held" : "accepted");
    expect(
      holds.map(({ reason, explanation }) => `${reason}: ${explanation.includes(first.salesOrderNumber)}`),
    ).toEqual(duplicatePurchaseOrder === "hold" ? ["duplicate-purchase-order: true"] : []);
  });
});

describe("an address the customer does not have with us", () => {
  const elsewhere = { ...sampleAddress, street1: "9 Elsewhere Rd" };
  it.each([
    ["accept", { shipTo: elsewhere }, []],
    ["hold", { shipTo: elsewhere }, ["address"]],
    ["hold", { shipTo: { ...sampleAddress, street1: " 200 peachtree st nw " } }, []],
  ] as const)(
    "is by policy a reason to %s, and one he has is none, however it is written",
    async (unlistedShipTo, draft, due) => {
      const { holds } = await order({ unlistedShipTo }, { customerNumber: "C-ADDRESS", ...draft });
      expect(holds.map(({ reason }) => reason)).toEqual(due);
    },
  );
});

it("leaves the books balanced after all of this", async () => {
  expect((await checkBooks(database)).faults).toEqual([]);
});
