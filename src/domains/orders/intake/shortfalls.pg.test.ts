import { sampleCustomer, sampleDraft, samplePrice, sampleProduct, testDatabase, tradingPost } from "#testing";
import type { Database } from "#platform";
import { beforeAll, expect, it } from "vitest";

const database = await testDatabase();
const post = tradingPost(database);
const sku = "COMES-LATER";

beforeAll(() =>
  post.stock({
    customers: [sampleCustomer()],
    products: [sampleProduct({ sku })],
    prices: [samplePrice({ sku })],
    onHand: { ATL: { [sku]: "0" } },
    inbound: { [sku]: [{ expectedOn: "2026-02-15", quantity: "100" }] },
  }),
);

let asked: string[] = [];
const watched: Database = {
  ...database,
  query(statement, parameters) {
    asked.push(typeof statement === "string" ? statement : statement.name);
    return database.query(statement, parameters);
  },
};
const intake = post.newIntakeBy({ database: watched });

/** An order of one line, and how often was asked by itself what is on its way. */
async function order(number: string, quantity: string) {
  asked = [];
  const draft = sampleDraft({
    channelOrderNumber: number,
    customerPurchaseOrder: number,
    lines: [{ lineNumber: 1, sku, quantity, unitOfMeasure: "EA" }],
  });
  const [result] = await intake.submit([{ draft, idempotencyKey: number }]);
  const line = result?.salesOrder?.lines[0];
  return { promisedOn: line?.promisedOn, timesAsked: asked.filter((name) => name === "read-expected").length };
}

it("asks what is on its way of an item beside everything else, once it fell short and for as long as it does", async () => {
  expect(await order("first", "10")).toEqual({ promisedOn: "2026-02-15", timesAsked: 1 });
  expect(await order("second", "10")).toEqual({ promisedOn: "2026-02-15", timesAsked: 0 });
  await post.setOnHand(sku, "ATL", "50", { inbound: [{ expectedOn: "2026-03-01", quantity: "100" }] });
  expect(await order("third", "30")).toMatchObject({ timesAsked: 0 });
  expect(await order("fourth", "10")).toEqual({ promisedOn: "2026-03-01", timesAsked: 1 });
  expect(await order("fifth", "95")).toMatchObject({ timesAsked: 0 });
});
