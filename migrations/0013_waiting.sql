-- What waits for an item changes what can be promised of it by date, without any position changing: told like a change of the item's positions, at
-- no branch. Rows only where a line that waits is written or settled; most statements on lines tell nothing.
create function tell_waiting_lines() returns trigger language plpgsql as $$
begin
  insert into position_changes (skus, branches)
  select array_agg(sku), array_agg(''::text)
    from (select distinct sku from changed where quantity_backordered > 0) waiting
  having count(*) > 0;
  return null;
end $$;

create function tell_settled_lines() returns trigger language plpgsql as $$
begin
  insert into position_changes (skus, branches)
  select array_agg(sku), array_agg(''::text)
    from (select distinct unnest(array[o.sku, n.sku]) as sku
            from before o join changed n using (sales_order_id, line_number)
           where (o.quantity_backordered > 0 or n.quantity_backordered > 0)
             and (o.quantity_backordered <> n.quantity_backordered or o.sku <> n.sku)) waiting
  having count(*) > 0;
  return null;
end $$;

create trigger tell_waiting_inserted after insert on sales_order_lines
  referencing new table as changed for each statement execute function tell_waiting_lines();
create trigger tell_waiting_updated after update on sales_order_lines
  referencing old table as before new table as changed for each statement execute function tell_settled_lines();
create trigger tell_waiting_deleted after delete on sales_order_lines
  referencing old table as changed for each statement execute function tell_waiting_lines();
