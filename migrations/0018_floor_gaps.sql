-- Gaps in a source's floor (docs/decisions/0014): where a snapshot says nothing of a position, what holds for it is what was said before.
alter table inventory_positions
  add column own_floor numeric;   -- up to where its source said how it is, where a later snapshot said nothing of it; null: up to the source's floor
