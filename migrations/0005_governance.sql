-- Who may speak to the hub. A token is shown once and kept as its SHA-256: with 256 random bits there is nothing to guess from a digest.
create table access_tokens (
  access_token_id text primary key,
  name text not null,
  digest bytea not null unique,
  created_at timestamptz not null,
  expires_at timestamptz,               -- null: until it is revoked
  revoked_at timestamptz
);
create unique index access_tokens_active on access_tokens (name) where revoked_at is null and expires_at is null;

-- Lanes a person closed, for every node and across restarts; a node looks every second.
create table closed_lanes (
  system text primary key,
  reason text not null,
  closed_by text not null,
  closed_at timestamptz not null
);
