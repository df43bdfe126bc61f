import { randomBytes } from "node:crypto";
import {
  deadlocksMet,
  sampleCustomer,
  sampleDraft,
  samplePrice,
  sampleProduct,
  testDatabase,
  tradingPost,
} from "#testing";
import { add, systemClock } from "#platform";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { checkBooks } from "../../books.ts";
import { findCustomers } from "../../customers/find-customers.ts";
import { findPositions } from "../../inventory/find-positions.ts";
import { createStockMemory } from "../../inventory/stock-memory.ts";
import type { StockOutlookSource } from "../../inventory/stock-outlook.ts";
import { releaseHold } from "../holds/holds.ts";
import { createSubmitQueue, type SubmitQueueOptions } from "./submit-queue.ts";
import type { SubmitRequest, SubmitResult } from "./submission.ts";

const database = await testDatabase({ maxConnections: 12 });
const post = tradingPost(database);
/** Sees stock where there is none, and none where there is: what a memory may do that nobody keeps fresh. */
function lyingOutlook(): StockOutlookSource {
  let asked = 0;
  const lies = ["0", "2", "1000", "0", "7"];
  return {
    // Another lie each time, and the same while a list is decided.
    async forSkus() {
      const told = new Map<string, string>();
      const lie = () => lies[(asked += 1) % lies.length] ?? "0";
      return {
        available(sku, branch) {
          const said = told.get(`${sku}@${branch}`) ?? lie();
          told.set(`${sku}@${branch}`, said);
          return said;
        },
      };
    },
    learn: () => undefined,
  };
}
/** Three hub nodes on one Postgres, each with a queue of its own; one plans by a memory that hears of nothing, one by lies. */
const outlooks = [undefined, createStockMemory({ database, clock: post.clock }), lyingOutlook()];
const queues = outlooks.map((outlook) =>
  createSubmitQueue(post.newIntakeBy(outlook ? { outlook } : {}), { clock: systemClock, listMax: 40 }),
);
const submit = (request: SubmitRequest, index: number) =>
  (queues[index % queues.length] ?? queues[0])?.submit([request]) ?? Promise.reject(new Error("no queue"));
const submitAll = async (requests: readonly SubmitRequest[]): Promise<SubmitResult[]> =>
  (await Promise.all(requests.map(submit))).flat();

const skus = ["HOT", "ELBOW", "TEE", "PIPE"];
const order = (
  customerNumber: string,
  lines: readonly { sku: string; quantity: string }[],
  key = randomBytes(6).toString("hex"),
): SubmitRequest => ({
  draft: sampleDraft({
    channelOrderNumber: key,
    customerNumber,
    lines: lines.map((line, index) => ({ lineNumber: index + 1, unitOfMeasure: "EA", ...line })),
  }),
  idempotencyKey: key,
});
const allocatedOf = (results: readonly SubmitResult[]) =>
  add(
    ...results.flatMap(({ salesOrder }) => salesOrder?.lines.map(({ quantityAllocated }) => quantityAllocated) ?? []),
  );

/** Free stock somebody waits for: whoever came second, order or stock, must have seen the first. */
const waitingBesideStock = () =>
  database.query(
    `select p.sku, p.branch from inventory_positions p
      where p.on_hand - p.allocated - p.reserved - p.safety_stock > 0
        and exists (select 1 from sales_order_lines l where l.sku = p.sku and l.quantity_backordered > 0)`,
  );

beforeAll(() =>
  post.stock({
    customers: [
      ...Array.from({ length: 10 }, (_, index) => sampleCustomer({ customerNumber: `C-${index}` })),
      sampleCustomer({ customerNumber: "C-LIMIT", creditLimit: "1000" }),
      sampleCustomer({ customerNumber: "C-TIGHT", creditLimit: "300" }),
    ],
    products: skus.map((sku) => sampleProduct({ sku })),
    prices: skus.map((sku) => samplePrice({ sku })),
    onHand: { ATL: { HOT: "60" }, DFW: { HOT: "40" } },
  }),
);

