-- What channels are told of stock (docs/decisions/0015): how far the changes were read for each, and the number of the latest batch. Whoever
-- writes here does so on the number he read: of two nodes one finds it changed and lets go.
create table channel_publications (
  channel text primary key,
  cursor text,                          -- of position_changes; null: never read, everything is due
  rules text,                           -- version of the rules the figures were made by; another one: everything is due
  sequence bigint not null default 0,
  sending_until timestamptz,            -- a batch is on its way; when it counts as lost with its node; null: none is
  told_at timestamptz,
  failure text                          -- why the latest batch was not taken; null: it was
);

-- Items that changed and that the channel has not been told of since: one row, however often they changed.
create table channel_dues (
  channel text not null references channel_publications on delete cascade,
  sku text not null,
  since timestamptz not null,           -- the oldest of these changes
  primary key (channel, sku)
);
create index channel_dues_age on channel_dues (channel, since);

-- What the channel was told last, so that it is told real changes only.
create table channel_figures (
  channel text not null references channel_publications on delete cascade,
  sku text not null,
  available numeric not null,
  primary key (channel, sku)
);
