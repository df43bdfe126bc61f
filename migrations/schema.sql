-- Generated from the migrations by `npm run generate`; compared by a test. Read it, do not run it.

create sequence sales_order_numbers start 100001 increment 1;

create table access_tokens (
  access_token_id text not null,
  name text not null,
  digest bytea not null,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone,
  revoked_at timestamp with time zone,
  constraint access_tokens_digest_key UNIQUE (digest),
  constraint access_tokens_pkey PRIMARY KEY (access_token_id)
);
CREATE UNIQUE INDEX access_tokens_active ON access_tokens USING btree (name) WHERE ((revoked_at IS NULL) AND (expires_at IS NULL));

create table allocations (
  sales_order_id text not null,
  line_number integer not null,
  branch text not null,
  sku text not null,
  quantity numeric not null,
  fulfillment_order_id text,
  allocation_id bigint not null generated always as identity,
  constraint allocations_pkey PRIMARY KEY (sales_order_id, line_number, allocation_id),
  constraint allocations_quantity_check CHECK ((quantity >= (0)::numeric))
) with (autovacuum_vacuum_insert_scale_factor=0, autovacuum_vacuum_insert_threshold=250000, autovacuum_vacuum_scale_factor=0.02, autovacuum_analyze_threshold=50000, autovacuum_analyze_scale_factor=0.1);
CREATE INDEX allocations_fulfillment ON allocations USING btree (fulfillment_order_id) WHERE (fulfillment_order_id IS NOT NULL);

create table audit_entries (
  seq bigint not null generated always as identity,
  at timestamp with time zone not null,
  by text not null,
  action text not null,
  target text not null,
  reason text not null,
  before jsonb,
  after jsonb,
  constraint audit_entries_pkey PRIMARY KEY (seq)
);
CREATE INDEX audit_entries_target ON audit_entries USING btree (target, seq);

create table branches (
  branch text not null,
  name text not null,
  warehouse text not null,
  address jsonb not null,
  sourcing_rank integer not null default 100,
  constraint branches_pkey PRIMARY KEY (branch)
);
CREATE TRIGGER tell_inserted AFTER INSERT ON branches REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION tell_changed_reference('branch', 'branch');
CREATE TRIGGER tell_updated AFTER UPDATE ON branches REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION tell_changed_reference('branch', 'branch');

create table carrier_rates (
  carrier text not null,
  mode text not null,
  branch text not null,
  destination text not null,
  weight_band integer not null,
  service text not null,
  quote jsonb not null,
  quoted_at timestamp with time zone not null,
  constraint carrier_rates_pkey PRIMARY KEY (carrier, mode, branch, destination, weight_band, service)
);

create table channel_dues (
  channel text not null,
  sku text not null,
  since timestamp with time zone not null,
  constraint channel_dues_channel_fkey FOREIGN KEY (channel) REFERENCES channel_publications(channel) ON DELETE CASCADE,
  constraint channel_dues_pkey PRIMARY KEY (channel, sku)
);
CREATE INDEX channel_dues_age ON channel_dues USING btree (channel, since);

create table channel_figures (
  channel text not null,
  sku text not null,
  available numeric not null,
  constraint channel_figures_channel_fkey FOREIGN KEY (channel) REFERENCES channel_publications(channel) ON DELETE CASCADE,
  constraint channel_figures_pkey PRIMARY KEY (channel, sku)
);

create table channel_publications (
  channel text not null,
  cursor text,
  rules text,
  sequence bigint not null default 0,
  sending_until timestamp with time zone,
  told_at timestamp with time zone,
  failure text,
  constraint channel_publications_pkey PRIMARY KEY (channel)
);

create table closed_lanes (
  system text not null,
  reason text not null,
  closed_by text not null,
  closed_at timestamp with time zone not null,
  constraint closed_lanes_pkey PRIMARY KEY (system)
);