describe("many at once, on three nodes", () => {
  it("1,000 orders for 100 units promise exactly 100", async () => {
    const results = await submitAll(
      Array.from({ length: 1000 }, (_, index) => order(`C-${index % 10}`, [{ sku: "HOT", quantity: "1" }])),
    );
    expect(results.every(({ outcome }) => outcome === "accepted")).toBe(true);
    expect(allocatedOf(results)).toBe("100");
    expect((await findPositions(database, ["HOT"])).get("HOT")).toMatchObject([
      { branch: "ATL", allocated: "60" },
      { branch: "DFW", allocated: "40" },
    ]);
  });

  it("two orders that together exceed the limit never both pass", async () => {
    const results = await submitAll(
      Array.from({ length: 60 }, () => order("C-LIMIT", [{ sku: "TEE", quantity: "40" }])),
    );
    expect(results.filter(({ outcome }) => outcome === "accepted")).toHaveLength(10);
    expect(results.filter(({ outcome }) => outcome === "held")).toHaveLength(50);
    expect((await findCustomers(database, ["C-LIMIT"])).get("C-LIMIT")?.hubExposure).toBe("1000.00");
  });

  it("the same order from both sides is one order, and nobody waits in a circle for it", async () => {
    const twins = Array.from({ length: 50 }, (_, index) => order(`C-${index % 10}`, [{ sku: "PIPE", quantity: "1" }]));
    const results = await submitAll(twins.flatMap((twin) => [twin, twin]));
    expect(results.filter(({ repeat }) => !repeat)).toHaveLength(50);
    expect(new Set(results.map(({ salesOrder }) => salesOrder?.salesOrderId)).size).toBe(50);
    expect(await deadlocksMet(database)).toBe(0);
  });

  it("one number sent for two customers at the same moment is one order and a conflict", async () => {
    for (let round = 0; round < 20; round += 1) {
      const one = order("C-1", [{ sku: "PIPE", quantity: "1" }]);
      const other = order("C-2", [{ sku: "PIPE", quantity: "1" }]);
      const clash = { ...other, draft: { ...other.draft, channelOrderNumber: one.draft.channelOrderNumber } };
      const results = await Promise.all([one, clash].map((request) => post.newIntake().submit([request])));
      expect(
        results
          .flat()
          .map(({ outcome }) => outcome)
          .toSorted(),
      ).toEqual(["accepted", "conflict"]);
    }
  });
});

describe("a list of one caller", () => {
  it.each([{ listMax: 200 }, { listMax: 30 }])(
    "is decided in its order, $listMax at once: who comes first has the last goods and the number",
    async (limits) => {
      const queue = createSubmitQueue(post.newIntake(), { clock: systemClock, ...limits });
      for (let round = 0; round < 5; round += 1) {
        const sku = `ROW-${limits.listMax}-${round}`;
        const goods = { products: [sampleProduct({ sku })], prices: [samplePrice({ sku })] };
        await post.stock({ ...goods, onHand: { ATL: { [sku]: "20" } } });
        const list = Array.from({ length: 99 }, () => order("C-5", [{ sku, quantity: "1" }]));
        const again = list.map(({ draft, idempotencyKey }) => ({
          draft: { ...draft, customerNumber: "C-6" },
          idempotencyKey: `${idempotencyKey}-again`,
        }));
        const results = await queue.submit([...list, ...again]);
        expect(results.slice(99).map(({ outcome }) => outcome)).toEqual(again.map(() => "conflict"));
        expect(results.slice(0, 99).map((result) => allocatedOf([result]))).toEqual(
          list.map((_, index) => (index < 20 ? "1" : "0")),
        );
      }
    },
  );
});

describe("stock that arrives while an order for it comes in", () => {
  it("is seen by the order, or sees it", async () => {
    for (let round = 1; round <= 60; round += 1) {
      await Promise.all([
        post.newIntake().submit([order("C-3", [{ sku: "PIPE", quantity: "1" }])]),
        post.newIntake().submit([order("C-4", [{ sku: "PIPE", quantity: "1" }])]),
        post.setOnHand("PIPE", "ATL", String(1000 + round * 2)),
      ]);
      expect(await waitingBesideStock()).toEqual([]);
      await post.setOnHand("PIPE", "ATL", "0");
    }
  });
});

