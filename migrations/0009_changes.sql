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

-- The same for what orders are judged and read by: which keys of which entity.
create table reference_changes (
  tx xid8 not null default pg_current_xact_id(),
  seq bigint not null generated always as identity,
  changed_at timestamptz not null default clock_timestamp(),
  entity text not null,
  keys text[] not null,
  primary key (tx, seq)
);
create index reference_changes_age on reference_changes (changed_at);

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

-- Told what is changed: the entity, and its key's column.
create function tell_changed_reference() returns trigger language plpgsql as $$
begin
  execute format('insert into reference_changes (entity, keys) select $1, array_agg(%I) from changed having count(*) > 0', tg_argv[1])
    using tg_argv[0];
  return null;
end $$;

create trigger tell_inserted after insert on products
  referencing new table as changed for each statement execute function tell_changed_reference('product', 'sku');
create trigger tell_updated after update on products
  referencing new table as changed for each statement execute function tell_changed_reference('product', 'sku');
create trigger tell_deleted after delete on products
  referencing old table as changed for each statement execute function tell_changed_reference('product', 'sku');
create trigger tell_inserted after insert on price_agreements
  referencing new table as changed for each statement execute function tell_changed_reference('price', 'price_agreement_id');
create trigger tell_updated after update on price_agreements
  referencing new table as changed for each statement execute function tell_changed_reference('price', 'price_agreement_id');
create trigger tell_deleted after delete on price_agreements
  referencing old table as changed for each statement execute function tell_changed_reference('price', 'price_agreement_id');
create trigger tell_inserted after insert on customers
  referencing new table as changed for each statement execute function tell_changed_reference('customer', 'customer_number');
create trigger tell_updated after update on customers
  referencing new table as changed for each statement execute function tell_changed_reference('customer', 'customer_number');
create trigger tell_deleted after delete on customers
  referencing old table as changed for each statement execute function tell_changed_reference('customer', 'customer_number');
create trigger tell_inserted after insert on branches
  referencing new table as changed for each statement execute function tell_changed_reference('branch', 'branch');
create trigger tell_updated after update on branches
  referencing new table as changed for each statement execute function tell_changed_reference('branch', 'branch');
create trigger tell_inserted after insert on feeds
  referencing new table as changed for each statement execute function tell_changed_reference('feed', 'entity');
create trigger tell_updated after update on feeds
  referencing new table as changed for each statement execute function tell_changed_reference('feed', 'entity');