create table commands (
  id text not null,
  seq bigint not null generated always as identity,
  process text not null,
  instance_id text not null,
  correlation_id text not null,
  name text not null,
  lane text not null,
  priority integer not null,
  event_id text not null,
  payload jsonb,
  edition integer not null default 0,
  status text not null default 'waiting'::text,
  issued_at timestamp with time zone not null,
  due_at timestamp with time zone not null,
  deadline_at timestamp with time zone,
  attempts integer not null default 0,
  maybe_done boolean not null default false,
  claimed_by integer,
  category text,
  outcome text,
  explanation text,
  finished_at timestamp with time zone,
  constraint commands_pkey PRIMARY KEY (id),
  constraint commands_status_check CHECK ((status = ANY (ARRAY['waiting'::text, 'running'::text, 'parked'::text, 'done'::text, 'given-up'::text, 'skipped'::text])))
) with (fillfactor=80);
CREATE INDEX commands_deadlines ON commands USING btree (deadline_at) WHERE ((status = 'waiting'::text) AND (deadline_at IS NOT NULL));
CREATE INDEX commands_in_front ON commands USING btree (lane, name, seq) WHERE ((status = 'waiting'::text) AND (attempts < 3) AND (category = ANY (ARRAY['throttled'::text, 'unavailable'::text, 'timed-out'::text])));
CREATE INDEX commands_running ON commands USING btree (claimed_by) WHERE (status = 'running'::text);
CREATE INDEX commands_story ON commands USING btree (correlation_id, seq);
CREATE INDEX commands_unfinished ON commands USING btree (process, instance_id, seq) WHERE (status = ANY (ARRAY['waiting'::text, 'running'::text, 'parked'::text]));
CREATE INDEX commands_waiting ON commands USING btree (lane, priority, seq) WHERE (status = 'waiting'::text);

create table customer_credits (
  customer_number text not null,
  credit_limit numeric,
  erp_balance numeric not null,
  hub_exposure numeric not null default 0,
  synced_at timestamp with time zone not null,
  constraint customer_credits_customer_number_fkey FOREIGN KEY (customer_number) REFERENCES customers(customer_number) ON DELETE CASCADE,
  constraint customer_credits_pkey PRIMARY KEY (customer_number)
) with (fillfactor=50, autovacuum_analyze_scale_factor=2);

create table customers (
  customer_number text not null,
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
  updated_at timestamp with time zone not null,
  synced_at timestamp with time zone not null,
  constraint customers_pkey PRIMARY KEY (customer_number)
);
CREATE TRIGGER tell_deleted AFTER DELETE ON customers REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION tell_changed_reference('customer', 'customer_number');
CREATE TRIGGER tell_inserted AFTER INSERT ON customers REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION tell_changed_reference('customer', 'customer_number');
CREATE TRIGGER tell_updated AFTER UPDATE ON customers REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION tell_changed_reference('customer', 'customer_number');

create table drop_ships (
  sales_order_id text not null,
  line_number integer not null,
  supplier text not null,
  quantity numeric not null,
  expected_on date not null,
  wanted_at timestamp with time zone not null,
  constraint drop_ships_pkey PRIMARY KEY (sales_order_id, line_number),
  constraint drop_ships_quantity_check CHECK ((quantity > (0)::numeric))
);

create table events (
  tx xid8 not null default pg_current_xact_id(),
  seq bigint not null generated always as identity,
  id text not null,
  type text not null,
  source text not null,
  subject text not null,
  time timestamp with time zone not null,
  correlation_id text not null,
  causation_id text,
  data jsonb not null,
  constraint events_id UNIQUE (id),
  constraint events_pkey PRIMARY KEY (tx, seq)
) with (autovacuum_vacuum_insert_scale_factor=0, autovacuum_vacuum_insert_threshold=250000, autovacuum_analyze_threshold=20000, autovacuum_analyze_scale_factor=0.1);
CREATE INDEX events_story ON events USING btree (correlation_id, tx, seq);

