-- Where every story's processes stand, what they did and what they asked of other systems: see docs/decisions/0003.

create table process_instances (
  process text not null,
  instance_id text not null,
  correlation_id text not null,
  partition smallint not null,
  state text,                            -- null: a fact came early and the process has not begun
  entered_at timestamptz not null,
  due_at timestamptz,                    -- when patience ends; null: nobody waits
  version integer not null,              -- moved on by every write, so that two writers notice each other
  suspended boolean not null default false, -- an operator holds it
  primary key (process, instance_id)
);
create index process_instances_due on process_instances (due_at) where due_at is not null and not suspended;

-- Facts that came before their time, offered again after each move.
create table process_held_facts (
  process text not null,
  instance_id text not null,
  seq bigint not null generated always as identity,
  event_id text not null,
  held_at timestamptz not null,
  because text not null,
  primary key (process, instance_id, seq)
);

-- What each fact did: a row an instance and transaction; `moves`x.
create table process_moves (
  correlation_id text not null,
  seq bigint not null generated always as identity,
  process text not null,
  instance_id text not null,
  at timestamptz not null,
  moves jsonb not null,
  primary key (correlation_id, seq)
);

-- Facts nobody could handle. The fact itself stays in the inbox, blocked, and those behind it with it.
create table parked_facts (
  process text not null,
  instance_id text not null,
  event_id text not null,
  partition smallint not null,
  fact_seq bigint not null,
  parked_at timestamptz not null,
  explanation text not null,
  primary key (process, instance_id)
);

-- What is to be asked of other systems, and what became of it.
create table commands (
  id text primary key,
  seq bigint not null generated always as identity,
  process text not null,
  instance_id text not null,
  correlation_id text not null,
  name text not null,
  lane text not null,
  priority integer not null,
  event_id text not null,                -- its cause
  payload jsonb,                         -- the cause's data as an operator edited it
  edition integer not null default 0,    -- how often that happened; part of the idempotency key
  status text not null default 'waiting'
    check (status in ('waiting', 'running', 'parked', 'done', 'given-up', 'skipped')),
  issued_at timestamptz not null,
  due_at timestamptz not null,
  deadline_at timestamptz,
  attempts integer not null default 0,
  maybe_done boolean not null default false,
  claimed_by integer,                    -- the node that performs it
  category text,                         -- of the last failure
  outcome text,
  explanation text,
  finished_at timestamptz
) with (fillfactor = 80);
create index commands_waiting on commands (lane, priority, seq) where status = 'waiting';
create index commands_unfinished on commands (process, instance_id, seq) where status in ('waiting', 'running', 'parked');
create index commands_running on commands (claimed_by) where status = 'running';
create index commands_deadlines on commands (deadline_at) where status = 'waiting' and deadline_at is not null;
create index commands_story on commands (correlation_id, seq);

-- What people did, and why.
create table audit_entries (
  seq bigint primary key generated always as identity,
  at timestamptz not null,
  by text not null,
  action text not null,
  target text not null,
  reason text not null,
  before jsonb,
  after jsonb
);
create index audit_entries_target on audit_entries (target, seq);
