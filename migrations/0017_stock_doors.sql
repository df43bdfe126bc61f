-- Doors for snapshots of stock (docs/decisions/0019): how one came, how far it is, and why it broke off.
alter table stock_snapshots
  add column door text not null default 'api' check (door in ('api', 'folder')),
  add column sent_by text not null default '',           -- who called, or the file
  add column missing_positions text not null default 'left-alone' check (missing_positions in ('zero', 'left-alone')),
  add column is_dry_run boolean not null default false,  -- compared only: nothing was written, no floor was set
  add column mends text references stock_snapshots on delete cascade,   -- states anew what of that one could not be taken
  add column header text,                                -- the first line of a CSV; null: NDJSON
  add column bytes_total bigint,                         -- as announced; null: not announced
  add column bytes_read bigint not null default 0,
  add column phase text check (phase in ('waiting', 'reading', 'applying')),   -- null: not known, or over
  add column told_at timestamptz,                        -- told every second while somebody works on it: silent means that its node died
  add column missing_kept_because text,
  add column failure text,                               -- why it broke off
  drop constraint stock_snapshots_outcome_check,
  add constraint stock_snapshots_outcome_check check (outcome in ('applied', 'repeated', 'compared', 'broken-off'));
create index stock_snapshots_mends on stock_snapshots (mends) where mends is not null;