create table exchanges (
  exchange_id bigint not null generated always as identity,
  correlation_id text,
  command_id text,
  system text not null,
  operation text not null,
  method text not null,
  url text not null,
  request_headers jsonb not null,
  request_body text,
  status integer,
  answer_headers jsonb not null,
  answer_body text,
  category text,
  explanation text,
  latency_ms integer not null,
  attempt integer not null,
  idempotency_key text,
  started_at timestamp with time zone not null,
  constraint exchanges_pkey PRIMARY KEY (exchange_id)
);
CREATE INDEX exchanges_story ON exchanges USING btree (correlation_id, started_at);
CREATE INDEX exchanges_system ON exchanges USING btree (system, started_at);
CREATE INDEX exchanges_time ON exchanges USING btree (started_at);

create table feeds (
  system text not null,
  entity text not null,
  cursor text,
  read_at timestamp with time zone,
  documents_read bigint not null default 0,
  documents_changed bigint not null default 0,
  last_error text,
  documents_dropped bigint not null default 0,
  documents_late bigint not null default 0,
  constraint feeds_pkey PRIMARY KEY (system, entity)
);
CREATE TRIGGER tell_inserted AFTER INSERT ON feeds REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION tell_changed_reference('feed', 'entity');
CREATE TRIGGER tell_updated AFTER UPDATE ON feeds REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION tell_changed_reference('feed', 'entity');

create table fulfillment_lines (
  fulfillment_order_id text not null,
  line_number integer not null,
  sku text not null,
  unit_of_measure text not null,
  quantity numeric not null,
  quantity_picked numeric,
  quantity_shipped numeric,
  constraint fulfillment_lines_fulfillment_order_id_fkey FOREIGN KEY (fulfillment_order_id) REFERENCES fulfillment_orders(fulfillment_order_id) ON DELETE CASCADE,
  constraint fulfillment_lines_pkey PRIMARY KEY (fulfillment_order_id, line_number)
);

create table fulfillment_orders (
  fulfillment_order_id text not null,
  sales_order_id text not null,
  correlation_id text not null,
  branch text not null,
  warehouse text not null,
  warehouse_reference text,
  status text not null,
  cancel_cause text,
  recall text,
  recall_reason text,
  ship_to jsonb not null,
  handling_units jsonb not null default '[]'::jsonb,
  sourcing_explanation text not null,
  shipment_id text,
  requested_at timestamp with time zone not null,
  constraint fulfillment_orders_pkey PRIMARY KEY (fulfillment_order_id),
  constraint fulfillment_orders_sales_order_id_fkey FOREIGN KEY (sales_order_id) REFERENCES sales_orders(sales_order_id) ON DELETE CASCADE
);
CREATE INDEX fulfillment_orders_order ON fulfillment_orders USING btree (sales_order_id);

create table inbound_documents (
  inbound_document_id text not null,
  door text not null,
  channel text,
  received_at timestamp with time zone not null,
  headers jsonb not null,
  body bytea not null,
  status text not null,
  error_code text not null,
  explanation text not null,
  faults jsonb not null,
  origin text,
  resolved_at timestamp with time zone,
  resolved_by text,
  resolution text,
  result jsonb,
  constraint inbound_documents_pkey PRIMARY KEY (inbound_document_id),
  constraint inbound_documents_status_check CHECK ((status = ANY (ARRAY['kept'::text, 'resubmitted'::text, 'discarded'::text])))
);
CREATE INDEX inbound_documents_kept ON inbound_documents USING btree (received_at) WHERE (status = 'kept'::text);

create table inventory_positions (
  sku text not null,
  branch text not null,
  on_hand numeric not null,
  allocated numeric not null default 0,
  safety_stock numeric not null default 0,
  inbound jsonb not null default '[]'::jsonb,
  source text not null,
  oversold_since timestamp with time zone,
  source_sequence numeric not null,
  as_of timestamp with time zone not null,
  reserved numeric not null default 0,
  stated_on_hand numeric not null,
  own_floor numeric,
  constraint inventory_positions_allocated_check CHECK ((allocated >= (0)::numeric)),
  constraint inventory_positions_pkey PRIMARY KEY (sku, branch),
  constraint inventory_positions_reserved_check CHECK ((reserved >= (0)::numeric))
) with (fillfactor=70, autovacuum_analyze_scale_factor=2);
CREATE TRIGGER tell_deleted AFTER DELETE ON inventory_positions REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION tell_changed_positions();
CREATE TRIGGER tell_inserted AFTER INSERT ON inventory_positions REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION tell_changed_positions();
CREATE TRIGGER tell_updated AFTER UPDATE ON inventory_positions REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION tell_changed_positions();

