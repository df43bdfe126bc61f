import { sampleCustomer, sampleDraft, samplePrice, sampleProduct, testDatabase, tradingPost } from "#testing";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createStockMemory, type StockMemory } from "./stock-memory.ts";

const database = await testDatabase();
const post = tradingPost(database);
const elbow = "PVC-90-050";
let memory: StockMemory;
let number = 0;

const freeAtAtlanta = async () => (await memory.forSkus(database, [elbow])).available(elbow, "ATL");
const orderBy = (outlook: StockMemory) => {
  number += 1;
  const draft = sampleDraft({ channelOrderNumber: String(number) });
  return post.newIntakeBy({ outlook }).submit([{ draft, idempotencyKey: `key-${number}` }]);
};

beforeAll(() => post.stock({ customers: [sampleCustomer()], products: [sampleProduct()], prices: [samplePrice()] }));
beforeEach(async () => {
  await post.setOnHand(elbow, "ATL", "1000");
  memory = createStockMemory({ database, clock: post.clock });
  await memory.refresh();
});

describe("the memory of the stock", () => {
  it("knows what an order of its own took without looking again", async () => {
    const before = Number(await freeAtAtlanta());
    await orderBy(memory);
    await database.query("update inventory_positions set on_hand = on_hand + 500 where branch = 'ATL'");
    expect(await freeAtAtlanta()).toBe(String(before - 24));
    await memory.refresh();
    expect(await freeAtAtlanta()).toBe(String(before + 500 - 24));
  });

  it("does not look again because of what it did itself", async () => {
    await freeAtAtlanta();
    await orderBy(memory);
    const known = await freeAtAtlanta();
    await memory.refresh();
    const asked: string[] = [];
    const watched = { query: () => Promise.reject(new Error(String(asked.push("looked")))) };
    expect((await memory.forSkus(watched, [elbow])).available(elbow, "ATL")).toBe(known);
    expect(asked).toEqual([]);
  });

  it("is read ahead, while the list is looked up, and without what nobody sells", async () => {
    const told: string[] = [];
    const watched: typeof database = {
      ...database,
      async query(statement, parameters) {
        const name = typeof statement === "string" ? statement : statement.name;
        told.push(`${name} asked`);
        if (name === "read-free-stock") expect(parameters).toEqual([JSON.stringify([elbow])]);
        const rows = await database.query<never>(statement, parameters);
        told.push(`${name} answered`);
        return rows;
      },
    };
    const drafts = [elbow, "NOBODY-SELLS-IT"].map((sku) =>
      sampleDraft({
        channelOrderNumber: `ahead-${sku}`,
        lines: [{ lineNumber: 1, sku, quantity: "10", unitOfMeasure: "EA" }],
      }),
    );
    await post
      .newIntakeBy({ database: watched, outlook: memory })
      .submit(drafts.map((draft) => ({ draft, idempotencyKey: draft.channelOrderNumber })));
    const stock = told.filter((what) => what.startsWith("read-free"));
    expect(stock).toEqual(["read-free-stock asked", "read-free-stock answered"]);
    expect(told.indexOf("read-free-stock asked")).toBeLessThan(told.indexOf("look-up-list answered"));
  });

  it("hears of what another node took", async () => {
    const before = Number(await freeAtAtlanta());
    await orderBy(createStockMemory({ database, clock: post.clock }));
    await memory.refresh();
    expect(await freeAtAtlanta()).toBe(String(before - 24));
  });

  it("reads of what another node changed the position only, one that was empty among them", async () => {
    await post.setOnHand(elbow, "CLT", "0");
    await freeAtAtlanta();
    await database.query("update inventory_positions set on_hand = 70, safety_stock = 0 where branch = 'CLT'");
    await memory.refresh();
    const asked: unknown[] = [];
    const watched: typeof database = {
      ...database,
      query: (statement, parameters) => {
        asked.push(parameters?.[0]);
        return database.query(statement, parameters);
      },
    };
    expect((await memory.forSkus(watched, [elbow])).available(elbow, "CLT")).toBe("70");
    expect(asked).toEqual([JSON.stringify([[elbow, "CLT"]])]);
  });

  it("is not trusted when it has heard nothing for two seconds", async () => {
    await freeAtAtlanta();
    await post.setOnHand(elbow, "ATL", "9000");
    const remembered = await freeAtAtlanta();
    await post.clock.advance(2_001);
    expect(Number(await freeAtAtlanta())).toBe(Number(remembered) + 8000);
  });
});
