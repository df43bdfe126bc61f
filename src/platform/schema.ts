import type { Queryable } from "./database.ts";

interface Column {
  readonly table: string;
  readonly column: string;
  readonly type: string;
  readonly required: boolean;
  readonly value: string | null;
}
interface Definition {
  readonly table: string;
  readonly name: string;
  readonly definition: string;
}

const columnsSql = `
  select c.relname as table, a.attname as column, format_type(a.atttypid, a.atttypmod) as type, a.attnotnull as required,
    case when a.attidentity <> '' then 'identity' else pg_get_expr(d.adbin, d.adrelid) end as value
  from pg_attribute a
  join pg_class c on c.oid = a.attrelid and c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace
  left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
  where a.attnum > 0 and not a.attisdropped
  order by c.relname collate "C", a.attnum`;

// Not-null constraints are told by their columns (and have rows of their own only from PostgreSQL 18 on).
const constraintsSql = `
  select c.relname as table, k.conname as name, pg_get_constraintdef(k.oid) as definition
  from pg_constraint k join pg_class c on c.oid = k.conrelid
  where c.relnamespace = 'public'::regnamespace and k.contype <> 'n'
  order by c.relname collate "C", k.conname collate "C"`;

const indexesSql = `
  select tablename as table, indexname as name, indexdef as definition from pg_indexes
  where schemaname = 'public' and indexname not in (select conname from pg_constraint)
  order by tablename collate "C", indexname collate "C"`;

const functionsSql = `
  select '' as table, p.proname as name, pg_get_functiondef(p.oid) as definition
  from pg_proc p where p.pronamespace = 'public'::regnamespace and p.prokind = 'f' order by p.proname collate "C"`;

const sequencesSql = `
  select '' as table, c.relname as name, 'start ' || s.seqstart || ' increment ' || s.seqincrement as definition
  from pg_sequence s join pg_class c on c.oid = s.seqrelid
  where c.relnamespace = 'public'::regnamespace
    and not exists (select 1 from pg_depend d where d.objid = c.oid and d.deptype = 'i')
  order by c.relname collate "C"`;

const of = <Row extends { readonly table: string }>(rows: readonly Row[], table: string) =>
  rows.filter((row) => row.table === table);

const lineOf = ({ column, type, required, value }: Column) =>
  `  ${column} ${type}${required ? " not null" : ""}${value === "identity" ? " generated always as identity" : value === null ? "" : ` default ${value}`}`;

/** What the migrations add up to, as text a reviewer reads. The catalogs tell it, since no pg_dump comes with the embedded binaries. */
export async function describeSchema(database: Queryable): Promise<string> {
  const columns = await database.query<Column>(columnsSql);
  const constraints = await database.query<Definition>(constraintsSql);
  const indexes = await database.query<Definition>(indexesSql);
  const functions = await database.query<Definition>(functionsSql);
  const sequences = await database.query<Definition>(sequencesSql);
  const tables = [...new Set(columns.map(({ table }) => table))].filter((table) => table !== "schema_migrations");
  const described = tables.map((table) => {
    const inside = [
      ...of(columns, table).map(lineOf),
      ...of(constraints, table).map(({ name, definition }) => `  constraint ${name} ${definition}`),
    ];
    const below = of(indexes, table).map(({ definition }) => `${definition.replaceAll("public.", "")};`);
    return [`create table ${table} (\n${inside.join(",\n")}\n);`, ...below].join("\n");
  });
  return [
    "-- Generated from the migrations by `npm run generate`; compared by a test. Read it, do not run it.",
    ...sequences.map(({ name, definition }) => `create sequence ${name} ${definition};`),
    ...described,
    ...functions.map(({ definition }) => `${definition.trim()};`),
    "",
  ].join("\n\n");
}