create table invoice_lines (
  invoice_id text not null,
  sales_order_id text not null,
  line_number integer not null,
  sku text not null,
  base_quantity numeric not null,
  quantity numeric not null,
  unit_price numeric not null,
  line_amount numeric not null,
  tax_amount numeric not null,
  constraint invoice_lines_pkey PRIMARY KEY (invoice_id, line_number),
  constraint invoice_lines_sales_order_id_fkey FOREIGN KEY (sales_order_id) REFERENCES sales_orders(sales_order_id) ON DELETE CASCADE
);
CREATE INDEX invoice_lines_order ON invoice_lines USING btree (sales_order_id, line_number);

create table invoices (
  invoice_id text not null,
  invoice_number text not null,
  sales_order_id text not null,
  shipment_id text not null,
  customer_number text not null,
  currency text not null,
  merchandise_amount numeric not null,
  tax_amount numeric not null,
  freight_amount numeric not null,
  total_amount numeric not null,
  lines jsonb not null,
  posted_at timestamp with time zone not null,
  due_on date,
  constraint invoices_pkey PRIMARY KEY (invoice_id),
  constraint invoices_sales_order_id_fkey FOREIGN KEY (sales_order_id) REFERENCES sales_orders(sales_order_id) ON DELETE CASCADE,
  constraint invoices_shipment_id_fkey FOREIGN KEY (shipment_id) REFERENCES shipments(shipment_id) ON DELETE CASCADE,
  constraint invoices_shipment_id_key UNIQUE (shipment_id)
);
CREATE INDEX invoices_number ON invoices USING btree (invoice_number);
CREATE INDEX invoices_order ON invoices USING btree (sales_order_id);

create table nodes (
  number integer not null generated always as identity,
  host text not null,
  pid integer not null,
  version text not null,
  started_at timestamp with time zone not null,
  constraint nodes_pkey PRIMARY KEY (number)
);

create table parked_facts (
  process text not null,
  instance_id text not null,
  event_id text not null,
  partition smallint not null,
  fact_seq bigint not null,
  parked_at timestamp with time zone not null,
  explanation text not null,
  constraint parked_facts_pkey PRIMARY KEY (process, instance_id)
);

create table position_changes (
  tx xid8 not null default pg_current_xact_id(),
  seq bigint not null generated always as identity,
  changed_at timestamp with time zone not null default clock_timestamp(),
  skus text[] not null,
  branches text[] not null,
  available text[],
  constraint position_changes_pkey PRIMARY KEY (tx, seq)
);
CREATE INDEX position_changes_age ON position_changes USING btree (changed_at);

create table price_agreements (
  price_agreement_id text not null,
  sku text not null,
  scope text not null,
  customer_number text,
  customer_group text,
  currency text not null,
  unit_of_measure text not null,
  minimum_quantity numeric not null,
  unit_price numeric not null,
  valid_from date not null,
  valid_to date,
  source text not null,
  updated_at timestamp with time zone not null,
  synced_at timestamp with time zone not null,
  constraint price_agreements_pkey PRIMARY KEY (price_agreement_id),
  constraint price_agreements_scope_check CHECK ((scope = ANY (ARRAY['customer'::text, 'customer-group'::text, 'list'::text])))
);
CREATE INDEX price_agreements_sku ON price_agreements USING btree (sku, scope);
CREATE TRIGGER tell_deleted AFTER DELETE ON price_agreements REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION tell_changed_reference('price', 'price_agreement_id');
CREATE TRIGGER tell_inserted AFTER INSERT ON price_agreements REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION tell_changed_reference('price', 'price_agreement_id');
CREATE TRIGGER tell_updated AFTER UPDATE ON price_agreements REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION tell_changed_reference('price', 'price_agreement_id');

