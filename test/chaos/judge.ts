import { checkBooks } from "#domains";
import { liveNodes, type Database } from "#platform";
import type { DoubledEffect, RecordedEffect } from "#sandbox";
import type { Ground } from "./ground.ts";
import type { Load } from "./load.ts";

export interface Verdict {
  readonly orders: number;
  readonly closed: number;
  readonly cancelled: number;
  /** Orders that wait for a person or for goods, with the reason: finished as far as the hub can. */
  readonly waiting: readonly string[];
  /** How much was done at each counterparty that keeps count. */
  readonly effects: Readonly<Record<string, number>>;
  readonly doubled: number;
  /** What must not be, each with the names one needs to look into it. */
  readonly violations: readonly string[];
}

interface Order {
  readonly salesOrderId: string;
  readonly purchaseOrder: string | null;
  readonly stage: string;
  readonly holds: string | null;
  readonly backordered: boolean;
  /** A shipment of it was refused by, or not answered in time by, every carrier: the hub says so and asks for a person. */
  readonly unplaced: boolean;
}

const ordersSql = `
  select o.sales_order_id as "salesOrderId", o.customer_purchase_order as "purchaseOrder", o.stage,
         (select string_agg(h.reason || ': ' || h.explanation, '; ') from sales_order_holds h
           where h.sales_order_id = o.sales_order_id and h.released_at is null) as holds,
         exists (select 1 from sales_order_lines l where l.sales_order_id = o.sales_order_id and l.quantity_backordered > 0) as backordered,
         exists (select 1 from process_instances p where p.correlation_id = o.correlation_id and p.process = 'shipment' and p.state = 'unplaced') as unplaced
    from sales_orders o order by o.sales_order_id`;

const isFinished = ({ stage }: Order) => stage === "closed" || stage === "cancelled";
const reasonToWait = ({ holds, backordered, unplaced }: Order) =>
  holds ?? (backordered ? "waits for goods" : unplaced ? "no carrier is left for a shipment" : null);

const parkedSql = `
  select format('command %s of %s is parked on %s (%s): %s', name, correlation_id, lane, category, explanation) as what, category
    from commands where status = 'parked'`;

const keptSql = `
  select format('a document from %s is kept: %s %s', door, explanation, faults->0->>'found') as what,
         explanation like '% about nothing of ours.' as "isNews"
    from inbound_documents where status = 'kept'`;

async function pendingIn(database: Database): Promise<readonly string[]> {
  const rows = await database.query<{ what: string }>(`
    select format('command %s of %s is %s on %s after %s attempts: %s', name, correlation_id, status, lane, attempts, explanation) as what
      from commands where status in ('waiting', 'running')
    union all
    select format('a fact for %s %s is not handled', process, instance_id) from process_facts where not blocked`);
  const orders = await database.query<Order>(ordersSql);
  const open = orders.filter((order) => !isFinished(order) && reasonToWait(order) === null);
  return [
    ...rows.map(({ what }) => what),
    ...open.map(({ salesOrderId, stage }) => `order ${salesOrderId} is ${stage}`),
  ];
}

const asked = async <Answer>(url: string): Promise<Answer> => (await (await fetch(url)).json()) as Answer;

/** Messages only: a counterparty whose timer has yet to run out matters where an order waits for it, and that is seen in the order. */
async function pendingAt({ systems }: Ground): Promise<readonly string[]> {
  const states = await Promise.all(
    systems.map(async ({ code, url }) => {
      const { messagesPending } = await asked<{ messagesPending: number }>(`${url}/control/status`);
      return messagesPending > 0 ? [`${code} has ${messagesPending} messages to deliver`] : [];
    }),
  );
  return states.flat();
}

const LOOK_MS = 200;

