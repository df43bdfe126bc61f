-- What stands beside each figure of on hand (docs/decisions/0016): on_hand = stated_on_hand + movements that came after that statement
-- - goods that left us, or were not found, and that the owner's figures still contain.
alter table inventory_positions add column stated_on_hand numeric;
update inventory_positions set stated_on_hand = on_hand;
alter table inventory_positions alter column stated_on_hand set not null;   -- as the owner stated it last

-- What the owner of the stock tells of single changes, each once. Purged when its position's statement is past it.
create table stock_movements (
  source text not null,
  movement_id text not null,            -- the source's own; the same again is a repeat
  sequence numeric not null,            -- of the same row as those of its levels
  sku text not null,
  branch text not null,
  quantity numeric not null,            -- signed: what leaves is negative
  kind text not null check (kind in ('receipt', 'issue', 'adjustment', 'transfer')),
  reference text,                       -- of what it was made for; of our shipments, what the source was told
  occurred_at timestamptz not null,
  received_at timestamptz not null,
  is_late boolean not null,             -- contained in what was stated when it came: kept, and never counted
  primary key (source, movement_id)
);
create index stock_movements_position on stock_movements (sku, branch, sequence);
create index stock_movements_issue on stock_movements (reference, sku, branch) where kind = 'issue';

-- Goods that left, or that a branch looked for and did not find, until what their owner states is known to be without them.
create table stock_issues (
  fulfillment_order_id text not null,
  reason text not null check (reason in ('shipped', 'short-pick')),
  sku text not null,
  branch text not null,
  quantity numeric not null check (quantity > 0),
  reference text not null,              -- the shipment, as the owner of the stock is told of it; of a short pick, the fulfillment order
  issued_at timestamptz not null,
  stated_sequence numeric not null,     -- what was stated then contains them, whatever its time says
  posted_sequence numeric,              -- levels and snapshots from here on are without them
  posted_at timestamptz,
  covered_from timestamptz,             -- the same by time, where the owner tells no sequence: when it has surely posted or counted
  primary key (fulfillment_order_id, sku, reason)
);
create index stock_issues_position on stock_issues (sku, branch);
create index stock_issues_reference on stock_issues (reference);
create index stock_issues_due on stock_issues (covered_from) where covered_from is not null;

alter table feeds
  add column documents_dropped bigint not null default 0,   -- repeated
  add column documents_late bigint not null default 0;      -- contained in a later statement: kept, not applied
