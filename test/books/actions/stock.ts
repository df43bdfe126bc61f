import fc from "fast-check";
import { applyMovements, applyStock, fillBackorders, type StockLevel } from "#domains";
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

/** What the ERP's figure still contains though it is gone: shipped and not invoiced, or looked for in vain. */
function stillStated({ gone, world }: Trade, item: Item, branch: Branch): number {
  const posted = world.erp.invoices
    .filter(({ goods }) => goods.branch === branch)
    .flatMap(({ goods }) => goods.lines.filter(({ sku }) => sku === item));
  return posted.reduce((left, { quantity }) => left - Number(quantity), gone.get(`${item}@${branch}`) ?? 0);
}

/** So much is there, of some items of a branch at once, and the ERP states what by its books it must be. One that is late, or said before, changes nothing. */
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
  const levels = counts.map(({ item, onHand }) =>
    levelOf(trade, item, branch, onHand + stillStated(trade, item, branch), sequence),
  );
  const dropped = await ownerSays(trade, node, levels);
  const words = counts.map(({ item, onHand }) => `${onHand} ${item}`).join(", ");
  trade.model?.counted(branch, counts, isLate);
  return `${branch} counts ${words}${isLate ? ", told late" : ""}: ${dropped} dropped`;
});

/** Goods come in; sometimes the movement is told twice. */
const receipt = kind(
  6,
  fc.record({ ...where, quantity: fc.integer({ min: 1, max: 30 }), isRepeated: fc.boolean() }),
  async (trade, node, { item, branch, quantity, isRepeated }) => {
    const sequence = String(trade.nextSequence());
    const movement = {
      movementId: `m${sequence}`,
      sequence,
      sku: item,
      branch,
      quantity: String(quantity),
      kind: "receipt",
      occurredAt: trade.now().toISOString(),
    } as const;
    const tell = async () => {
      const { risen } = await node.database.transaction(
        async (tx) => {
          const applied = await applyMovements(tx, [movement], { source: "erp", now: trade.now() });
          await node.eventLog.append(tx, applied.events);
          return applied;
        },
        { retries: 5 },
      );
      await node.within((tx) => fillBackorders(tx, risen));
    };
    await tell();
    if (isRepeated) await tell();
    trade.model?.received(branch, item, quantity);
    return `${branch} receives ${quantity} ${item}${isRepeated ? ", told twice" : ""}`;
  },
);

export const stockKinds = [count, receipt];
