-- What happened. Read by cursor in the order (tx, seq), below the oldest transaction still open: see docs/decisions/0002.
create table events (
  tx xid8 not null default pg_current_xact_id(),
  seq bigint not null generated always as identity,
  id text not null,
  type text not null,
  source text not null,
  subject text not null,
  time timestamptz not null,
  correlation_id text not null,
  causation_id text,
  data jsonb not null,
  primary key (tx, seq),
  constraint events_id unique (id)
);
create index events_story on events (correlation_id, tx, seq);

-- What processes have to work through: a row a (fact, instance), deleted when it is decided.
create table process_facts (
  partition smallint not null,          -- of the story: hash of the correlation id
  seq bigint not null generated always as identity,
  process text not null,
  instance_id text not null,
  event_id text not null,
  blocked boolean not null default false, -- waits behind a parked fact, or for an operator who holds the instance
  primary key (partition, seq)
);
create index process_facts_blocked on process_facts (process, instance_id) where blocked;
