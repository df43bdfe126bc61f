-- Nodes that run or ran. Whether one lives is told by its advisory lock, not by this row.
create table nodes (
  number integer generated always as identity primary key,
  host text not null,
  pid integer not null,
  version text not null,
  started_at timestamptz not null
);
