-- Which positions a statement touched: one row a statement, whoever wrote it. Read by cursor (docs/decisions/0012); only keys travel, the
-- reader looks the positions up. Purged by age.
create table position_changes (
  tx xid8 not null default pg_current_xact_id(),
  seq bigint not null generated always as identity,
  changed_at timestamptz not null default clock_timestamp(),
  skus text[] not null,                 -- the nth sku at
  branches text[] not null,             -- the nth branch
  primary key (tx, seq)
);
create index position_changes_age on position_changes (changed_at);

-- How far rows may have been purged: who last read before that must read everything anew.
create table purged_changes (
  stream text primary key,              -- the table that was purged
  below xid8 not null
);

create function tell_changed_positions() returns trigger language plpgsql as $$
begin
  insert into position_changes (skus, branches)
  select array_agg(sku), array_agg(branch) from changed having count(*) > 0;
  return null;
end $$;

create trigger tell_inserted after insert on inventory_positions
  referencing new table as changed for each statement execute function tell_changed_positions();
create trigger tell_updated after update on inventory_positions
  referencing new table as changed for each statement execute function tell_changed_positions();
create trigger tell_deleted after delete on inventory_positions
  referencing old table as changed for each statement execute function tell_changed_positions();
