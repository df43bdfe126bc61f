-- The draft of an order is kept for one purpose, to show where another one under its number differs: as the text its fingerprint is of, which costs
-- nobody the building of a tree.
alter table sales_orders alter column draft type text using draft::text;

-- A list of orders is decided before anything is locked (docs/decisions/0008), and sent with what it was decided by. Where the locked rows say
-- something else, this ends its transaction, so that nobody has to be asked in between.
create function fail_unless(stands boolean) returns void language plpgsql as $$
begin
  if stands is not true then
    raise exception 'What was seen before the locks is not true any more.' using errcode = 'CD001';
  end if;
end $$;

-- Tables that grow without end are vacuumed by the piece. Gaps on pages are offered to new rows after a vacuum; by the fifth of a table, as is the rule,
-- that would be half the disk, read and logged whole page by page. By the piece they lie where the latest rows lie.
alter table sales_orders set (autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 50000,
  autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);
alter table sales_order_lines set (autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 250000,
  autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);
alter table allocations set (autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 250000,
  autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);
alter table events set (autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 250000);
