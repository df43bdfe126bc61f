import { sampleCustomer, sampleDraft, samplePrice, sampleProduct, testDatabase, tradingPost } from "#testing";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createStockMemory, type StockMemory } from "./stock-memory.ts";

const database = await testDatabase();
const post = tradingPost(database);
const elbow = "PVC-90-050";
let memory: StockMemory;
let number = 0;

const freeAtAtlanta = async () => (await memory.forSkus(database, [elbow])).available(elbow, "ATL");
const orderBy = (outlook: StockMemory, by = database) => {
  number += 1;
  const draft = sampleDraft({ channelOrderNumber: String(number) });
  return post.newIntakeBy({ outlook, database: by }).submit([{ draft, idempotencyKey: `key-${number}` }]);
};

/** So much is free at Atlanta, whatever other tests were promised there. */
async function setFree(quantity: number): Promise<void> {
  const [position] = await database.query<{ readonly allocated: string }>(
    "select allocated::text from inventory_positions where branch = 'ATL'",
  );
  await post.setOnHand(elbow, "ATL", String(Number(position?.allocated) + quantity));
}

/** What is looked at. */
function watching() {
  const asked: unknown[] = [];
  const watched: typeof database = {
    ...database,
    query: (statement, parameters) => {
      asked.push(parameters?.[0]);
      return database.query(statement, parameters);
    },
  };
  return { watched, asked };
}

/** A database of a list that is decided, and takes nothing before it is told to. */
function heldBeforeItIsTaken() {
  const { promise: isDecided, resolve: decided } = Promise.withResolvers<void>();
  const { promise: mayTake, resolve: take } = Promise.withResolvers<void>();
  let sent = 0;
  const held: typeof database = {
    ...database,
    async atOnce(work, options) {
      sent += 1;
      decided();
      await mayTake;
      return database.atOnce(work, options);
    },
  };
  return { database: held, isDecided, take, sent: () => sent };
}

