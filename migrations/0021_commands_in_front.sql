-- What waits because its system did not answer, and was not tried often enough yet to let others of its kind go first: see docs/decisions/0003.
create index commands_in_front on commands (lane, name, seq)
  where status = 'waiting' and attempts < 3 and category in ('throttled', 'unavailable', 'timed-out');
