-- Every call to another system and its answer, masked before it got here. Kept for a set time.
create table exchanges (
  exchange_id bigint generated always as identity primary key,
  correlation_id text,
  command_id text,
  system text not null,
  operation text not null,
  method text not null,
  url text not null,
  request_headers jsonb not null,
  request_body text,
  status integer,
  answer_headers jsonb not null,
  answer_body text,
  category text,                        -- of the failure; null: it was answered as it should
  explanation text,
  latency_ms integer not null,
  attempt integer not null,
  idempotency_key text,
  started_at timestamptz not null
);
create index exchanges_story on exchanges (correlation_id, started_at);
create index exchanges_time on exchanges (started_at);
create index exchanges_system on exchanges (system, started_at);
