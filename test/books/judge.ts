import { checkBooks, fillBackorders, readPositionsWaitedFor } from "#domains";
import { sendAgain } from "./actions/orders.ts";
import type { Trade } from "./trade.ts";
import { history, testimony } from "./witness.ts";

/** What may be looked for at any moment: laws 7 and 8, what the witness saw, and what was ever acknowledged. */
export async function wrongWith(trade: Trade): Promise<readonly string[]> {
  const { database } = trade;
  const { faults } = await checkBooks(database);
  return [
    ...trade.violations,
    ...faults.map(({ law, what, explanation }) => `${what}: ${explanation} (${law})`),
    ...(await testimony(database)),
    ...(await history(database)),
    ...(await lost(trade)),
  ];
}

/** What must be true besides when nobody has anything left to do. */
export async function wrongAtRest(trade: Trade): Promise<readonly string[]> {
  const { database, nodes } = trade;
  // As the next reading of the feeds does: whoever was passed by because somebody else was at his order is served.
  await nodes[0]?.within(async (tx) =>
    fillBackorders(tx, await readPositionsWaitedFor(tx), { avoidRefusedBranches: true }),
  );
  const broken = await database.query<{ told: string }>(
    `select format('a fact for %s %s is parked: %s', process, instance_id, explanation) as told from parked_facts
     union all
     select format('the command %s on %s is parked: %s', name, lane, explanation) from commands where status = 'parked'`,
  );
  return [
    ...(await wrongWith(trade)),
    ...broken.map(({ told }) => told),
    ...(await waitingBesideStock(trade)),
    ...((await trade.model?.differences()) ?? []),
  ];
}

/** Every order somebody was told of is there, once, and nothing else is. */
async function lost({ database, orders }: Trade): Promise<readonly string[]> {
  const rows = await database.query<{ key: string; salesOrderId: string }>(
    `select idempotency_key as key, sales_order_id as "salesOrderId" from sales_orders`,
  );
  const byKey = Map.groupBy(rows, ({ key }) => key);
  return orders.flatMap(({ name, request, salesOrderId }) => {
    const there = byKey.get(request.idempotencyKey)?.map((row) => row.salesOrderId) ?? [];
    if (there.length === 1 && there[0] === salesOrderId) return [];
    return [`${name} was acknowledged as ${salesOrderId}; in the books is ${there.join(", ") || "nothing"}`];
  });
}

/** Free stock that somebody waits for, but for those a branch has failed before: only new stock gives it another chance with them. */
async function waitingBesideStock({ database }: Trade): Promise<readonly string[]> {
  const rows = await database.query<{ told: string }>(
    `select distinct format('%s of %s waits for %s %s while %s are free at %s', l.line_number, l.sales_order_id, trim_scale(l.quantity_backordered),
                   l.sku, trim_scale(p.on_hand - p.allocated - p.safety_stock), p.branch) as told
       from sales_order_lines l join sales_orders o using (sales_order_id) join inventory_positions p on p.sku = l.sku
      where l.quantity_backordered > 0 and o.stage in ('accepted', 'on-hold', 'released') and p.on_hand - p.allocated - p.safety_stock > 0
        and not exists (select 1 from fulfillment_orders f join fulfillment_lines s using (fulfillment_order_id)
                         where f.sales_order_id = l.sales_order_id and (f.status = 'cancelled' or s.quantity_picked < s.quantity))`,
  );
  return rows.map(({ told }) => told);
}

/** A repeat is answered as the first was, whatever became of the order since. */
export async function sendEverythingAgain(trade: Trade): Promise<void> {
  const [node] = trade.nodes;
  if (node) await Promise.all(trade.orders.map((order) => sendAgain(trade, node, order, false)));
}
