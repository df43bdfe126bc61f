-- What we know: reference data (the ERP is its owner), stock, orders and what follows from them.
-- Quantities are in base units and exact; amounts are in the order's currency and exact.

-- Reference data ---------------------------------------------------------------------------------------------------------

create table branches (
  branch text primary key,
  name text not null,
  warehouse text not null,              -- the system that runs it
  address jsonb not null,
  sourcing_rank integer not null default 100
);

create table customers (
  customer_number text primary key,
  name text not null,
  status text not null,
  blocked_reason text,
  customer_group text,
  currency text not null,
  payment_terms text not null,
  home_branch text,
  bill_to jsonb not null,
  ship_tos jsonb not null,
  tax_exemptions jsonb not null,
  source text not null,
  updated_at timestamptz not null,      -- by the source's clock
  synced_at timestamptz not null        -- by ours: how old our knowledge is
);

-- Exposure = what the ERP says is open + what the hub accepted and the ERP does not know yet. Locked while credit is decided.
create table customer_credits (
  customer_number text primary key references customers on delete cascade,
  credit_limit numeric,                 -- null: no limit
  erp_balance numeric not null,
  hub_exposure numeric not null default 0,
  synced_at timestamptz not null
);

create table products (
  sku text primary key,
  description text not null,
  status text not null,
  superseded_by text,
  base_unit_of_measure text not null,
  unit_conversions jsonb not null,
  weight_lb numeric not null,
  length_in numeric,
  width_in numeric,
  height_in numeric,
  freight_class text,
  hazardous boolean not null,
  tax_code text,
  minimum_order_quantity numeric,
  order_multiple numeric,
  source text not null,
  updated_at timestamptz not null,
  synced_at timestamptz not null
);

create table price_agreements (
  price_agreement_id text primary key,
  sku text not null,
  scope text not null check (scope in ('customer', 'customer-group', 'list')),
  customer_number text,
  customer_group text,
  currency text not null,
  unit_of_measure text not null,
  minimum_quantity numeric not null,
  unit_price numeric not null,
  valid_from date not null,
  valid_to date,
  source text not null,
  updated_at timestamptz not null,
  synced_at timestamptz not null
);
create index price_agreements_sku on price_agreements (sku, scope);

-- Where the reading of each feed stands.
create table feeds (
  system text not null,
  entity text not null,
  cursor text,
  read_at timestamptz,
  documents_read bigint not null default 0,
  documents_changed bigint not null default 0,
  last_error text,
  primary key (system, entity)
);

-- Stock ------------------------------------------------------------------------------------------------------------------

create table inventory_positions (
  sku text not null,
  branch text not null,
  on_hand numeric not null,
  allocated numeric not null default 0,
  safety_stock numeric not null default 0,
  inbound jsonb not null default '[]',
  source text not null,
  oversold_since timestamptz,           -- set when the owner states less on hand than is allocated; cleared when he no longer does
  source_sequence numeric not null,     -- grows with every change at the source; late and repeated news is dropped
  as_of timestamptz not null,
  primary key (sku, branch),
  check (allocated >= 0)
);

-- Orders -----------------------------------------------------------------------------------------------------------------

create sequence sales_order_numbers start 100001;

