import { randomBytes } from "node:crypto";
import { add, systemClock } from "#platform";
import { sampleCustomer, sampleDraft, samplePrice, sampleProduct, testDatabase, tradingPost } from "#testing";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { checkBooks } from "../books.ts";
import { createSubmitQueue } from "../orders/intake/submit-queue.ts";
import { applyPromisingRules } from "./applied-rules.ts";
import type { PromisingRules } from "./promising-rules.ts";

const database = await testDatabase({ maxConnections: 12 });
const post = tradingPost(database);
const address = { country: "US", region: "GA", postalCode: "30303" };
const branches = ["ATL", "DFW", "ORD"].map((branch, index) => ({ branch, sourcingRank: index + 1, address }));

let sku = "";
beforeAll(() =>
  post.stock({
    customers: [
      sampleCustomer(),
      sampleCustomer({ customerNumber: "C-2" }),
      sampleCustomer({ customerNumber: "C-VIP", customerGroup: "key-accounts" }),
    ],
  }),
);
beforeEach(async () => {
  sku = `SKU-${randomBytes(4).toString("hex")}`;
  await post.stock({ products: [sampleProduct({ sku, hazardous: true })], prices: [samplePrice({ sku })] });
});

/** Puts rules in force, and opens an intake that goes by them. */
async function inForce(rules: PromisingRules) {
  await post.clock.advance(1000);
  const plan = await database.transaction((tx) => applyPromisingRules(tx, rules, branches, post.clock.now()));
  return { version: plan.version ?? "", intake: post.newIntake({ promising: plan }) };
}
const draft = (quantity: string, more: object = {}) =>
  sampleDraft({
    channelOrderNumber: randomBytes(6).toString("hex"),
    lines: [{ lineNumber: 1, sku, quantity, unitOfMeasure: "EA" }],
    ...more,
  });
type Intake = ReturnType<typeof post.newIntake>;
async function order(intake: Intake, quantity: string, more: object = {}) {
  const one = draft(quantity, more);
  const [result] = await intake.submit([{ draft: one, idempotencyKey: one.channelOrderNumber }]);
  const line = result?.salesOrder?.lines[0];
  if (!line) throw new Error(JSON.stringify(result));
  return { ...line, salesOrderId: result?.salesOrder?.salesOrderId ?? "" };
}
const lineOf = async (salesOrderId: string) =>
  (
    await database.query<{ waits: string; explanation: string }>(
      `select trim_scale(quantity_backordered)::text as waits, allocation_explanation as explanation
         from sales_order_lines where sales_order_id = $1`,
      [salesOrderId],
    )
  )[0];

describe("rules in force", () => {
  it("decide at the door, and the line keeps which of which version, and who was passed over", async () => {
    const { version, intake } = await inForce({
      sourcing: [{ rule: "only-from", items: { hazardous: true }, branches: ["ORD", "DFW"] }, { rule: "home-branch" }],
    });
    await post.setOnHand(sku, "ATL", "50");
    await post.setOnHand(sku, "ORD", "50");
    const line = await order(intake, "5");
    expect(line).toMatchObject({ allocations: [{ branch: "ORD", quantity: "5" }] });
    const why = `Rule 3, fewest-branches, of ${version}; passed over: ATL may not: what is hazardous ships from ORD, DFW only.`;
    expect(line.allocationExplanation).toContain(why);
    expect(await lineOf(line.salesOrderId)).toEqual({ waits: "0", explanation: line.allocationExplanation });
    expect(await database.query("select rules from promising_rules where version = $1", [version])).toHaveLength(1);
  });

  it("keep hazardous stock that arrives from filling a line where it may not ship from", async () => {
    const { intake } = await inForce({
      sourcing: [{ rule: "only-from", items: { hazardous: true }, branches: ["ORD"] }],
    });
    await post.setOnHand(sku, "ATL", "0");
    const { salesOrderId } = await order(intake, "5");
    await post.setOnHand(sku, "ATL", "9");
    expect(await lineOf(salesOrderId)).toMatchObject({ waits: "5" });
    await post.setOnHand(sku, "ORD", "9");
    expect(await lineOf(salesOrderId)).toMatchObject({ waits: "0" });
  });
});