create table process_facts (
  partition smallint not null,
  seq bigint not null generated always as identity,
  process text not null,
  instance_id text not null,
  event_id text not null,
  blocked boolean not null default false,
  constraint process_facts_pkey PRIMARY KEY (partition, seq)
) with (autovacuum_analyze_threshold=20000);
CREATE INDEX process_facts_blocked ON process_facts USING btree (process, instance_id) WHERE blocked;

create table process_held_facts (
  process text not null,
  instance_id text not null,
  seq bigint not null generated always as identity,
  event_id text not null,
  held_at timestamp with time zone not null,
  because text not null,
  constraint process_held_facts_pkey PRIMARY KEY (process, instance_id, seq)
);

create table process_instances (
  process text not null,
  instance_id text not null,
  correlation_id text not null,
  partition smallint not null,
  state text,
  entered_at timestamp with time zone not null,
  due_at timestamp with time zone,
  version integer not null,
  suspended boolean not null default false,
  constraint process_instances_pkey PRIMARY KEY (process, instance_id)
);
CREATE INDEX process_instances_due ON process_instances USING btree (due_at) WHERE ((due_at IS NOT NULL) AND (NOT suspended));

create table process_moves (
  correlation_id text not null,
  seq bigint not null generated always as identity,
  process text not null,
  instance_id text not null,
  at timestamp with time zone not null,
  moves jsonb not null,
  constraint process_moves_pkey PRIMARY KEY (correlation_id, seq)
);

create table products (
  sku text not null,
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
  updated_at timestamp with time zone not null,
  synced_at timestamp with time zone not null,
  kit_components jsonb,
  substitutes jsonb,
  constraint products_pkey PRIMARY KEY (sku)
);
CREATE TRIGGER tell_deleted AFTER DELETE ON products REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION tell_changed_reference('product', 'sku');
CREATE TRIGGER tell_inserted AFTER INSERT ON products REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION tell_changed_reference('product', 'sku');
CREATE TRIGGER tell_updated AFTER UPDATE ON products REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION tell_changed_reference('product', 'sku');

create table promising_rules (
  version text not null,
  rules jsonb not null,
  branches jsonb not null,
  applied_at timestamp with time zone not null,
  constraint promising_rules_pkey PRIMARY KEY (version)
);

create table purged_changes (
  stream text not null,
  below xid8 not null,
  constraint purged_changes_pkey PRIMARY KEY (stream)
);

create table reference_changes (
  tx xid8 not null default pg_current_xact_id(),
  seq bigint not null generated always as identity,
  changed_at timestamp with time zone not null default clock_timestamp(),
  entity text not null,
  keys text[] not null,
  constraint reference_changes_pkey PRIMARY KEY (tx, seq)
);
CREATE INDEX reference_changes_age ON reference_changes USING btree (changed_at);

create table reservation_lines (
  reservation_id text not null,
  line_number integer not null,
  sku text not null,
  branch text not null,
  quantity numeric not null,
  expires_at timestamp with time zone not null,
  is_live boolean not null default true,
  constraint reservation_lines_pkey PRIMARY KEY (reservation_id, line_number, sku, branch),
  constraint reservation_lines_quantity_check CHECK ((quantity > (0)::numeric)),
  constraint reservation_lines_reservation_id_fkey FOREIGN KEY (reservation_id) REFERENCES reservations(reservation_id) ON DELETE CASCADE
);
CREATE INDEX reservation_lines_expiry ON reservation_lines USING btree (expires_at) WHERE is_live;
CREATE INDEX reservation_lines_position ON reservation_lines USING btree (sku, branch) WHERE is_live;

create table reservations (
  reservation_id text not null,
  idempotency_key text not null,
  fingerprint text not null,
  channel text not null,
  customer_number text,
  reference text,
  reserved_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  ended text,
  ended_at timestamp with time zone,
  sales_order_id text,
  lines jsonb not null,
  constraint reservations_ended_check CHECK ((ended = ANY (ARRAY['ordered'::text, 'released'::text]))),
  constraint reservations_idempotency_key_key UNIQUE (idempotency_key),
  constraint reservations_pkey PRIMARY KEY (reservation_id)
);
CREATE INDEX reservations_reference ON reservations USING btree (reference);

