-- What is written for every order costs as little as it can: see docs/decisions/0008.

-- Rows of an order are written and changed by a few statements that name the order; `crossdock doctor books` finds one that lost its order.
alter table sales_order_lines drop constraint sales_order_lines_sales_order_id_fkey;
alter table allocations drop constraint allocations_sales_order_id_line_number_fkey;
alter table sales_order_holds drop constraint sales_order_holds_sales_order_id_fkey;

-- Whoever looks for an allocation knows its order: one index serves both.
alter table allocations drop constraint allocations_pkey;
drop index allocations_line;
alter table allocations add primary key (sales_order_id, line_number, allocation_id);

-- Empty when an order comes in, and looked for only where there is something.
drop index allocations_fulfillment;
create index allocations_fulfillment on allocations (fulfillment_order_id) where fulfillment_order_id is not null;
drop index sales_orders_erp;
create index sales_orders_erp on sales_orders (erp_order_number) where erp_order_number is not null;
drop index sales_orders_customer_po;
create index sales_orders_customer_po on sales_orders (customer_purchase_order, customer_number)
  where customer_purchase_order is not null;
-- Mostly the order's own id; the story of another is what has to be looked for.
drop index sales_orders_correlation;
create index sales_orders_correlation on sales_orders (correlation_id) where correlation_id <> sales_order_id;

-- Updated with every order that touches them: room on the page keeps the update there, and off the index.
alter table inventory_positions set (fillfactor = 70);
alter table customer_credits set (fillfactor = 50);
