import type { Database } from "#platform";

/**
 * Sees every change of stock and credit as it is written, whoever writes it: an end that looks right says nothing of what was sold on the way to
 * it. Lives in the test's database only.
 */
const witnessSql = `
  create schema if not exists witness;
  create table if not exists witness.stock (
    seq bigint generated always as identity, sku text, branch text, by_owner boolean, gained numeric, oversold text);
  create table if not exists witness.credit (
    seq bigint generated always as identity, customer_number text, transaction xid, exceeds text);

  create or replace function witness.see_stock() returns trigger language plpgsql as $$
  begin
    if tg_op = 'INSERT' then
      insert into witness.stock (sku, branch, by_owner, gained) values (new.sku, new.branch, true, new.on_hand);
    else
      insert into witness.stock (sku, branch, by_owner, gained, oversold)
      values (new.sku, new.branch, new.allocated = old.allocated and new.reserved = old.reserved, new.on_hand - old.on_hand,
              case when new.allocated + new.reserved > old.allocated + old.reserved and new.allocated + new.reserved > greatest(new.on_hand, 0)
                   then format('%s were promised and %s kept, and %s are there', trim_scale(new.allocated), trim_scale(new.reserved),
                               trim_scale(new.on_hand)) end);
    end if;
    return null;
  end $$;
  create or replace trigger witness after insert or update on inventory_positions for each row execute function witness.see_stock();

  create or replace function witness.see_credit() returns trigger language plpgsql as $$
  begin
    insert into witness.credit (customer_number, transaction, exceeds)
    values (new.customer_number, pg_current_xact_id()::xid,
            format('%s + %s went beyond the limit of %s', new.erp_balance, new.hub_exposure, new.credit_limit));
    return null;
  end $$;
  create or replace trigger witness after update on customer_credits for each row
    when (new.hub_exposure > old.hub_exposure and new.erp_balance + new.hub_exposure > new.credit_limit)
    execute function witness.see_credit()`;

export const installWitness = (database: Database) => database.query(witnessSql);

/** What was seen that must not be, in words. A person may let a customer exceed the limit: by releasing the hold, in that very transaction. */
export async function testimony(database: Database): Promise<readonly string[]> {
  const rows = await database.query<{ told: string }>(
    `select sku || '@' || branch || ' was oversold: ' || oversold as told from witness.stock where oversold is not null
     union all
     select customer_number || ': ' || exceeds || ', and nobody released it' from witness.credit c
      where not exists (select 1 from sales_order_holds h join sales_orders o using (sales_order_id)
                         where o.customer_number = c.customer_number and h.reason = 'credit' and h.xmin = c.transaction)`,
  );
  return rows.map(({ told }) => told);
}

/** The history against what is there: all that its owner put on a shelf is on hand, or was shipped, or was not found. */
export async function history(database: Database): Promise<readonly string[]> {
  const rows = await database.query<{ told: string }>(
    `with received as (select sku, branch, sum(gained) as quantity from witness.stock where by_owner group by sku, branch),
          gone as (select l.sku, f.branch, sum(case when f.status = 'shipped' then l.quantity_shipped else 0 end) as shipped,
                          sum(l.quantity - coalesce(l.quantity_picked, l.quantity)) as not_found
                     from fulfillment_lines l join fulfillment_orders f using (fulfillment_order_id) group by l.sku, f.branch)
     select format('%s@%s: %s came, %s were shipped and %s not found, so %s should be on hand and %s are', p.sku, p.branch,
                   trim_scale(r.quantity), trim_scale(coalesce(g.shipped, 0)), trim_scale(coalesce(g.not_found, 0)),
                   trim_scale(r.quantity - coalesce(g.shipped, 0) - coalesce(g.not_found, 0)), trim_scale(p.on_hand)) as told
       from inventory_positions p join received r using (sku, branch) left join gone g using (sku, branch)
      where p.on_hand <> r.quantity - coalesce(g.shipped, 0) - coalesce(g.not_found, 0)
     union all
     select format('%s line %s says %s shipped, its branches say %s', l.sales_order_id, l.line_number, trim_scale(l.quantity_shipped),
                   trim_scale(coalesce(s.quantity, 0)))
       from sales_order_lines l
       left join (select f.sales_order_id, s.line_number, sum(s.quantity_shipped) as quantity
                    from fulfillment_lines s join fulfillment_orders f using (fulfillment_order_id)
                   where f.status = 'shipped' group by 1, 2) s on s.sales_order_id = l.sales_order_id and s.line_number = l.line_number
      where l.quantity_shipped <> coalesce(s.quantity, 0)`,
  );
  return rows.map(({ told }) => told);
}