create table sales_order_holds (
  sales_order_id text not null,
  reason text not null,
  explanation text not null,
  held_at timestamp with time zone not null,
  released_at timestamp with time zone,
  released_by text,
  release_reason text,
  constraint sales_order_holds_pkey PRIMARY KEY (sales_order_id, reason, held_at)
);
CREATE INDEX sales_order_holds_open ON sales_order_holds USING btree (sales_order_id) WHERE (released_at IS NULL);

create table sales_order_lines (
  sales_order_id text not null,
  line_number integer not null,
  sku text not null,
  description text not null,
  ordered_quantity numeric not null,
  ordered_unit_of_measure text not null,
  base_unit_of_measure text not null,
  quantity_ordered numeric not null,
  quantity_open numeric not null,
  quantity_allocated numeric not null,
  quantity_backordered numeric not null,
  quantity_shipped numeric not null default 0,
  quantity_cancelled numeric not null default 0,
  quantity_returned numeric not null default 0,
  unit_price numeric not null,
  line_amount numeric not null,
  tax_amount numeric,
  price json not null,
  allocation_explanation text not null,
  promised_on date,
  is_kit boolean not null default false,
  kit_line_number integer,
  kit_quantity numeric,
  substituted_for text,
  constraint sales_order_lines_check CHECK ((quantity_ordered = ((((quantity_open + quantity_allocated) + quantity_backordered) + quantity_shipped) + quantity_cancelled))),
  constraint sales_order_lines_check1 CHECK ((LEAST(quantity_open, quantity_allocated, quantity_backordered, quantity_shipped, quantity_cancelled) >= (0)::numeric)),
  constraint sales_order_lines_pkey PRIMARY KEY (sales_order_id, line_number)
) with (autovacuum_vacuum_insert_scale_factor=0, autovacuum_vacuum_insert_threshold=250000, autovacuum_vacuum_scale_factor=0.02, autovacuum_analyze_threshold=50000, autovacuum_analyze_scale_factor=0.1);
CREATE INDEX sales_order_lines_waiting ON sales_order_lines USING btree (sku) WHERE (quantity_backordered > (0)::numeric);
CREATE TRIGGER tell_waiting_deleted AFTER DELETE ON sales_order_lines REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION tell_waiting_lines();
CREATE TRIGGER tell_waiting_inserted AFTER INSERT ON sales_order_lines REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION tell_waiting_lines();
CREATE TRIGGER tell_waiting_updated AFTER UPDATE ON sales_order_lines REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION tell_settled_lines();

create table sales_orders (
  sales_order_id text not null,
  sales_order_number text not null,
  correlation_id text not null,
  channel text not null,
  channel_order_number text not null,
  idempotency_key text not null,
  fingerprint text not null,
  draft text not null,
  customer_number text not null,
  customer_purchase_order text,
  erp_order_number text,
  currency text not null,
  payment_terms text not null,
  bill_to json not null,
  ship_to json not null,
  ship_complete boolean not null,
  merchandise_amount numeric not null,
  tax_amount numeric,
  tax_source text,
  exposure_amount numeric not null,
  ordered_at timestamp with time zone not null,
  accepted_at timestamp with time zone not null,
  requested_on date,
  stage text not null default 'accepted'::text,
  cancel_reason text,
  closed_at timestamp with time zone,
  constraint sales_orders_channel_order_number_channel_key UNIQUE (channel_order_number, channel),
  constraint sales_orders_idempotency_key_key UNIQUE (idempotency_key),
  constraint sales_orders_pkey PRIMARY KEY (sales_order_id),
  constraint sales_orders_sales_order_number_key UNIQUE (sales_order_number)
) with (autovacuum_vacuum_insert_scale_factor=0, autovacuum_vacuum_insert_threshold=50000, autovacuum_vacuum_scale_factor=0.02, autovacuum_analyze_threshold=10000, autovacuum_analyze_scale_factor=0.1);
CREATE INDEX sales_orders_correlation ON sales_orders USING btree (correlation_id) WHERE (correlation_id <> sales_order_id);
CREATE INDEX sales_orders_customer_po ON sales_orders USING btree (customer_purchase_order, customer_number) WHERE (customer_purchase_order IS NOT NULL);
CREATE INDEX sales_orders_erp ON sales_orders USING btree (erp_order_number) WHERE (erp_order_number IS NOT NULL);