create table sales_orders (
  sales_order_id text primary key,
  sales_order_number text not null unique,
  correlation_id text not null,
  channel text not null,
  channel_order_number text not null,
  idempotency_key text not null,
  fingerprint text not null,            -- of the draft as sent; tells a repeat from a different order under the same number
  draft jsonb not null,                 -- as sent, to answer a repeat and to show a difference
  customer_number text not null,
  customer_purchase_order text,
  erp_order_number text,
  currency text not null,
  payment_terms text not null,
  bill_to jsonb not null,
  ship_to jsonb not null,
  ship_complete boolean not null,
  merchandise_amount numeric not null,
  tax_amount numeric,
  tax_source text,
  exposure_amount numeric not null,     -- what of customer_credits.hub_exposure is this order's
  ordered_at timestamptz not null,
  accepted_at timestamptz not null,
  requested_on date,
  stage text not null default 'accepted', -- accepted | on-hold | released | cancelling | cancelled | closed; the rest of the status comes from the lines
  cancel_reason text,                   -- who asked to cancel last, and why
  closed_at timestamptz,
  unique (channel_order_number, channel), -- the number first: people look for it without knowing the channel
  unique (idempotency_key)
);
create index sales_orders_customer_po on sales_orders (customer_purchase_order, customer_number);
create index sales_orders_correlation on sales_orders (correlation_id);
create index sales_orders_erp on sales_orders (erp_order_number);

create table sales_order_lines (
  sales_order_id text not null references sales_orders on delete cascade,
  line_number integer not null,
  sku text not null,
  description text not null,
  ordered_quantity numeric not null,    -- in ordered_unit_of_measure, as the customer said it
  ordered_unit_of_measure text not null,
  base_unit_of_measure text not null,
  quantity_ordered numeric not null,    -- in base units from here on
  quantity_open numeric not null,
  quantity_allocated numeric not null,
  quantity_backordered numeric not null,
  quantity_shipped numeric not null default 0,
  quantity_cancelled numeric not null default 0,
  quantity_returned numeric not null default 0,
  unit_price numeric not null,          -- of one ordered unit
  line_amount numeric not null,
  tax_amount numeric,
  price jsonb not null,
  allocation_explanation text not null,
  promised_on date,
  primary key (sales_order_id, line_number),
  check (quantity_ordered = quantity_open + quantity_allocated + quantity_backordered + quantity_shipped + quantity_cancelled),
  check (least(quantity_open, quantity_allocated, quantity_backordered, quantity_shipped, quantity_cancelled) >= 0)
);
create index sales_order_lines_waiting on sales_order_lines (sku) where quantity_backordered > 0;

-- Stock tied to a line at a branch. quantity is what is still tied (not yet shipped or given back).
create table allocations (
  sales_order_id text not null,
  line_number integer not null,
  branch text not null,
  sku text not null,
  quantity numeric not null check (quantity >= 0),
  fulfillment_order_id text,            -- null: not yet given to a branch to fulfil
  allocation_id bigint generated always as identity primary key,
  foreign key (sales_order_id, line_number) references sales_order_lines on delete cascade
);
create index allocations_line on allocations (sales_order_id, line_number);
create index allocations_fulfillment on allocations (fulfillment_order_id);

create table sales_order_holds (
  sales_order_id text not null references sales_orders on delete cascade,
  reason text not null,
  explanation text not null,
  held_at timestamptz not null,
  released_at timestamptz,
  released_by text,
  release_reason text,
  primary key (sales_order_id, reason, held_at)
);
create index sales_order_holds_open on sales_order_holds (sales_order_id) where released_at is null;

create table fulfillment_orders (
  fulfillment_order_id text primary key,
  sales_order_id text not null references sales_orders on delete cascade,
  correlation_id text not null,
  branch text not null,
  warehouse text not null,
  warehouse_reference text,
  status text not null,
  cancel_cause text,                    -- recalled | nothing-picked | release-refused, once cancelled
  recall text,                          -- requested | refused: whether the warehouse was asked to stop, and what it said
  recall_reason text,
  ship_to jsonb not null,
  handling_units jsonb not null default '[]',
  sourcing_explanation text not null,
  shipment_id text,
  requested_at timestamptz not null
);
create index fulfillment_orders_order on fulfillment_orders (sales_order_id);

create table fulfillment_lines (
  fulfillment_order_id text not null references fulfillment_orders on delete cascade,
  line_number integer not null,
  sku text not null,
  unit_of_measure text not null,
  quantity numeric not null,
  quantity_picked numeric,
  quantity_shipped numeric,
  primary key (fulfillment_order_id, line_number)
);

