-- What happened, in the order it became visible. Sequence numbers are given before commit, so readers go by (tx, seq) and stop below the oldest
-- transaction still open; see docs/decisions/0002.
create table events (
  seq bigint generated always as identity,
  tx xid8 not null default pg_current_xact_id(),
  id text not null,
  type text not null,
  source text not null,
  subject text not null,
  time timestamptz not null,
  correlation_id text not null,
  causation_id text,
  data jsonb not null,
  primary key (tx, seq)
);
create unique index events_id on events (id);
create index events_story on events (correlation_id, tx, seq);
create index events_subject on events (subject, tx, seq);

-- What processes have yet to decide upon: a row a (process, instance, event), deleted when decided.
create table process_facts (
  partition smallint not null,
  fact_id bigint generated always as identity,
  process text not null,
  instance_id text not null,
  event_id text not null,
  primary key (partition, fact_id)
);
