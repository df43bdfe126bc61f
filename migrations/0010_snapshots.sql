-- Snapshots of stock (docs/decisions/0014).

-- What a source said about whole branches ('*': all): nothing it said earlier is news, not even where its snapshot changed nothing.
create table stock_floors (
  source text not null,
  branch text not null,
  sequence numeric not null,
  as_of timestamptz not null,
  primary key (source, branch)
);

create table stock_snapshots (
  snapshot_id text primary key,
  source text not null,
  branches text[],                      -- null: all of the source's
  sequence numeric not null,
  as_of timestamptz not null,
  begun_at timestamptz not null,
  ended_at timestamptz,                 -- null: broken off, nothing counts as stated; what was written stays true of those positions
  outcome text check (outcome in ('applied', 'repeated')),
  received bigint not null default 0,
  changed bigint not null default 0,
  dropped bigint not null default 0,    -- older than what was known of the position
  rejected bigint not null default 0,
  missing bigint not null default 0,    -- known positions of the source that the snapshot does not name
  zeroed bigint not null default 0      -- of these, set to nothing on hand by policy
);
create index stock_snapshots_source on stock_snapshots (source, begun_at);

create table stock_rejects (
  snapshot_id text not null references stock_snapshots on delete cascade,
  line bigint not null,
  reason text not null,
  content text not null                 -- the line as it came, shortened
);
create index stock_rejects_snapshot on stock_rejects (snapshot_id, line);