create table shipments (
  shipment_id text primary key,
  sales_order_id text not null references sales_orders on delete cascade,
  fulfillment_order_id text not null references fulfillment_orders on delete cascade,
  correlation_id text not null,
  branch text not null,
  status text not null,
  mode text not null,
  carrier text,
  service text,
  tracking_number text,
  pro_number text,
  bol_number text,
  freight_amount numeric,
  currency text not null,
  ship_from jsonb not null,
  ship_to jsonb not null,
  handling_units jsonb not null,
  rate_decision jsonb,
  refused_carriers jsonb not null default '[]',
  proof_of_delivery jsonb,
  promised_on date,
  created_at timestamptz not null,
  shipped_at timestamptz,
  delivered_at timestamptz
);
create index shipments_order on shipments (sales_order_id);
create index shipments_tracking on shipments (tracking_number);
create index shipments_pro on shipments (pro_number);
create index shipments_bol on shipments (bol_number);

create table shipment_milestones (
  shipment_id text not null references shipments on delete cascade,
  message_id text not null,
  code text not null,
  carrier_code text not null,
  description text not null,
  occurred_at timestamptz not null,
  location text,
  recorded_at timestamptz not null,
  primary key (shipment_id, message_id)
);

create table shipping_documents (
  shipping_document_id bigint generated always as identity primary key,
  shipment_id text not null references shipments on delete cascade,
  kind text not null,
  format text not null,
  sscc text,
  encoding text not null,
  content text not null
);
create index shipping_documents_shipment on shipping_documents (shipment_id);

-- What carriers last asked for such goods that way: what a silent carrier is judged by.
create table carrier_rates (
  carrier text not null,
  mode text not null,
  branch text not null,
  destination text not null,            -- country and the first three characters of the postal code
  weight_band integer not null,         -- upper bound in pounds, a power of two
  service text not null,
  quote jsonb not null,
  quoted_at timestamptz not null,
  primary key (carrier, mode, branch, destination, weight_band, service)
);

-- What each shipment is billed for, decided when it left: quantities in the unit ordered. The ERP's invoice follows.
create table invoice_lines (
  invoice_id text not null,
  sales_order_id text not null references sales_orders on delete cascade,
  line_number integer not null,
  sku text not null,
  base_quantity numeric not null,
  quantity numeric not null,
  unit_price numeric not null,
  line_amount numeric not null,
  tax_amount numeric not null,
  primary key (invoice_id, line_number)
);
create index invoice_lines_order on invoice_lines (sales_order_id, line_number);

create table invoices (
  invoice_id text primary key,
  invoice_number text not null,
  sales_order_id text not null references sales_orders on delete cascade,
  shipment_id text not null unique references shipments on delete cascade,
  customer_number text not null,
  currency text not null,
  merchandise_amount numeric not null,
  tax_amount numeric not null,
  freight_amount numeric not null,
  total_amount numeric not null,
  lines jsonb not null,
  posted_at timestamptz not null,
  due_on date
);
create index invoices_order on invoices (sales_order_id);
create index invoices_number on invoices (invoice_number);

-- Doors ------------------------------------------------------------------------------------------------------------------

-- What came in and could not be taken: kept byte for byte until somebody mends it and sends it again, or discards it with a reason.
create table inbound_documents (
  inbound_document_id text primary key,
  door text not null,                   -- api | webhook:<system> | files
  channel text,
  received_at timestamptz not null,
  headers jsonb not null,               -- masked
  body bytea not null,
  status text not null check (status in ('kept', 'resubmitted', 'discarded')),
  error_code text not null,
  explanation text not null,
  faults jsonb not null,
  origin text,                          -- file name and row, request path
  resolved_at timestamptz,
  resolved_by text,
  resolution text,
  result jsonb
);
create index inbound_documents_kept on inbound_documents (received_at) where status = 'kept';
