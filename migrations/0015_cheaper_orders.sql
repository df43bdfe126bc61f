-- What nobody filters by needs no statistics: drafts, addresses and explanations are most of an order's bytes, and to sort samples of them was
-- a good part of what PostgreSQL did while orders came in.
alter table sales_orders alter column draft set statistics 0, alter column fingerprint set statistics 0,
  alter column bill_to set statistics 0, alter column ship_to set statistics 0;
alter table sales_order_lines alter column description set statistics 0, alter column price set statistics 0,
  alter column allocation_explanation set statistics 0;
alter table events alter column data set statistics 0;

-- Statistics grow old by the share of a table that is new, not by the number of rows: a table of orders looks the same after ten thousand more.
alter table sales_orders set (autovacuum_analyze_threshold = 10000, autovacuum_analyze_scale_factor = 0.1);
alter table sales_order_lines set (autovacuum_analyze_threshold = 50000, autovacuum_analyze_scale_factor = 0.1);
alter table allocations set (autovacuum_analyze_threshold = 50000, autovacuum_analyze_scale_factor = 0.1);
alter table events set (autovacuum_analyze_threshold = 20000, autovacuum_analyze_scale_factor = 0.1);
alter table process_facts set (autovacuum_analyze_threshold = 20000);

-- What is read back as it was written and never searched is kept as it was written: to build a tree of each price's explanation cost more than to put the
-- line on its page.
alter table sales_order_lines alter column price type json using price::json;
alter table sales_orders alter column bill_to type json using bill_to::json, alter column ship_to type json using ship_to::json;
