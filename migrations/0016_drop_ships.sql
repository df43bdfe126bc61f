-- What no branch has and nothing on its way covers, and a supplier could ship (docs/decisions/0011): somebody must buy it there.
create table drop_ships (
  sales_order_id text not null,
  line_number integer not null,
  supplier text not null,
  quantity numeric not null check (quantity > 0),   -- base units that were missing when the order came in
  expected_on date not null,                        -- when the supplier could ship, as it was promised
  wanted_at timestamptz not null,
  primary key (sales_order_id, line_number)
);
