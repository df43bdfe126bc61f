import { checkBooks, fillBackorders, readPositionsWaitedFor } from "#domains";
import { sweep } from "./actions/carts.ts";
import { sendAgain } from "./actions/orders.ts";
import { everything, tellSnapshot } from "./actions/stock.ts";
import { isKept } from "./carts.ts";
import { branches } from "./catalog.ts";
import { seenBy } from "./house.ts";
import { decidedLine, type Trade } from "./trade.ts";
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
    ...(await cartsLost(trade)),
  ];
}

/** What must be true besides when nobody has anything left to do. */
export async function wrongAtRest(trade: Trade): Promise<readonly string[]> {
  const { database, nodes } = trade;
  const [node] = nodes;
  // As a hub does every second.
  if (node) await sweep(trade, node);
  // As the next reading of the feeds does: whoever was passed by because somebody else was at his order is served.
  await node?.within(async (tx) =>
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
    ...(await heardOtherwise(trade)),
    ...((await trade.model?.differences()) ?? []),
  ];
}

/** Every order somebody was told of is there, once, with the lines that were decided, and nothing else is. */
async function lost({ database, orders }: Trade): Promise<readonly string[]> {
  const rows = await database.query<OrderRow>(
    `select o.idempotency_key as key, o.sales_order_id as "salesOrderId", (
              select json_agg(json_build_object('lineNumber', l.line_number, 'sku', l.sku, 'quantityOrdered', l.quantity_ordered::text,
                       'unitPrice', l.unit_price::text, 'substitutedFor', l.substituted_for, 'kitLineNumber', l.kit_line_number)
                       order by l.line_number)
                from sales_order_lines l where l.sales_order_id = o.sales_order_id) as lines
       from sales_orders o`,
  );
  const byKey = Map.groupBy(rows, ({ key }) => key);
  const gone = orders.flatMap(({ name, request, salesOrderId, lines }) => {
    const there = byKey.get(request.idempotencyKey) ?? [];
    const [one] = there;
    if (there.length !== 1 || one?.salesOrderId !== salesOrderId)
      return [
        `${name} was acknowledged as ${salesOrderId}; in the books is ${there.map((row) => row.salesOrderId).join(", ") || "nothing"}`,
      ];
    const kept = one.lines.map(decidedLine).toSorted().join("; ");
    const decided = lines.toSorted().join("; ");
    return kept === decided ? [] : [`${name} was decided as ${decided}; in the books is ${kept}`];
  });
  const known = new Set(orders.map(({ request }) => request.idempotencyKey));
  const unknown = rows
    .filter(({ key }) => !known.has(key))
    .map(({ salesOrderId }) => `nobody was told of ${salesOrderId}`);
  return [...gone, ...unknown];
}

interface OrderRow {
  readonly key: string;
  readonly salesOrderId: string;
  readonly lines: readonly Parameters<typeof decidedLine>[0][];
}

/** What was kept for a cart is kept until it expires, unless somebody ordered it or gave it up; and nothing is kept for longer. */
async function cartsLost({ database, carts, now }: Trade): Promise<readonly string[]> {
  const rows = await database.query<{ reservationId: string; pieces: string }>(
    `select reservation_id as "reservationId", string_agg(trim_scale(quantity) || ' ' || sku || '@' || branch, ', ' order by sku, branch) as pieces
       from (select reservation_id, sku, branch, sum(quantity) as quantity from reservation_lines where is_live group by 1, 2, 3) kept
      group by reservation_id`,
  );
  const keptOf = new Map(rows.map(({ reservationId, pieces }) => [reservationId, pieces]));
  return carts.flatMap((cart) => {
    if (cart.mayBeGone || !isKept(cart, now())) return [];
    const quantities = new Map<string, number>();
    for (const { sku, branch, quantity } of cart.pieces)
      quantities.set(`${sku}@${branch}`, (quantities.get(`${sku}@${branch}`) ?? 0) + quantity);
    const should = [...quantities]
      .map(([position, quantity]) => `${quantity} ${position}`)
      .toSorted(byPosition)
      .join(", ");
    const is = keptOf.get(cart.reservationId) ?? "";
    return is === should ? [] : [`${cart.name} was told that ${should} are kept; in the books is ${is || "nothing"}`];
  });
}
const positionIn = (piece: string) => piece.slice(piece.indexOf(" ") + 1);
const byPosition = (a: string, b: string) => (positionIn(a) < positionIn(b) ? -1 : 1);

interface WaitingRow {
  readonly line: string;
  readonly unit: string;
  readonly sku: string;
  readonly each: number;
  readonly channel: string;
}

/**
 * Free stock that somebody waits for and may have, but for those a branch has failed before: only new stock gives them another chance. The parts of a kit
 * are waited for together.
 */
