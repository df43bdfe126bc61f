-- What a change leaves of positions, told with it: a node that remembers stock hears what others took and need not read it again (docs/decisions/0008).
alter table position_changes add column available text[];   -- of each position what nobody has been promised; null: lines that wait, or told before this
alter table position_changes alter column available set statistics 0;

create or replace function tell_changed_positions() returns trigger language plpgsql as $$
begin
  insert into position_changes (skus, branches, available)
  select array_agg(sku), array_agg(branch),
         array_agg(case tg_op when 'DELETE' then '0' else trim_scale(greatest(on_hand - allocated - reserved - safety_stock, 0))::text end)
    from changed having count(*) > 0;
  return null;
end $$;
