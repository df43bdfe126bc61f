-- A sample has 300 rows for each step of the finest column asked for, and those of the tables that grow with orders were taken anew every ten seconds or so
-- while they were young: a second of a processor, in which orders waited for four times as long. So these tables keep statistics of what is filtered by
-- only, and coarse ones: 6,000 rows instead of 30,000. What is found by its key is found by its index, whatever is known of the table.
create procedure pg_temp.know_coarsely(of_table regclass, filtered_by text[]) language plpgsql as $$
declare
  named text;
begin
  for named in select attname from pg_attribute where attrelid = of_table and attnum > 0 and not attisdropped loop
    execute format('alter table %s alter column %I set statistics %s', of_table, named, case when named = any (filtered_by) then 20 else 0 end);
  end loop;
end $$;

call pg_temp.know_coarsely('sales_orders', '{sales_order_id, sales_order_number, correlation_id, channel, channel_order_number, idempotency_key,
  customer_number, customer_purchase_order, erp_order_number, exposure_amount, accepted_at, stage, closed_at}');
call pg_temp.know_coarsely('sales_order_lines', '{sales_order_id, line_number, sku, quantity_open, quantity_allocated, quantity_backordered, promised_on,
  is_kit, kit_line_number}');
call pg_temp.know_coarsely('allocations', '{sales_order_id, line_number, branch, sku, fulfillment_order_id}');
call pg_temp.know_coarsely('events', '{tx, id, type, subject, time, correlation_id}');
call pg_temp.know_coarsely('process_facts', '{partition, seq, process, instance_id, event_id, blocked}');
call pg_temp.know_coarsely('position_changes', '{tx, seq, changed_at}');
call pg_temp.know_coarsely('inventory_positions', '{sku, branch, source, oversold_since}');

-- Orders write positions all day and leave the table as it was: the same items at the same branches.
alter table inventory_positions set (autovacuum_analyze_scale_factor = 2);
alter table customer_credits set (autovacuum_analyze_scale_factor = 2);
drop procedure pg_temp.know_coarsely;
