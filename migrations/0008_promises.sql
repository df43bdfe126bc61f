-- What can be promised, and from where.

-- Soft reservations (docs/decisions/0010). What carts and quotes keep is no longer free and not yet anybody's.
alter table inventory_positions add column reserved numeric not null default 0 check (reserved >= 0);

create table reservations (
  reservation_id text primary key,
  idempotency_key text not null unique,
  fingerprint text not null,            -- of the request; tells a repeat from another request under the same key
  channel text not null,
  customer_number text,
  reference text,                       -- the cart's or quote's own number
  reserved_at timestamptz not null,
  expires_at timestamptz not null,
  ended text check (ended in ('ordered', 'released')),
  ended_at timestamptz,
  sales_order_id text,                  -- the order it became
  lines jsonb not null                  -- as answered: asked, reserved, missing, and why from there
);
create index reservations_reference on reservations (reference);

-- What is kept where. A row changes only under the lock of its position; while it is live it is part of the position's `reserved`.
create table reservation_lines (
  reservation_id text not null references reservations on delete cascade,
  line_number integer not null,
  sku text not null,
  branch text not null,
  quantity numeric not null check (quantity > 0),
  expires_at timestamptz not null,
  is_live boolean not null default true,
  primary key (reservation_id, line_number, sku, branch)
);
create index reservation_lines_position on reservation_lines (sku, branch) where is_live;
create index reservation_lines_expiry on reservation_lines (expires_at) where is_live;

-- The rules by which stock was and is promised (docs/decisions/0011). Explanations name a version; the one applied last is in force.
create table promising_rules (
  version text primary key,
  rules jsonb not null,
  branches jsonb not null,
  applied_at timestamptz not null
);

-- Kits and substitutes (docs/decisions/0011). A kit's line has the price, the lines of its components the stock.
alter table products add column kit_components jsonb, add column substitutes jsonb;
alter table sales_order_lines
  add column is_kit boolean not null default false,
  add column kit_line_number integer,       -- of a component: the kit's line
  add column kit_quantity numeric,          -- of a component: how many base units in one base unit of the kit
  add column substituted_for text;