/** Waits until nothing moves any more. Answers what still did when time was up. */
export async function rest(
  ground: Ground,
  withinMs: number,
): Promise<{ readonly ms: number; readonly left: readonly string[] }> {
  const started = Date.now();
  for (let quiet = 0; ;) {
    const left = [...(await pendingAt(ground)), ...(await pendingIn(ground.database))];
    quiet = left.length === 0 ? quiet + 1 : 0;
    const ms = Date.now() - started;
    // Twice in a row: between two looks something may be on its way from there to here.
    if (quiet === 2 || ms > withinMs) return { ms, left };
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** References for which the last word was to do it. */
function standing(effects: readonly RecordedEffect[], operation: string, undoing: string): ReadonlySet<string> {
  const stands = new Set<string>();
  for (const effect of effects) {
    if (effect.operation === operation) stands.add(effect.reference);
    if (effect.operation === undoing) stands.delete(effect.reference);
  }
  return stands;
}

const carriers = ["swift", "anchor", "piedmont"];

export async function judge(ground: Ground, load: Load): Promise<Verdict> {
  const { database, systems } = ground;
  const violations = [...load.faults];
  const orders = await database.query<Order>(ordersSql);
  const byId = new Map(orders.map((order) => [order.salesOrderId, order]));
  const byPurchaseOrder = Map.groupBy(orders, ({ purchaseOrder }) => purchaseOrder ?? "none");

  for (const [purchaseOrder, salesOrderId] of load.accepted)
    if (byId.get(salesOrderId)?.purchaseOrder !== purchaseOrder)
      violations.push(`${purchaseOrder} was taken as ${salesOrderId} and is lost`);
  for (const purchaseOrder of load.placed)
    if (!byPurchaseOrder.has(purchaseOrder)) violations.push(`${purchaseOrder} was sold in the shop and never came in`);
  for (const [purchaseOrder, same] of byPurchaseOrder)
    if (same.length > 1) violations.push(`${purchaseOrder} became ${same.length} orders`);

  const waiting: string[] = [];
  for (const order of orders.filter((order) => !isFinished(order))) {
    const reason = reasonToWait(order);
    if (reason) waiting.push(`${order.salesOrderId} ${order.stage}: ${reason}`);
    else violations.push(`order ${order.salesOrderId} (${order.purchaseOrder}) is unfinished: ${order.stage}`);
  }
  for (const { what, category } of await database.query<{ what: string; category: string }>(parkedSql))
    (category === "rejected" ? waiting : violations).push(what);
  const stuck = await database.query<{ what: string }>(
    "select format('a fact for %s %s is parked: %s', process, instance_id, explanation) as what from parked_facts",
  );
  violations.push(...stuck.map(({ what }) => what));
  // News that came before we knew their number are kept for a person, and asked for again by tracking: whether they were lost is seen in the order.
  for (const { what, isNews } of await database.query<{ what: string; isNews: boolean }>(keptSql))
    (isNews ? waiting : violations).push(what);

  const alive = await liveNodes(database);
  const claimed = await database.query<{ id: string; node: number }>(
    "select id, claimed_by as node from commands where claimed_by is not null",
  );
  for (const { id, node } of claimed)
    violations.push(`command ${id} is still claimed by node ${node}${alive.includes(node) ? "" : ", which is dead"}`);

  const books = await checkBooks(database);
  violations.push(...books.faults.map(({ law, what, explanation }) => `books: ${law}: ${what}: ${explanation}`));

  const ledgers = new Map<string, readonly RecordedEffect[]>();
  let doubledCount = 0;
  for (const { code, url } of systems) {
    const { doubled } = await asked<{ doubled: readonly DoubledEffect[] }>(`${url}/control/effects?doubled=true`);
    doubledCount += doubled.length;
    violations.push(
      ...doubled.map(({ operation, reference, times }) => `${code} did ${operation} for ${reference} ${times} times`),
    );
    ledgers.set(code, (await asked<{ effects: readonly RecordedEffect[] }>(`${url}/control/ledger`)).effects);
  }
  const effects = Object.fromEntries([...ledgers].map(([code, done]) => [code, done.length]));
  for (const [code, count] of Object.entries(effects))
    if (count === 0 && code !== "meridian") violations.push(`${code} had nothing to do: the run says nothing about it`);
  violations.push(...unmatched(orders, ledgers.get("granite") ?? []));
  const tendered = carriers.flatMap((code) => [...standing(ledgers.get(code) ?? [], "tender", "void")]);
  const twice = tendered.filter((reference, index) => tendered.indexOf(reference) !== index);
  violations.push(...twice.map((reference) => `shipment ${reference} stands with two carriers`));

  return {
    orders: orders.length,
    closed: orders.filter(({ stage }) => stage === "closed").length,
    cancelled: orders.filter(({ stage }) => stage === "cancelled").length,
    waiting,
    effects,
    doubled: doubledCount + twice.length,
    violations,
  };
}

/** The ERP's word against ours: what we closed stands there, with an invoice; what we cancelled does not; and it knows nothing that we do not. */
function unmatched(orders: readonly Order[], effects: readonly RecordedEffect[]): readonly string[] {
  const known = new Map(orders.map((order) => [order.salesOrderId, order]));
  const atErp = standing(effects, "create-sales-order", "cancel-sales-order");
  const missing = orders
    .filter(({ stage, salesOrderId }) => stage === "closed" && !atErp.has(salesOrderId))
    .map(({ salesOrderId }) => `order ${salesOrderId} is closed here and not in the ERP`);
  const tooMuch = [...atErp]
    .filter((reference) => (known.get(reference)?.stage ?? "cancelled") === "cancelled")
    .map((reference) => `order ${reference} stands in the ERP and is ${known.get(reference)?.stage ?? "unknown"} here`);
  return [...missing, ...tooMuch];
}