async function waitingBesideStock({ database, house }: Trade): Promise<readonly string[]> {
  const waiting = await database.query<WaitingRow>(
    `select l.sales_order_id || ' line ' || l.line_number as line, l.sales_order_id || ' ' || coalesce(l.kit_line_number, l.line_number) as unit,
            l.sku, coalesce(l.kit_quantity, 1)::float8 as each, o.channel
       from sales_order_lines l join sales_orders o using (sales_order_id)
      where l.quantity_backordered > 0 and not l.is_kit and o.stage in ('accepted', 'on-hold', 'released')
        and not exists (select 1 from fulfillment_orders f join fulfillment_lines s using (fulfillment_order_id)
                         where f.sales_order_id = l.sales_order_id and (f.status = 'cancelled' or s.quantity_picked < s.quantity))`,
  );
  const shelves = await database.query<{ position: string; free: number }>(
    `select sku || '@' || branch as position, greatest(on_hand - allocated - reserved - safety_stock, 0)::float8 as free from inventory_positions`,
  );
  const freeAt = new Map(shelves.map(({ position, free }) => [position, free]));
  return [...Map.groupBy(waiting, ({ unit }) => unit).values()].flatMap((parts) => {
    const view = seenBy(house, parts[0]?.channel ?? "", (sku, branch) => freeAt.get(`${sku}@${branch}`) ?? 0);
    const could = branches.filter((branch) => parts.every(({ sku, each }) => view(sku, branch) >= each));
    if (could.length === 0) return [];
    const what = parts.map(({ line, sku }) => `${line} (${sku})`).join(" and ");
    return [`${what} waits while ${could.join(", ")} has what it takes`];
  });
}

/**
 * Up to where the hub holds a position for stated, what it goes by is what its owner's books said then; and what was told of entries after that counts,
 * and nothing of those before.
 */
async function heardOtherwise({ database, owner }: Trade): Promise<readonly string[]> {
  const rows = await database.query<HeardRow>(
    `select p.sku, p.branch, p.stated_on_hand::float8 as stated, u.until::float8 as until,
            coalesce(sum(m.quantity) filter (where not m.is_late and m.sequence > p.source_sequence), 0)::float8 as counted,
            coalesce(sum(m.quantity) filter (where m.sequence > u.until), 0)::float8 as since
       from inventory_positions p
      cross join lateral (
        select greatest(p.source_sequence, coalesce(p.own_floor, (select max(f.sequence) from stock_floors f where f.branch in (p.branch, '*')))) as until
      ) u
       left join stock_movements m on m.sku = p.sku and m.branch = p.branch
      group by p.sku, p.branch, u.until`,
  );
  return rows.flatMap(({ sku, branch, stated, until, counted, since }) => {
    const book = owner.bookOf(sku, branch, until);
    const position = `${sku}@${branch}`;
    return [
      ...(stated === book ? [] : [`${position} goes by ${stated}; at entry ${until} its owner's books said ${book}`]),
      ...(counted === since ? [] : [`${position} counts ${counted} as moved; told since entry ${until} was ${since}`]),
    ];
  });
}

interface HeardRow {
  readonly sku: string;
  readonly branch: string;
  readonly stated: number;
  readonly until: number;
  readonly counted: number;
  readonly since: number;
}

/**
 * At last the owner tells everything he has: no more is on hand then than lies on the shelves, whatever was told late, twice or never; and just that once
 * every shelf is counted where something was not found.
 */
export async function wrongOnTheShelves(trade: Trade): Promise<readonly string[]> {
  const before = await compareShelves(trade, (onHand, lies) => onHand <= lies);
  trade.owner.counts();
  await trade.timeGoesOn(DAY_MS);
  return [...before, ...(await compareShelves(trade, (onHand, lies) => onHand === lies))];
}
const DAY_MS = 24 * 3_600_000;

async function compareShelves(
  trade: Trade,
  agrees: (onHand: number, lies: number) => boolean,
): Promise<readonly string[]> {
  const { database, nodes, owner } = trade;
  const [node] = nodes;
  if (!node) return ["There is no node."];
  // An entry of its own, so that it is newer than whatever was told.
  owner.posts([]);
  await tellSnapshot(trade, node, everything);
  const rows = await database.query<{ sku: string; branch: string; onHand: number }>(
    `select sku, branch, on_hand::float8 as "onHand" from inventory_positions`,
  );
  return rows.flatMap(({ sku, branch, onHand }) => {
    const lies = owner.onShelf(sku, branch);
    return agrees(onHand, lies)
      ? []
      : [`${onHand} ${sku} are on hand at ${branch} after everything was told, and ${lies} lie there`];
  });
}

/** A repeat is answered as the first was, whatever became of the order since. */
export async function sendEverythingAgain(trade: Trade): Promise<void> {
  const [node] = trade.nodes;
  if (node) await Promise.all(trade.orders.map((order) => sendAgain(trade, node, order, false)));
}
