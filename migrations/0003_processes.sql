-- Where every lifecycle stands.
create table process_instances (
  process text not null,
  instance_id text not null,
  correlation_id text not null,
  partition smallint not null,
  state text not null,
  entered_at timestamptz not null,
  due_at timestamptz,                   -- when patience with this state ends; null: it is final, or was told already
  moves integer not null default 1,
  held_facts integer not null default 0,
  parked_event_id text,                 -- a poisonous fact: everything after it waits until somebody mends it
  primary key (process, instance_id)
);
create index process_instances_due on process_instances (due_at) where due_at is not null;
create index process_instances_state on process_instances (process, state, entered_at);
create index process_instances_story on process_instances (correlation_id);

-- Facts that came before their time (or wait behind a parked one), offered again after each move.
create table process_held_facts (
  process text not null,
  instance_id text not null,
  event_id text not null,
  because text not null,
  held_at timestamptz not null,
  held_order bigint generated always as identity,
  primary key (process, instance_id, event_id)
);

-- What each fact did, a row an instance and transaction: moves are [{eventId, eventType, outcome, from, to, because, at}].
create table process_moves (
  move_id bigint generated always as identity primary key,
  process text not null,
  instance_id text not null,
  correlation_id text not null,
  at timestamptz not null,
  moves jsonb not null
);
create index process_moves_story on process_moves (correlation_id);

-- What is to be asked of other systems. `event` is the fact it follows from, and what an operator may edit.
create table commands (
  command_id text primary key,
  issued bigint generated always as identity,
  name text not null,
  lane text not null,
  priority integer not null,
  process text not null,
  instance_id text not null,
  correlation_id text not null,
  event jsonb not null,
  idempotency_key text not null unique,
  status text not null check (status in ('queued', 'running', 'done', 'parked', 'skipped')),
  attempts integer not null default 0,
  next_attempt_at timestamptz not null,
  deadline_at timestamptz,
  claimed_by integer,
  maybe_done boolean not null default false,
  category text,
  explanation text,
  created_at timestamptz not null,
  finished_at timestamptz
);
create index commands_queued on commands (lane, priority, issued) where status = 'queued';
create index commands_unfinished on commands (process, instance_id, issued) where status in ('queued', 'running');
create index commands_running on commands (claimed_by) where status = 'running';
create index commands_parked on commands (created_at) where status = 'parked';
create index commands_story on commands (correlation_id);

-- Facts that could not be handled, kept with the reason until somebody mends the cause and offers them again.
create table parked_facts (
  event_id text not null,
  process text not null,
  instance_id text not null,
  correlation_id text not null,
  explanation text not null,
  parked_at timestamptz not null,
  resolved_at timestamptz,
  resolved_by text,
  resolution text,
  primary key (process, instance_id, event_id)
);
create index parked_facts_open on parked_facts (parked_at) where resolved_at is null;

-- Who changed what by hand, and why.
create table audit_entries (
  audit_entry_id bigint generated always as identity primary key,
  at timestamptz not null,
  by text not null,
  action text not null,
  target text not null,
  reason text not null,
  before jsonb,
  after jsonb
);
