import fc from "fast-check";
import { carrierNewsToEvents, warehouseNewsToEvents } from "#processes";
import type { WarehouseNews } from "#systems";
import { newsOf, type FakeWarehouse } from "../../scenarios/world.ts";
import type { HandledLine } from "../catalog.ts";
import type { Node, Trade } from "../trade.ts";
import { kind, oneOf } from "./action.ts";

interface Work {
  readonly id: string;
  readonly salesOrderId: string;
  readonly branch: string;
  readonly state: "released" | "picked" | "labelled";
}

/** What a branch has in hand and can go on with. */
const inHand = (trade: Trade) =>
  trade.database.query<Work>(
    `select f.fulfillment_order_id as id, f.sales_order_id as "salesOrderId", f.branch, i.state
       from fulfillment_orders f join process_instances i on i.process = 'fulfillment' and i.instance_id = f.fulfillment_order_id
      where i.state in ('released', 'picked', 'labelled') order by 1`,
  );

const warehouseOf = ({ world }: Trade, branch: string): FakeWarehouse => (branch === "ATL" ? world.atl : world.dal);
const nextOf = { released: "picked", picked: "packed", labelled: "shipped" } as const;

async function tell(trade: Trade, node: Node, branch: string, news: WarehouseNews): Promise<void> {
  await node.within(async (tx) => {
    const { drafts, unmatched } = await warehouseNewsToEvents(tx, `wms-${branch.toLowerCase()}`, [news]);
    for (const { reason } of unmatched) trade.violations.push(`the hub does not know what ${branch} tells: ${reason}`);
    return drafts;
  });
}

/** The same news, of so much. */
function saying(news: WarehouseNews, handled: readonly HandledLine[]): WarehouseNews {
  const lines = handled.map((line) => ({ ...line, quantity: String(line.quantity) }));
  if (news.news === "packed") return news;
  if (news.news === "shipped") return { ...news, lines };
  const short = (lineNumber: number) => news.lines.find((line) => line.lineNumber === lineNumber)?.quantityShort ?? "0";
  return { ...news, lines: lines.map((line) => ({ ...line, quantityShort: short(line.lineNumber) })) };
}

/** The next step of one piece of work: picked, wholly or in part, packed, or shipped, sometimes less than was picked. */
async function workOn(
  trade: Trade,
  node: Node,
  { id, salesOrderId, branch, state }: Work,
  share: number,
): Promise<string> {
  const asked = warehouseOf(trade, branch).released.get(id);
  const order = trade.orders.find((one) => one.salesOrderId === salesOrderId)?.name ?? salesOrderId;
  if (!asked) return `${branch} was not asked for ${order} yet`;
  const step = nextOf[state];
  if (trade.told.has(`${id} ${step}`)) return `${branch} has said already that it ${step} ${order}`;
  trade.told.add(`${id} ${step}`);
  const before =
    trade.handled.get(id) ??
    asked.lines.map(({ lineNumber, sku, quantity }) => ({ lineNumber, sku, quantity: Number(quantity) }));
  const handled =
    step === "packed" ? before : before.map((line) => ({ ...line, quantity: Math.floor(line.quantity * share) }));
  const missing = before.map((line, index) => ({ ...line, quantity: line.quantity - (handled[index]?.quantity ?? 0) }));
  // They are gone before anybody hears of it.
  if (step === "picked") for (const { sku, quantity } of missing) trade.owner.notFound(sku, branch, quantity);
  if (step === "shipped") for (const { sku, quantity } of handled) trade.owner.goodsGone(sku, branch, quantity);
  trade.handled.set(id, handled);
  await tell(trade, node, branch, saying(newsOf(asked, step), handled));
  return `${branch} has ${step} ${handled.map(({ quantity, sku }) => `${quantity} ${sku}`).join(", ")} of ${order}`;
}

/** Mostly everything is found. */
const anyShare = fc.oneof(
  { weight: 4, arbitrary: fc.constant(1) },
  { weight: 1, arbitrary: fc.constantFrom(0, 0.4, 0.7) },
);

const working = (weight: number, shares: fc.Arbitrary<number>) =>
  kind(weight, fc.record({ which: fc.nat(), share: shares }), async (trade, node, { which, share }) => {
    const one = oneOf(await inHand(trade), which);
    return one ? workOn(trade, node, one, share) : "the branches have nothing to do";
  });
const work = working(10, anyShare);

/** Hardly anything is where it should be. */
export const shortWork = working(16, fc.constantFrom(1, 0, 0.4, 0.7));

const recalls = kind(
  1,
  fc.record({ isAtl: fc.boolean(), isTooLate: fc.boolean() }),
  ({ world }, _node, { isAtl, isTooLate }) => {
    (isAtl ? world.atl : world.dal).recallRefused = isTooLate ? "it is on the truck" : null;
    return Promise.resolve(
      `${isAtl ? "ATL" : "DAL"} ${isTooLate ? "stops nothing any more" : "stops what it is asked to"}`,
    );
  },
);

/** Everything that is on its way arrives. */
const delivery = kind(1, fc.constant(null), async (trade, node) => {
  const going = await trade.database.query<{ carrier: string; number: string }>(
    `select carrier, coalesce(tracking_number, pro_number) as number from shipments where shipped_at is not null and delivered_at is null`,
  );
  for (const { carrier, number } of going) {
    const milestone = {
      code: "delivered",
      carrierCode: "DL",
      description: "delivered",
      occurredAt: "2026-01-07T15:00:00Z",
    } as const;
    const news = { messageId: `${number} delivered`, number, milestone };
    await node.within(async (tx) => (await carrierNewsToEvents(tx, carrier, [news])).drafts);
  }
  return `the carriers deliver ${going.length} shipments`;
});

export const branchKinds = [work, recalls, delivery];
