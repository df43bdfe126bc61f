import fc from "fast-check";
import { applyStock, fillBackorders, type StockLevel } from "#domains";
import { branches, items, type Branch, type Item } from "../catalog.ts";
import type { Node, Trade } from "../trade.ts";
import { kind } from "./action.ts";

const itemNames = Object.keys(items) as Item[];
const where = { item: fc.constantFrom(...itemNames), branch: fc.constantFrom(...branches) };

/** As the feed takes stock: the levels in one transaction, whoever waits for what came in the next. */
export async function ownerSays(trade: Trade, node: Node, levels: readonly StockLevel[]): Promise<number> {
  const { dropped, risen } = await node.database.transaction(
    async (tx) => {
      const applied = await applyStock(tx, levels, { source: "erp", now: trade.now() });
      await node.eventLog.append(tx, applied.events);
      return applied;
    },
    { retries: 5 },
  );
  await node.within((tx) => fillBackorders(tx, risen));
  return dropped;
}

export const levelOf = (trade: Trade, item: Item, branch: Branch, onHand: number, sequence: number): StockLevel => ({
  sku: item,
  branch,
  onHand: String(onHand),
  safetyStock: "0",
  inbound: [],
  sequence: String(sequence),
  asOf: trade.now().toISOString(),
});

/** What was counted, for some items of a branch at once. One that is late, or said before, changes nothing. */
const counted = fc.record({
  branch: where.branch,
  counts: fc.uniqueArray(fc.record({ item: where.item, onHand: fc.integer({ min: 0, max: 40 }) }), {
    selector: ({ item }) => item,
    minLength: 1,
    maxLength: 3,
  }),
  isLate: fc.boolean(),
});
const count = kind(4, counted, async (trade, node, { branch, counts, isLate }) => {
  const sequence = isLate ? 0 : trade.nextSequence();
  const levels = counts.map(({ item, onHand }) => levelOf(trade, item, branch, onHand, sequence));
  const dropped = await ownerSays(trade, node, levels);
  const words = counts.map(({ item, onHand }) => `${onHand} ${item}`).join(", ");
  trade.model?.counted(branch, counts, isLate);
  return `${branch} counts ${words}${isLate ? ", told late" : ""}: ${dropped} dropped`;
});

/** Until there are movements a receipt is the owner's figure with so much more in it. */
const receipt = kind(
  6,
  fc.record({ ...where, quantity: fc.integer({ min: 1, max: 30 }) }),
  async (trade, node, { item, branch, quantity }) => {
    const [position] = await trade.database.query<{ onHand: number }>(
      `select on_hand::float8 as "onHand" from inventory_positions where sku = $1 and branch = $2`,
      [item, branch],
    );
    const onHand = (position?.onHand ?? 0) + quantity;
    await ownerSays(trade, node, [levelOf(trade, item, branch, onHand, trade.nextSequence())]);
    trade.model?.counted(branch, [{ item, onHand }], false);
    return `${branch} receives ${quantity} ${item}`;
  },
);

export const stockKinds = [count, receipt];
