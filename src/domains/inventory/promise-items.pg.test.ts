import { sampleCustomer, sampleDraft, samplePrice, sampleProduct, testDatabase, tradingPost } from "#testing";
import fc from "fast-check";
import { expect, it } from "vitest";
import { findProducts } from "../products/find-products.ts";
import { compileChannelReserves } from "../promising/channel-reserves.ts";
import { createReferenceBook } from "../reference/reference-book.ts";
import { findPositions } from "./find-positions.ts";
import { createPositionBoard } from "./position-board.ts";
import { promiseItems, type PromisableStock } from "./promise-items.ts";

const database = await testDatabase();
const post = tradingPost(database);
const [pump, clamp, set, never] = ["PUMP", "CLAMP", "SET", "NEVER"];
const kitComponents = [
  { sku: pump, quantity: "1" },
  { sku: clamp, quantity: "2.5" },
];
await post.stock({
  customers: [sampleCustomer()],
  products: [
    sampleProduct({ sku: pump, substitutes: [clamp] }),
    sampleProduct({ sku: clamp }),
    sampleProduct({ sku: set, kitComponents }),
  ],
  prices: [pump, clamp, set].map((sku) => samplePrice({ sku, priceAgreementId: sku })),
});
const book = createReferenceBook({ database, clock: post.clock });
const board = createPositionBoard({ database, clock: post.clock, edition: "brd" });
await Promise.all([book.load(), board.load()]);
const inMemory: PromisableStock = {
  product: (sku) => book.product(sku),
  positions: (sku) => board.item(sku)?.positions,
  waiting: (sku) => board.waiting(sku),
};
async function inDatabase(skus: readonly string[]): Promise<PromisableStock> {
  const products = await findProducts(database, skus);
  const positions = await findPositions(database, skus);
  const waiting = await database.query<{ sku: string; waiting: string }>(
    "select sku, trim_scale(sum(quantity_backordered))::text as waiting from sales_order_lines where sku = any($1) group by sku",
    [skus],
  );
  const waitingOf = new Map(waiting.map((one) => [one.sku, one.waiting]));
  return {
    product: (sku) => products.get(sku)?.product,
    positions: (sku) => positions.get(sku),
    waiting: (sku) => waitingOf.get(sku) ?? "0",
  };
}
const reserves = compileChannelReserves([
  { channel: "portal", sku: pump, branch: "ATL", quantity: "3" },
  { channel: "portal", quantity: "2" },
]);

const quantity = fc.integer({ min: 0, max: 30 }).map(String);
const step = fc.oneof(
  fc.record({
    does: fc.constant("count" as const),
    sku: fc.constantFrom(pump, clamp),
    branch: fc.constantFrom("ATL", "DFW", "ORD"),
    onHand: quantity,
    safetyStock: fc.constantFrom("0", "2"),
    inbound: fc.array(fc.record({ expectedOn: fc.constantFrom("2026-01-01", "2026-01-05", "2026-02-01"), quantity }), {
      maxLength: 2,
    }),
  }),
  fc.record({ does: fc.constant("order" as const), sku: fc.constantFrom(pump, clamp, set), quantity }),
  fc.record({ does: fc.constant("settle" as const), sku: fc.constantFrom(pump, clamp) }),
  fc.record({ does: fc.constant("lose" as const), sku: fc.constantFrom(pump, clamp) }),
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;
let orders = 0;

async function take(one: Step): Promise<void> {
  if (one.does === "count") await post.setOnHand(one.sku, one.branch, one.onHand, one);
  else if (one.does === "lose")
    await database.query("delete from inventory_positions where sku = $1 and allocated = 0 and branch = 'ORD'", [
      one.sku,
    ]);
  else if (one.does === "settle")
    await database.query(
      `update sales_order_lines set quantity_cancelled = quantity_cancelled + quantity_backordered, quantity_backordered = 0
        where sku = $1 and kit_line_number is null`,
      [one.sku],
    );
  else if (one.quantity !== "0") {
    orders += 1;
    const lines = [{ lineNumber: 1, sku: one.sku, quantity: one.quantity, unitOfMeasure: "EA" }];
    const draft = sampleDraft({ channelOrderNumber: `P-${orders}`, lines });
    await post.intake.submit([{ draft, idempotencyKey: `p-${orders}` }]);
  }
}

it("promises from memory what the database would be asked for, whatever happened", async () => {
  let waited = 0;
  const inquiries = [{}, { quantity: "7" }, { channel: "web-shop" }, { channel: "portal", quantity: "40" }];
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 5 }), async (steps) => {
      for (const one of steps) await take(one);
      await Promise.all([book.refresh(), board.refresh()]);
      const skus = [pump, clamp, set, never];
      const truth = await inDatabase(skus);
      if (skus.some((sku) => truth.waiting(sku) !== "0")) waited += 1;
      for (const asked of inquiries) {
        const inquiry = { ...asked, now: post.clock.now() };
        expect(promiseItems(inMemory, reserves, skus, inquiry)).toEqual(promiseItems(truth, reserves, skus, inquiry));
      }
    }),
    { numRuns: 30 },
  );
  expect(waited).toBeGreaterThan(3);
});