/** A database that has read what changed, and is slow to say it. */
function slowToRead() {
  const { promise: isRead, resolve: read } = Promise.withResolvers<void>();
  const { promise: isTold, resolve: goOn } = Promise.withResolvers<void>();
  const slow = { ...database };
  slow.query = async (statement, parameters) => {
    const rows = await database.query<never>(statement, parameters);
    if (typeof statement === "string" || statement.name !== "read-changes:stock") return rows;
    read();
    await isTold;
    return rows;
  };
  return { slow, isRead, goOn };
}

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

  it("reads nothing of what is told of its own orders only: it learned that when they were taken", async () => {
    await freeAtAtlanta();
    await orderBy(memory);
    const known = await freeAtAtlanta();
    await database.query("update position_changes set available = array['7'] where available is not null");
    await memory.refresh();
    expect(await freeAtAtlanta()).toBe(known);
  });

  it("reads what is told of its own orders beside what is told of others: the last of both holds", async () => {
    await freeAtAtlanta();
    await setFree(100);
    const taken = heldBeforeItIsTaken();
    const answered = orderBy(memory, taken.database);
    await taken.isDecided;
    await setFree(200);
    taken.take();
    await answered;
    await memory.refresh();
    const { watched, asked } = watching();
    expect((await memory.forSkus(watched, [elbow])).available(elbow, "ATL")).toBe("176");
    expect(asked).toEqual([]);
  });

  it("hears of what others did after its own orders, and not of what they did before", async () => {
    await freeAtAtlanta();
    await setFree(100);
    await memory.refresh();
    await orderBy(memory);
    await setFree(200);
    await memory.refresh();
    expect(await freeAtAtlanta()).toBe("200");
    await setFree(300);
    await memory.refresh();
    expect(await freeAtAtlanta()).toBe("300");
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

  it("hears what another node left, of positions that were empty and of those that are gone, without looking", async () => {
    await post.setOnHand(elbow, "CLT", "0");
    await post.setOnHand(elbow, "DFW", "30");
    await freeAtAtlanta();
    await database.query("update inventory_positions set on_hand = 70.50, safety_stock = 0 where branch = 'CLT'");
    await database.query("delete from inventory_positions where branch = 'DFW'");
    await memory.refresh();
    const { watched, asked } = watching();
    const outlook = await memory.forSkus(watched, [elbow]);
    expect(["CLT", "DFW"].map((branch) => outlook.available(elbow, branch))).toEqual(["70.5", "0"]);
    expect(asked).toEqual([]);
  });

  it("takes the last of what was told of a position, whoever's transaction began first", async () => {
    await freeAtAtlanta();
    const set = (onHand: number) =>
      `update inventory_positions set on_hand = ${onHand}, safety_stock = 0, allocated = 0`;
    await database.transaction(async (earlier) => {
      await earlier.query("select pg_current_xact_id()");
      await database.query(set(5));
      await earlier.query(set(7));
    });
    await memory.refresh();
    expect(await freeAtAtlanta()).toBe("7");
  });

  it("looks again, at the position only, where it learned of its own beside what it is told of others", async () => {
    const { isRead, goOn, slow } = slowToRead();
    memory = createStockMemory({ database: slow, clock: post.clock });
    await Promise.all([memory.refresh(), isRead.then(goOn)]);
    await freeAtAtlanta();
    await database.query("update inventory_positions set on_hand = 500, safety_stock = 0, allocated = 0");
    const again = slowToRead();
    slow.query = again.slow.query;
    const refreshed = memory.refresh();
    await again.isRead;
    await orderBy(memory);
    again.goOn();
    await refreshed;
    const { watched, asked } = watching();
    expect((await memory.forSkus(watched, [elbow])).available(elbow, "ATL")).toBe("476");
    expect(asked).toEqual([JSON.stringify([[elbow, "ATL"]])]);
  });

  it("looks again, at the positions only, where more was told than a page holds", async () => {
    await freeAtAtlanta();
    await database.query(
      "do $$ begin for i in 1 .. 501 loop update inventory_positions set on_hand = 1000 + i where branch = 'ATL'; end loop; end $$",
    );
    await memory.refresh();
    const { watched, asked } = watching();
    await memory.forSkus(watched, [elbow]);
    expect(asked).toEqual([JSON.stringify([[elbow, "ATL"]])]);
  });

  it("tells lists of one node what those beside them are about to take", async () => {
    await setFree(40);
    await freeAtAtlanta();
    const first = heldBeforeItIsTaken();
    const second = heldBeforeItIsTaken();
    const firstAnswer = orderBy(memory, first.database);
    await first.isDecided;
    const secondAnswer = orderBy(memory, second.database);
    await second.isDecided;
    first.take();
    await firstAnswer;
    second.take();
    const [result] = await secondAnswer;
    expect(result?.salesOrder?.lines).toMatchObject([{ quantityAllocated: "16", quantityBackordered: "8" }]);
    expect([first.sent(), second.sent()]).toEqual([1, 1]);
  });

  it("forgets what was announced and not taken", async () => {
    const before = await freeAtAtlanta();
    const away: typeof database = { ...database, atOnce: () => Promise.reject(new Error("The database went away.")) };
    await expect(orderBy(memory, away)).rejects.toThrow("went away");
    expect(await freeAtAtlanta()).toBe(before);
  });

  it("looks again, at what a list was decided by, when another node was quicker", async () => {
    await freeAtAtlanta();
    await setFree(10);
    const { watched, asked } = watching();
    const [result] = await orderBy(memory, watched);
    expect(result?.salesOrder?.lines).toMatchObject([{ quantityAllocated: "10", quantityBackordered: "14" }]);
    expect(asked).toContain(JSON.stringify([[elbow, "ATL"]]));
  });

  it("is not trusted when it has heard nothing for two seconds", async () => {
    await freeAtAtlanta();
    await post.setOnHand(elbow, "ATL", "9000");
    const remembered = await freeAtAtlanta();
    await post.clock.advance(2_001);
    expect(Number(await freeAtAtlanta())).toBe(Number(remembered) + 8000);
  });
});