describe("what a channel keeps", () => {
  it("is not promised to others, however many ask at once on two nodes, and is there for its own", async () => {
    const { intake } = await inForce({ channelReserves: [{ channel: "b2b", quantity: "20" }] });
    await post.setOnHand(sku, "ATL", "60");
    await post.setOnHand(sku, "DFW", "40");
    const [one, other] = [intake, intake].map((node) => createSubmitQueue(node, { clock: systemClock, listMax: 20 }));
    if (!one || !other) throw new Error("no queues");
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, index) => {
        const sent = draft("1", index % 10 === 0 ? { channel: "b2b" } : {});
        return (index % 2 === 0 ? one : other).submit([{ draft: sent, idempotencyKey: sent.channelOrderNumber }]);
      }),
    );
    const results = answers.flat();
    const allocated = (channel: string) =>
      add(
        ...results.flatMap((result) =>
          result.salesOrder?.channel === channel
            ? result.salesOrder.lines.map(({ quantityAllocated }) => quantityAllocated)
            : [],
        ),
      );
    const [free] = await database.query<{ free: string }>(
      "select trim_scale(sum(on_hand - allocated))::text as free from inventory_positions where sku = $1",
      [sku],
    );
    expect(allocated("b2b")).toBe("20");
    expect(Number(free?.free)).toBe(100 - 20 - Number(allocated("web-shop")));
    // What the b2b orders took leaves less than is kept: nobody else gets any of it.
    expect(Number(allocated("web-shop"))).toBeGreaterThanOrEqual(60);
    expect(Number(allocated("web-shop"))).toBeLessThanOrEqual(80);
    expect(await order(intake, "5")).toMatchObject({ quantityAllocated: "0" });
    // Less than five are left where most of its own came after the others had found nothing: what is kept is filled up first, and is nobody else's.
    await post.setOnHand(sku, "ATL", String(60 + 20 - Number(free?.free)));
    expect(await order(intake, "5")).toMatchObject({ quantityAllocated: "0" });
    expect(await order(intake, "5", { channel: "b2b" })).toMatchObject({ quantityAllocated: "5" });
    expect((await checkBooks(database)).faults).toEqual([]);
  });

  it("goes to its own lines first when stock comes, though others waited before them", async () => {
    const { intake } = await inForce({ channelReserves: [{ channel: "b2b", sku, quantity: "6" }] });
    await post.setOnHand(sku, "ATL", "0");
    const web = await order(intake, "10");
    const b2b = await order(intake, "4", { channel: "b2b" });
    await post.setOnHand(sku, "ATL", "8");
    expect(await lineOf(web.salesOrderId)).toMatchObject({ waits: "8" });
    expect(await lineOf(b2b.salesOrderId)).toMatchObject({ waits: "0" });
    expect((await checkBooks(database)).faults).toEqual([]);
  });
});