create table shipment_milestones (
  shipment_id text not null,
  message_id text not null,
  code text not null,
  carrier_code text not null,
  description text not null,
  occurred_at timestamp with time zone not null,
  location text,
  recorded_at timestamp with time zone not null,
  constraint shipment_milestones_pkey PRIMARY KEY (shipment_id, message_id),
  constraint shipment_milestones_shipment_id_fkey FOREIGN KEY (shipment_id) REFERENCES shipments(shipment_id) ON DELETE CASCADE
);

create table shipments (
  shipment_id text not null,
  sales_order_id text not null,
  fulfillment_order_id text not null,
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
  refused_carriers jsonb not null default '[]'::jsonb,
  proof_of_delivery jsonb,
  promised_on date,
  created_at timestamp with time zone not null,
  shipped_at timestamp with time zone,
  delivered_at timestamp with time zone,
  constraint shipments_fulfillment_order_id_fkey FOREIGN KEY (fulfillment_order_id) REFERENCES fulfillment_orders(fulfillment_order_id) ON DELETE CASCADE,
  constraint shipments_pkey PRIMARY KEY (shipment_id),
  constraint shipments_sales_order_id_fkey FOREIGN KEY (sales_order_id) REFERENCES sales_orders(sales_order_id) ON DELETE CASCADE
);
CREATE INDEX shipments_bol ON shipments USING btree (bol_number);
CREATE INDEX shipments_order ON shipments USING btree (sales_order_id);
CREATE INDEX shipments_pro ON shipments USING btree (pro_number);
CREATE INDEX shipments_tracking ON shipments USING btree (tracking_number);

create table shipping_documents (
  shipping_document_id bigint not null generated always as identity,
  shipment_id text not null,
  kind text not null,
  format text not null,
  sscc text,
  encoding text not null,
  content text not null,
  constraint shipping_documents_pkey PRIMARY KEY (shipping_document_id),
  constraint shipping_documents_shipment_id_fkey FOREIGN KEY (shipment_id) REFERENCES shipments(shipment_id) ON DELETE CASCADE
);
CREATE INDEX shipping_documents_shipment ON shipping_documents USING btree (shipment_id);

create table stock_floors (
  source text not null,
  branch text not null,
  sequence numeric not null,
  as_of timestamp with time zone not null,
  constraint stock_floors_pkey PRIMARY KEY (source, branch)
);

create table stock_issues (
  fulfillment_order_id text not null,
  reason text not null,
  sku text not null,
  branch text not null,
  quantity numeric not null,
  reference text not null,
  issued_at timestamp with time zone not null,
  stated_sequence numeric not null,
  posted_sequence numeric,
  posted_at timestamp with time zone,
  covered_from timestamp with time zone,
  constraint stock_issues_pkey PRIMARY KEY (fulfillment_order_id, sku, reason),
  constraint stock_issues_quantity_check CHECK ((quantity > (0)::numeric)),
  constraint stock_issues_reason_check CHECK ((reason = ANY (ARRAY['shipped'::text, 'short-pick'::text])))
);
CREATE INDEX stock_issues_due ON stock_issues USING btree (covered_from) WHERE (covered_from IS NOT NULL);
CREATE INDEX stock_issues_position ON stock_issues USING btree (sku, branch);
CREATE INDEX stock_issues_reference ON stock_issues USING btree (reference);

create table stock_movements (
  source text not null,
  movement_id text not null,
  sequence numeric not null,
  sku text not null,
  branch text not null,
  quantity numeric not null,
  kind text not null,
  reference text,
  occurred_at timestamp with time zone not null,
  received_at timestamp with time zone not null,
  is_late boolean not null,
  constraint stock_movements_kind_check CHECK ((kind = ANY (ARRAY['receipt'::text, 'issue'::text, 'adjustment'::text, 'transfer'::text]))),
  constraint stock_movements_pkey PRIMARY KEY (source, movement_id)
);
CREATE INDEX stock_movements_issue ON stock_movements USING btree (reference, sku, branch) WHERE (kind = 'issue'::text);
CREATE INDEX stock_movements_position ON stock_movements USING btree (sku, branch, sequence);

