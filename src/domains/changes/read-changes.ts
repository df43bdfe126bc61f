import type { Queryable } from "#platform";

/** A table of changes: `tx`, `seq`, `changed_at`, and what the reader wants of a row. */
export interface ChangeStream {
  /** Of its statement, which a connection keeps by this name: one name, one list of columns. */
  readonly name: string;
  readonly table: "position_changes" | "reference_changes";
  /** A select list over `c`, each column named as the row's field. */
  readonly columns: string;
}

export interface ChangePage<Row> {
  readonly rows: readonly (Row & { readonly changedAt: Date })[];
  /** Where to read on, also when nothing was found. Opaque. */
  readonly cursor: string;
  /** There is more to read now. */
  readonly isFull: boolean;
  /** Rows were purged that this reader has not seen: he knows less than he thinks and has to read the things themselves anew. */
  readonly hasGap: boolean;
}

interface ReadRow {
  readonly snapshot: string;
  readonly hasGap: boolean;
  readonly tx: string | null;
  readonly seq: string | null;
  readonly changedAt: Date | null;
}

/**
 * A cursor is the snapshot of the last reading: what it could not see then and the present one can, is new. So nothing that commits late is
 * skipped, nothing is read twice, and no open transaction keeps the committed ones of others back (a bare horizon would, for as long as an
 * import takes). A page that was full adds up to which snapshot it reads and after which row it goes on.
 */
const readText = ({ table, columns }: ChangeStream) => `
  select coalesce($2, pg_current_snapshot()::text) as snapshot,
         exists (select from purged_changes g where g.stream = '${table}' and g.below > pg_snapshot_xmin($1::pg_snapshot)) as "hasGap",
         n.*
    from (select 1) as once left join lateral (
      select c.tx, c.seq, c.changed_at as "changedAt", ${columns}
        from ${table} c
       where c.tx >= pg_snapshot_xmin($1::pg_snapshot) and not pg_visible_in_snapshot(c.tx, $1::pg_snapshot)
         and ($2::text is null or pg_visible_in_snapshot(c.tx, $2::pg_snapshot))
         and (c.tx, c.seq) > ($3::text::xid8, $4::bigint)
       order by c.tx, c.seq limit $5) n on true`;

const SNAPSHOT = String.raw`\d+:\d+:[\d,]*`;
const CURSOR = new RegExp(`^(${SNAPSHOT})(?:/(${SNAPSHOT})/(\\d+)\\.(\\d+))?$`);

/** Reads on from a cursor. */
export async function readChanges<Row extends object>(
  database: Queryable,
  stream: ChangeStream,
  { after, limit }: { readonly after: string; readonly limit: number },
): Promise<ChangePage<Row>> {
  const [, seen, upTo, tx = "0", seq = "0"] = CURSOR.exec(after) ?? [];
  if (seen === undefined) throw new RangeError(`"${after}" is no cursor of ${stream.table}.`);
  const statement = { name: `read-changes:${stream.name}`, text: readText(stream) };
  const read = await database.query<ReadRow & Row>(statement, [seen, upTo ?? null, tx, seq, limit]);
  const rows = read.flatMap((row) => (row.changedAt === null ? [] : [{ ...row, changedAt: row.changedAt }]));
  const last = read.at(-1);
  const snapshot = last?.snapshot ?? seen;
  const isFull = rows.length === limit;
  const cursor = isFull ? `${seen}/${snapshot}/${last?.tx}.${last?.seq}` : snapshot;
  return { rows, cursor, isFull: isFull || upTo !== undefined, hasGap: last?.hasGap ?? false };
}

/** The cursor behind everything committed by now. Take it before the things themselves are read: what changes in between is then read twice, not missed. */
export async function endOfChanges(database: Queryable): Promise<string> {
  const [row] = await database.query<{ snapshot: string }>("select pg_current_snapshot()::text as snapshot");
  if (!row) throw new Error("The database has no snapshot.");
  return row.snapshot;
}
