import { SalesOrderDraft } from "#contracts";
import type { Database, Ids } from "#platform";
import { fastify } from "fastify";
import { Type } from "typebox";
import { Compile } from "typebox/compile";
import { BRANCHES } from "./trade.ts";

/**
 * The least that could be called an intake, to tell how fast this machine is today: orders in lists of what is waiting, two lists under way, one statement a
 * list. It knows duplicates, writes order, lines, reservations and an outbox row, and never gives away more than there is. It knows no customer, no
 * credit, no price, no unit, no hold, no explanation, no event log, and reserves from one branch.
 */
const tables = `
  create table if not exists bare_orders (order_id text primary key, channel text not null, number text not null, body jsonb not null, unique (channel, number));
  create table if not exists bare_lines (order_id text, line_number integer, sku text not null, quantity numeric not null, primary key (order_id, line_number));
  create table if not exists bare_reservations (order_id text, line_number integer, sku text not null, branch text not null, quantity numeric not null,
    primary key (order_id, line_number));
  create table if not exists bare_outbox (id bigint generated always as identity primary key, order_id text not null, type text not null, data jsonb not null)`;

const statement = {
  name: "bare-submit",
  text: `
  with asked as materialized (
    select v ->> 0 as order_id, v -> 1 as body, v ->> 2 as branch, place from jsonb_array_elements($1::jsonb) with ordinality as t(v, place)
  ), orders as (
    insert into bare_orders (order_id, channel, number, body)
    select order_id, body ->> 'channel', body ->> 'channelOrderNumber', body from asked on conflict do nothing returning order_id
  ), wanted as materialized (
    select a.order_id, a.branch, a.place, (l ->> 'lineNumber')::integer as line_number, l ->> 'sku' as sku, (l ->> 'quantity')::numeric as quantity
      from asked a join orders using (order_id), jsonb_array_elements(a.body -> 'lines') l
  ), lines as (
    insert into bare_lines (order_id, line_number, sku, quantity) select order_id, line_number, sku, quantity from wanted
  ), locked as materialized (
    select p.sku, p.branch, p.on_hand - p.allocated as free
      from (select distinct sku, branch from wanted order by sku, branch) w join inventory_positions p using (sku, branch)
     order by p.sku, p.branch for no key update of p
  ), granted as materialized (
    select * from (
      select w.*, sum(w.quantity) over (partition by w.sku, w.branch order by w.place, w.line_number) <= k.free as fits
        from wanted w join locked k using (sku, branch)) g where fits
  ), reserved as (
    insert into bare_reservations (order_id, line_number, sku, branch, quantity) select order_id, line_number, sku, branch, quantity from granted
  ), taken as (
    update inventory_positions p set allocated = p.allocated + t.quantity
      from (select sku, branch, sum(quantity) as quantity from granted group by sku, branch) t where p.sku = t.sku and p.branch = t.branch
  ), told as (
    insert into bare_outbox (order_id, type, data) select order_id, 'order.accepted', jsonb_build_object('orderId', order_id) from orders
  )
  select order_id as "orderId", (select json_agg(line_number) from granted g where g.order_id = o.order_id) as reserved from orders o`,
};

interface Waiting {
  readonly draft: SalesOrderDraft;
  readonly answer: (decided: object) => void;
  readonly fail: (error: unknown) => void;
}
const IN_FLIGHT_MAX = 2;
const LIST_MAX = 200;

function createBareIntake(database: Database, ids: Ids): (draft: SalesOrderDraft) => Promise<object> {
  let waiting: Waiting[] = [];
  let inFlight = 0;
  async function deliver(list: readonly Waiting[]): Promise<void> {
    const asked = list.map(({ draft }, index) => {
      const branch = `B${String(1 + (index % BRANCHES)).padStart(2, "0")}`;
      return { orderId: ids.next("so"), draft, branch };
    });
    try {
      const rows = await database.query<{ orderId: string; reserved: readonly number[] | null }>(statement, [
        JSON.stringify(asked.map(({ orderId, draft, branch }) => [orderId, draft, branch])),
      ]);
      const known = new Map(rows.map((row) => [row.orderId, row]));
      for (const [index, { answer }] of list.entries())
        answer(known.get(asked[index]?.orderId ?? "") ?? { repeat: true });
    } catch (error) {
      for (const { fail } of list) fail(error);
    }
    inFlight -= 1;
    pump();
  }
  function pump(): void {
    if (inFlight >= IN_FLIGHT_MAX || waiting.length === 0) return;
    inFlight += 1;
    const list = waiting.slice(0, LIST_MAX);
    waiting = waiting.slice(LIST_MAX);
    void deliver(list);
  }
  return (draft) =>
    new Promise((answer, fail) => {
      waiting.push({ draft, answer, fail });
      if (waiting.length === 1) setTimeout(pump, 1);
    });
}

export async function createBareServer(database: Database, ids: Ids) {
  for (const table of tables.split(";")) await database.query(table);
  const submit = createBareIntake(database, ids);
  const server = fastify();
  server.setValidatorCompiler(({ schema }) => {
    const judge = Compile(Type.Unsafe(schema));
    return (value: unknown) => judge.Check(value);
  });
  server.post<{ Body: SalesOrderDraft }>(
    "/v1/sales-orders",
    { schema: { body: SalesOrderDraft } },
    async (request, reply) => reply.code(201).send(await submit(request.body)),
  );
  return server;
}

/** That every acknowledged order is there, and nothing was reserved beyond what there was. */
export async function judgeBare(database: Database, acknowledged: number): Promise<void> {
  const [found] = await database.query<{ orders: number; oversold: number }>(
    `select (select count(*)::int from bare_orders) as orders, (select count(*)::int from inventory_positions where allocated > on_hand) as oversold`,
  );
  if (!found || found.orders < acknowledged || found.oversold > 0)
    throw new Error(`bare: ${JSON.stringify(found)} of ${acknowledged} acknowledged.`);
}
