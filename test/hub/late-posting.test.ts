import { afterAll, expect, it } from "vitest";
import { add, subtract } from "#platform";
import { runningHub } from "./running-hub.ts";

const hub = await runningHub();
afterAll(() => hub.control("granite", "goods-issue", { postAfterMs: 0 }));

const MONTH_MS = 30 * 86_400_000;
interface Position {
  readonly onHand: string;
  readonly issues: number;
}
const positionOf = async (sku: string): Promise<Position | undefined> => {
  const [position] = await hub.database.query<Position>(
    `select trim_scale(on_hand)::text as "onHand", (select count(*)::int from stock_issues i where i.sku = p.sku and i.branch = p.branch) as issues
       from inventory_positions p where sku = $1 and branch = 'ATL'`,
    [sku],
  );
  return position;
};
const comesToBe = (sku: string, wanted: Position) =>
  hub.until(`ATL has ${wanted.onHand} of ${sku} and ${wanted.issues} unposted`, null, async () => {
    const position = await positionOf(sku);
    return position?.onHand === wanted.onHand && position.issues === wanted.issues;
  });
/** Every figure of on hand anybody was told of, in order. */
const told = async (sku: string) =>
  (await hub.events(`inventory:${sku}@ATL`)).map(({ data }) => (data as { onHand: string }).onHand);
const receive = (sku: string, quantity: number) =>
  hub.control("granite", "receive-stock", { sku, branch: "ATL", quantity: String(quantity) });

it("promises nothing that left while the ERP has not posted it, whatever its stock feed says, and agrees with it in the end", async () => {
  await hub.control("granite", "goods-issue", { postAfterMs: MONTH_MS });
  const { sku } = hub.shelves.take();
  const before = (await positionOf(sku))?.onHand ?? "";
  const order = await hub.ordered([[sku, 20]]);
  await hub.learns(order.salesOrderId, "invoice.posted");
  const left = subtract(before, "20");
  await comesToBe(sku, { onHand: left, issues: 1 });

  // Granite's next level still has the goods in it.
  await receive(sku, 5);
  await comesToBe(sku, { onHand: add(left, "5"), issues: 1 });
  await receive(sku, 2);
  await comesToBe(sku, { onHand: add(left, "7"), issues: 1 });

  await hub.control("granite", "post-goods", {});
  await comesToBe(sku, { onHand: add(left, "7"), issues: 0 });
  await receive(sku, 1);
  await comesToBe(sku, { onHand: add(left, "8"), issues: 0 });
  expect((await told(sku)).slice(1)).toEqual([add(left, "5"), add(left, "7"), add(left, "8")]);
});

it("agrees at once with an ERP that posts with the invoice", async () => {
  await hub.control("granite", "goods-issue", { postAfterMs: 0 });
  const { sku } = hub.shelves.take();
  const before = (await positionOf(sku))?.onHand ?? "";
  const order = await hub.ordered([[sku, 20]]);
  await hub.learns(order.salesOrderId, "invoice.posted");
  await comesToBe(sku, { onHand: subtract(before, "20"), issues: 0 });
});