describe("who waits is served by the policy in force", () => {
  const waiting = async (intake: Intake) => {
    await post.setOnHand(sku, "ATL", "0", { inbound: [{ expectedOn: "2026-02-01", quantity: "5" }] });
    const promised = await order(intake, "5");
    const plain = await order(intake, "5", { customerNumber: "C-2" });
    const vip = await order(intake, "5", { customerNumber: "C-VIP" });
    return { promised, plain, vip };
  };
  const served = async (lines: Record<string, { salesOrderId: string }>) => {
    const waits = await Promise.all(
      Object.entries(lines).map(async ([name, { salesOrderId }]) => [name, await lineOf(salesOrderId)] as const),
    );
    return waits.flatMap(([name, line]) => (line?.waits === "0" ? [name] : []));
  };

  it.each<[string, PromisingRules["backorders"], string]>([
    ["first come", { order: ["first-come"] }, "promised"],
    ["priority customer", { order: ["priority-customer", "first-come"], priorityGroups: ["key-accounts"] }, "vip"],
    ["a named customer", { order: ["priority-customer"], priorityCustomers: ["C-2"] }, "plain"],
  ])("%s, and the line says so", async (_, backorders, first) => {
    const { version, intake } = await inForce(backorders ? { backorders } : {});
    const lines = await waiting(intake);
    await post.setOnHand(sku, "ATL", "5");
    expect(await served(lines)).toEqual([first]);
    const { explanation } =
      (await lineOf(Object.entries(lines).find(([name]) => name === first)?.[1].salesOrderId ?? "")) ?? {};
    expect(explanation).toContain(`Later filled: 5 from ATL (served first: `);
    expect(explanation).toContain(`; of ${version})`);
  });

  it("promised date: who was promised earlier goes first", async () => {
    const { intake } = await inForce({ backorders: { order: ["promised-date", "first-come"] } });
    await post.setOnHand(sku, "ATL", "0");
    const never = await order(intake, "5");
    await post.setOnHand(sku, "ATL", "0", { inbound: [{ expectedOn: "2026-02-01", quantity: "10" }] });
    const promised = await order(intake, "5");
    await post.setOnHand(sku, "ATL", "5");
    expect(await served({ never, promised })).toEqual(["promised"]);
    expect((await lineOf(promised.salesOrderId))?.explanation).toContain(
      "who was promised earlier, then who came first",
    );
  });
});

describe("what is going out", () => {
  const items = async () => {
    const [old, successor] = [`${sku}-OLD`, `${sku}-NEW`];
    await post.stock({
      products: [
        sampleProduct({ sku: old, status: "discontinued", supersededBy: successor }),
        sampleProduct({ sku: successor }),
      ],
      prices: [samplePrice({ sku: old, unitPrice: "2.00" }), samplePrice({ sku: successor, unitPrice: "3.00" })],
    });
    await post.setOnHand(old, "ATL", "6");
    await post.setOnHand(successor, "ATL", "50");
    return { old, successor };
  };
  const line = (sold: string, quantity: string) => ({
    lines: [{ lineNumber: 1, sku: sold, quantity, unitOfMeasure: "EA" }],
  });

  it("sells until it is gone; then the answer names its successor", async () => {
    const { intake } = await inForce({});
    const { old, successor } = await items();
    expect(await order(intake, "", line(old, "4"))).toMatchObject({ sku: old, quantityAllocated: "4" });
    const refused = draft("", line(old, "4"));
    const [result] = await intake.submit([{ draft: refused, idempotencyKey: refused.channelOrderNumber }]);
    expect(result).toMatchObject({
      outcome: "rejected",
      faults: [{ path: "/lines/0/sku", fix: `Order at most the 2 EA that are left, or its successor ${successor}.` }],
    });
  });

  it("becomes its successor, at that one's price, where the channel allows it, and the line says so", async () => {
    const { intake } = await inForce({ substitution: { channels: ["web-shop"] } });
    const { old, successor } = await items();
    const replaced = await order(intake, "", line(old, "10"));
    expect(replaced).toMatchObject({
      sku: successor,
      substitutedFor: old,
      lineAmount: "30.00",
      quantityAllocated: "10",
    });
    expect(replaced.allocationExplanation).toContain(
      `${old} is discontinued and 6 EA of 10 are left; ${successor} was taken in its place, as web-shop allows. All 10 EA from ATL`,
    );
    const [kept] = await database.query<{ for: string }>(
      "select substituted_for as for from sales_order_lines where sales_order_id = $1",
      [replaced.salesOrderId],
    );
    expect(kept).toEqual({ for: old });
  });
});
