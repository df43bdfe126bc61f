-- What a snapshot's floor does not hold for (docs/decisions/0014).

alter table stock_floors
  add column unnamed_sequence numeric;   -- the newest snapshot that zeroed what it did not name: it holds for positions nobody knows; null: none did
update stock_floors set unnamed_sequence = sequence;

-- Known positions of which a snapshot said nothing: their line was bad, or they were left alone. Gone once they are stated at the floor or above.
create table stock_floor_gaps (
  source text not null,
  sku text not null,
  branch text not null,
  sequence numeric not null,             -- the floor that holds for the position instead; -Infinity: none
  primary key (source, sku, branch)
);