create table stock_rejects (
  snapshot_id text not null,
  line bigint not null,
  reason text not null,
  content text not null,
  constraint stock_rejects_snapshot_id_fkey FOREIGN KEY (snapshot_id) REFERENCES stock_snapshots(snapshot_id) ON DELETE CASCADE
);
CREATE INDEX stock_rejects_snapshot ON stock_rejects USING btree (snapshot_id, line);

create table stock_snapshots (
  snapshot_id text not null,
  source text not null,
  branches text[],
  sequence numeric not null,
  as_of timestamp with time zone not null,
  begun_at timestamp with time zone not null,
  ended_at timestamp with time zone,
  outcome text,
  received bigint not null default 0,
  changed bigint not null default 0,
  dropped bigint not null default 0,
  rejected bigint not null default 0,
  missing bigint not null default 0,
  zeroed bigint not null default 0,
  door text not null default 'api'::text,
  sent_by text not null default ''::text,
  missing_positions text not null default 'left-alone'::text,
  is_dry_run boolean not null default false,
  mends text,
  header text,
  bytes_total bigint,
  bytes_read bigint not null default 0,
  phase text,
  told_at timestamp with time zone,
  missing_kept_because text,
  failure text,
  constraint stock_snapshots_door_check CHECK ((door = ANY (ARRAY['api'::text, 'folder'::text]))),
  constraint stock_snapshots_mends_fkey FOREIGN KEY (mends) REFERENCES stock_snapshots(snapshot_id) ON DELETE CASCADE,
  constraint stock_snapshots_missing_positions_check CHECK ((missing_positions = ANY (ARRAY['zero'::text, 'left-alone'::text]))),
  constraint stock_snapshots_outcome_check CHECK ((outcome = ANY (ARRAY['applied'::text, 'repeated'::text, 'compared'::text, 'broken-off'::text]))),
  constraint stock_snapshots_phase_check CHECK ((phase = ANY (ARRAY['waiting'::text, 'reading'::text, 'applying'::text]))),
  constraint stock_snapshots_pkey PRIMARY KEY (snapshot_id)
);
CREATE INDEX stock_snapshots_mends ON stock_snapshots USING btree (mends) WHERE (mends IS NOT NULL);
CREATE INDEX stock_snapshots_source ON stock_snapshots USING btree (source, begun_at);

CREATE OR REPLACE FUNCTION fail_unless(stands boolean)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
begin
  if stands is not true then
    raise exception 'What was seen before the locks is not true any more.' using errcode = 'CD001';
  end if;
end $function$;

CREATE OR REPLACE FUNCTION tell_changed_positions()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  insert into position_changes (skus, branches, available)
  select array_agg(sku), array_agg(branch),
         array_agg(case tg_op when 'DELETE' then '0' else trim_scale(greatest(on_hand - allocated - reserved - safety_stock, 0))::text end)
    from changed having count(*) > 0;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION tell_changed_reference()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  execute format('insert into reference_changes (entity, keys) select $1, array_agg(%I) from changed having count(*) > 0', tg_argv[1])
    using tg_argv[0];
  return null;
end $function$;

CREATE OR REPLACE FUNCTION tell_settled_lines()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  insert into position_changes (skus, branches)
  select array_agg(sku), array_agg(''::text)
    from (select distinct unnest(array[o.sku, n.sku]) as sku
            from before o join changed n using (sales_order_id, line_number)
           where (o.quantity_backordered > 0 or n.quantity_backordered > 0)
             and (o.quantity_backordered <> n.quantity_backordered or o.sku <> n.sku)) waiting
  having count(*) > 0;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION tell_waiting_lines()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  insert into position_changes (skus, branches)
  select array_agg(sku), array_agg(''::text)
    from (select distinct sku from changed where quantity_backordered > 0) waiting
  having count(*) > 0;
  return null;
end $function$;