describe("for any run of orders, stock news and released holds", () => {
  const anyOrder = fc.record({
    does: fc.constant("order" as const),
    customer: fc.constantFrom("C-1", "C-2", "C-TIGHT"),
    lines: fc.array(
      fc.record({
        sku: fc.constantFrom("ELBOW", "TEE", "PIPE"),
        quantity: fc.integer({ min: 1, max: 30 }).map(String),
      }),
      { minLength: 1, maxLength: 4 },
    ),
  });
  const anyNews = fc.record({
    does: fc.constant("news" as const),
    sku: fc.constantFrom("ELBOW", "TEE", "PIPE"),
    branch: fc.constantFrom("ATL", "DFW", "ORD"),
    onHand: fc.integer({ min: 0, max: 60 }).map(String),
  });
  const anyRelease = fc.record({ does: fc.constant("release" as const) });

  async function releaseEverything(): Promise<void> {
    const held = await database.query<{ salesOrderId: string; hold: "credit" }>(
      `select sales_order_id as "salesOrderId", reason as hold from sales_order_holds where released_at is null`,
    );
    const releases = held.map((one) => ({ ...one, by: "ada", reason: "released" }));
    await database
      .transaction((tx) => releaseHold(tx, releases, { now: post.clock.now() }), { retries: 3 })
      .catch((error: Error) => {
        // Two people releasing at once: the second is told so.
        if (!/is not (on hold|held)/.test(error.message)) throw error;
      });
  }

  it("the books balance, nobody waits beside free stock, and the credit limit is passed by nobody a person did not let", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.oneof(
            { weight: 6, arbitrary: anyOrder },
            { weight: 2, arbitrary: anyNews },
            { weight: 1, arbitrary: anyRelease },
          ),
          { minLength: 5, maxLength: 40 },
        ),
        async (steps) => {
          await Promise.all(
            steps.map(async (step, index) => {
              if (step.does === "order") return submit(order(step.customer, step.lines), index);
              return step.does === "news" ? post.setOnHand(step.sku, step.branch, step.onHand) : releaseEverything();
            }),
          );
          expect((await checkBooks(database)).faults).toEqual([]);
          expect(await waitingBesideStock()).toEqual([]);
          const overdrawn = await database.query(
            `select 1 from customer_credits c where erp_balance + hub_exposure > credit_limit
              and not exists (select 1 from sales_orders o join sales_order_holds h using (sales_order_id)
                               where o.customer_number = c.customer_number and h.reason = 'credit' and h.released_at is not null)`,
          );
          expect(overdrawn).toEqual([]);
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe("the queue", () => {
  it("gathers what arrives together into lists, and answers each caller his own", async () => {
    const sizes: number[] = [];
    const intake = {
      submit: (requests: readonly SubmitRequest[]) => {
        sizes.push(requests.length);
        return Promise.resolve(
          requests.map(({ idempotencyKey }): SubmitResult => ({
            outcome: "rejected",
            repeat: false,
            faults: [{ path: idempotencyKey, expected: "" }],
          })),
        );
      },
    };
    const queue = createSubmitQueue(intake, { clock: systemClock, listMax: 10, waitingMax: 25 });
    const asked = Array.from({ length: 25 }, (_, index) => queue.submit([order("C-1", [], `key-${index}`)]));
    const answers = (await Promise.all(asked)).flat();
    expect(answers.map(({ faults }) => faults?.[0]?.path)).toEqual(
      Array.from({ length: 25 }, (_, index) => `key-${index}`),
    );
    expect(sizes.reduce((sum, size) => sum + size)).toBe(25);
    expect(sizes.length).toBeLessThanOrEqual(5);
    await queue.drained();
  });

  /** An intake whose lists end when they are told to; nobody goes alone. */
  function queueUnderWatch(options: Partial<SubmitQueueOptions>) {
    const under: { readonly size: number; readonly end: () => void }[] = [];
    const intake = {
      async submit(requests: readonly SubmitRequest[]): Promise<SubmitResult[]> {
        await new Promise<void>((resolve) => under.push({ size: requests.length, end: resolve }));
        return requests.map((): SubmitResult => ({ outcome: "accepted", repeat: false }));
      },
    };
    const queue = createSubmitQueue(intake, { clock: systemClock, quietMs: Number.POSITIVE_INFINITY, ...options });
    const answers: Promise<readonly SubmitResult[]>[] = [];
    const send = async (count: number) => {
      for (let index = 0; index < count; index += 1)
        answers.push(queue.submit([order("C-1", [], `k-${answers.length}`)]));
      await systemClock.sleep(5);
    };
    const end = async (index: number) => {
      under[index]?.end();
      await systemClock.sleep(5);
    };
    async function over(): Promise<void> {
      for (const one of under) one.end();
      await Promise.all(answers);
      await queue.drained();
    }
    return { send, end, over, sizes: () => under.map(({ size }) => size), shareAmong: queue.shareAmong };
  }

  it("has a lone order or crowds go beside what is under way, and everybody else gather", async () => {
    const { send, end, over, sizes } = queueUnderWatch({ windowMs: 0, few: 1, crowd: 10 });
    // Beside one order the next two go; beside these two nobody does.
    for (const count of [1, 2, 9]) await send(count);
    expect(sizes()).toEqual([1, 2]);
    // Who waited is next, as one list; it is too many for others to go beside it, until there are ten.
    await end(0);
    await end(1);
    await send(9);
    expect(sizes()).toEqual([1, 2, 9]);
    await send(1);
    expect(sizes()).toEqual([1, 2, 9, 10]);
    // Of very many each list is a third of all that are there, and never are there more than three.
    await send(60);
    expect(sizes()).toEqual([1, 2, 9, 10, 10]);
    await end(2);
    expect(sizes()).toEqual([1, 2, 9, 10, 10, 50]);
    await send(50);
    await end(3);
    expect(sizes()).toEqual([1, 2, 9, 10, 10, 50, 50]);
    await end(4);
    for (const count of [30, 20]) await send(count);
    expect(sizes()).toEqual([1, 2, 9, 10, 10, 50, 50, 50]);
    await over();
  });

  it("parts the places of lists among the nodes, and has them all again when it is alone", async () => {
    const { send, end, over, sizes, shareAmong } = queueUnderWatch({ windowMs: 0, few: 0, crowd: 4 });
    shareAmong(2);
    for (const count of [4, 4, 30]) await send(count);
    expect(sizes()).toEqual([4, 4]);
    await end(0);
    expect(sizes()).toEqual([4, 4, 30]);
    shareAmong(5);
    await send(40);
    await end(1);
    expect(sizes()).toEqual([4, 4, 30]);
    shareAmong(1);
    expect(sizes()).toEqual([4, 4, 30, 40]);
    await over();
  });

  it("has who waited go with those who were just answered and come back", async () => {
    const { send, end, over, sizes } = queueUnderWatch({ windowMs: 30, few: 0, crowd: 10 });
    await send(4);
    await systemClock.sleep(40);
    await send(2);
    await end(0);
    expect(sizes()).toEqual([4]);
    await send(4);
    await systemClock.sleep(40);
    expect(sizes()).toEqual([4, 6]);
    await over();
  });

  it("has who comes alone go at once, and whoever comes beside him wait for company", async () => {
    const { send, end, over, sizes } = queueUnderWatch({ windowMs: 40, quietMs: 20 });
    await send(1);
    await send(2);
    expect(sizes()).toEqual([1]);
    await systemClock.sleep(50);
    expect(sizes()).toEqual([1, 2]);
    // Nor is he alone who was answered together with others: they come back as well.
    await end(0);
    await end(1);
    await send(1);
    expect(sizes()).toEqual([1, 2]);
    await systemClock.sleep(50);
    expect(sizes()).toEqual([1, 2, 1]);
    // But he is who was answered by himself.
    await end(2);
    await systemClock.sleep(20);
    await send(1);
    expect(sizes()).toEqual([1, 2, 1, 1]);
    // What is handed in at once stays together: the second must not overtake the first.
    await end(3);
    await systemClock.sleep(20);
    await send(2);
    expect(sizes()).toEqual([1, 2, 1, 1, 2]);
    await over();
  });

  it("refuses when too many wait, and tells every caller of a list that broke", async () => {
    const queue = createSubmitQueue(
      { submit: () => Promise.reject(new Error("gone")) },
      { clock: systemClock, quietMs: Number.POSITIVE_INFINITY, waitingMax: 2 },
    );
    const asked = ["a", "b", "c"].map((key) => queue.submit([order("C-1", [], key)]));
    const settled = await Promise.allSettled(asked);
    expect(settled.map((one) => (one.status === "rejected" ? String(one.reason) : ""))).toEqual([
      "Error: gone",
      "Error: gone",
      expect.stringContaining("orders wait to be taken"),
    ]);
  });
});
