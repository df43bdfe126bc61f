import type { Session, Transaction } from "#platform";
import type { StockLevel } from "./apply-stock.ts";
import { takeStockDesk } from "./stock-desk.ts";
import { unsettledSql } from "./stock-ledger.ts";

/** What a source says of its stock as a whole, or of whole branches. `sequence` is of the same row as those of its movements. */
export interface StockSnapshot {
  readonly source: string;
  /** Null: every position of the source. */
  readonly branches: readonly string[] | null;
  readonly sequence: string;
  readonly asOf: Date;
}

export interface StagedPosition {
  readonly line: number;
  readonly sku: string;
  readonly branch: string;
  /** Null where the line was rejected: the position is named, and what it holds is not known. */
  readonly onHand: string | null;
  readonly safetyStock: string | null;
  readonly inbound: string | null;
}

export interface Difference {
  readonly level: StockLevel;
  readonly line: number | null;
  /** A newer state is known already. */
  readonly isLate: boolean;
  /** Known of this source, with stock there or coming, and not named by the snapshot. */
  readonly isMissing: boolean;
  /** Named more than once, with different quantities: nobody knows which is true. */
  readonly isContradicted: boolean;
  /** Nothing is said of what is there: its line was bad, or it is not named and left alone. Its quantity is of no account. */
  readonly isUnsaid: boolean;
}

/** How a snapshot is to be understood. */
export interface SnapshotReading {
  /** What it does not name is not there; otherwise nothing is said of it. */
  readonly doesZero: boolean;
  /** Nothing older is news once it is applied: of what it says nothing must be known. */
  readonly setsFloor: boolean;
}

/** How many rows are sent as one statement: enough to be fast, few enough to be over in some ten milliseconds. */
const ROWS_AT_ONCE = 10_000;

/** A snapshot is staged and compared in so many parts at once, each in a session of its own: PostgreSQL gives a session one processor. */
export const STAGING_PARTS = 2;

export interface SnapshotStaging {
  /** Sent once there are enough of them; may be called again before it is done. */
  stage(positions: readonly StagedPosition[]): Promise<void>;
  /** Compares everything staged with what is known, in one pass. */
  compare(reading: SnapshotReading): Promise<void>;
  /** The next differences, in the order positions are locked; empty at the end. */
  next(count: number): Promise<readonly Difference[]>;
  /** In the session that holds the desk: where that was lost, and older news may have slipped in, nothing is committed. */
  transaction<Result>(work: (tx: Transaction) => Promise<Result>): Promise<Result>;
}

/**
 * A table of each session's own, where a part of a snapshot is put and compared. Nothing of it is logged, and no transaction stays open: readers of the event
 * log wait for the oldest writing transaction, so rows come in short statements, and the comparison only reads. Each session has a part;
 * the first holds the desk.
 */
export async function openSnapshotStaging(
  sessions: readonly Session[],
  snapshot: StockSnapshot,
  { takesDesk }: { readonly takesDesk: boolean } = { takesDesk: true },
): Promise<SnapshotStaging> {
  const { source, sequence, asOf } = snapshot;
  const [first] = sessions;
  if (!first) throw new Error("A snapshot is staged in at least one session.");
  const parts = await Promise.all(
    sessions.map((session, part) => openPart(session, [part, sessions.length], snapshot)),
  );
  if (takesDesk) await takeStockDesk(first, source);
  const unread = [...parts];
  return {
    async stage(positions) {
      const byPart = Map.groupBy(positions, (position) => partOf(position, parts.length));
      await Promise.all(parts.map((part, index) => part.stage(byPart.get(index) ?? [])));
    },
    async compare(reading) {
      await Promise.all(parts.map((part) => part.compare(reading)));
    },
    async next(count) {
      for (let part = unread.shift(); part; part = unread.shift()) {
        const rows = await part.fetch(count);
        if (rows.length === 0) continue;
        // By turns, so that what is applied at once has most often been compared apart.
        unread.push(part);
        return rows.map(({ line, isLate, isMissing, isContradicted, isUnsaid, ...stated }) => ({
          level: { ...stated, sequence, asOf: asOf.toISOString() },
          line,
          isLate,
          isMissing,
          isContradicted,
          isUnsaid,
        }));
      }
      return [];
    },
    transaction: (work) => first.transaction(work),
  };
}

/** All that is said of a position is in one part: told by the last characters of its key, which differ the most, in the same way here and in SQL. */
const partOf = ({ sku, branch }: { readonly sku: string; readonly branch: string }, parts: number): number =>
  ((sku.codePointAt(sku.length - 1) ?? 0) + (branch.codePointAt(branch.length - 1) ?? 0)) % parts;
const partSql = (p: string, parts: string) => `(ascii(right(${p}.sku, 1)) + ascii(right(${p}.branch, 1))) % ${parts}`;

/** For a million positions in one pass; given back with the sessions. */
const WORK_MEMORY_MB = 192;
const BUFFERS_MB = 64;

async function openPart(session: Session, [part, parts]: readonly [number, number], snapshot: StockSnapshot) {
  const { source, branches, sequence } = snapshot;
  await session.query(`set work_mem = '${Math.floor(WORK_MEMORY_MB / parts)}MB'`);
  await session.query(`set temp_buffers = '${Math.floor(BUFFERS_MB / parts)}MB'`);
  await session.query("set jit = off");
  await session.query("set enable_mergejoin = off");
  await session.query("set enable_nestloop = off");
  await session.query(
    `create temp table stock_staging (sku text, branch text, on_hand numeric, safety_stock numeric, inbound jsonb, line integer)`,
  );
  let pending: Buffer[] = [];
  let rows = 0;
  async function send(): Promise<void> {
    const block = Buffer.concat(pending);
    [pending, rows] = [[], 0];
    if (block.length > 0) await session.copyIn("copy stock_staging from stdin", block);
  }
  return {
    async stage(positions: readonly StagedPosition[]): Promise<void> {
      pending.push(asCopyRows(positions));
      rows += positions.length;
      if (rows >= ROWS_AT_ONCE) await send();
    },
    async compare({ doesZero, setsFloor }: SnapshotReading): Promise<void> {
      await send();
      await session.query(compareStaged, [source, branches, sequence, part, parts, doesZero, setsFloor]);
    },
    fetch: (count: number) => session.query<DifferentRow>(`fetch ${count} from stock_differences`),
  };
}

interface DifferentRow {
  readonly sku: string;
  readonly branch: string;
  readonly onHand: string;
  readonly safetyStock: string;
  readonly inbound: readonly { readonly expectedOn: string; readonly quantity: string }[];
  readonly line: number | null;
  readonly isLate: boolean;
  readonly isMissing: boolean;
  readonly isContradicted: boolean;
  readonly isUnsaid: boolean;
}

const escaped = (text: string) => (text.includes("\\") ? text.replaceAll("\\", "\\\\") : text);

function asCopyRows(positions: readonly StagedPosition[]): Buffer {
  let rows = "";
  for (const { sku, branch, onHand, safetyStock, inbound, line } of positions)
    rows += `${escaped(sku)}\t${branch}\t${onHand ?? "\\N"}\t${safetyStock ?? "\\N"}\t${inbound === null ? "\\N" : escaped(inbound)}\t${line}\n`;
  return Buffer.from(rows);
}

// Nearly always nothing is: asked once, and a million positions are not looked for in it.
const isUnsettledSql = "((select exists (select from unsettled)) and (p.sku, p.branch) in (select * from unsettled))";

// A known position of the source that gets a gap where the snapshot says nothing of it.
const hasNoGapSql = "($7::boolean and p.source = $1 and p.own_floor is null and p.source_sequence < $3::numeric)";

// A join of everything with everything, once. `with hold` keeps the answer without keeping a transaction.
const compareStaged = `
  declare stock_differences no scroll cursor with hold for
  with unsettled as materialized (
    ${unsettledSql}
  ), different as materialized (
    select coalesce(s.sku, p.sku) as sku, coalesce(s.branch, p.branch) as branch, s.line,
           case when s.sku is null then 0 else s.on_hand end as on_hand,
           case when s.sku is null then '[]' else coalesce(s.inbound, p.inbound, '[]') end as inbound,
           coalesce(s.safety_stock, p.safety_stock, 0) as safety_stock,
           coalesce(p.source_sequence >= $3::numeric, false) as is_late,
           s.sku is null and (p.on_hand <> 0 or p.inbound <> '[]' or ${isUnsettledSql}) as is_missing,
           case when s.sku is null then not $6::boolean and ${hasNoGapSql} else s.on_hand is null end as is_unsaid
      from stock_staging s
      full join (select * from inventory_positions i where ($2::text[] is null or i.branch = any($2)) and ${partSql("i", "$5::integer")} = $4) p
        on p.sku = s.sku and p.branch = s.branch
     where case when s.sku is null then p.source = $1 and (p.on_hand <> 0 or p.inbound <> '[]' or ${isUnsettledSql}
                                                           or case when $6::boolean then p.own_floor is not null else ${hasNoGapSql} end)
                when s.on_hand is null then ${hasNoGapSql}
                else p.sku is null or s.on_hand <> p.on_hand or s.safety_stock <> p.safety_stock or s.inbound <> p.inbound
                  or p.source = $1 and p.own_floor is not null or ${isUnsettledSql} end
  ), restated as (
    select s.sku, s.branch, count(distinct (s.on_hand, s.safety_stock, s.inbound)) > 1 as is_contradicted
      from stock_staging s
      join (select sku, branch, bool_or(is_unsaid) as has_bad_line from different where line is not null group by sku, branch) d
        on d.sku = s.sku and d.branch = s.branch
     where s.on_hand is not null
     group by s.sku, s.branch
    having count(*) > 1 or bool_or(d.has_bad_line)
  )
  select d.sku, d.branch, d.line, trim_scale(d.on_hand)::text as "onHand", d.inbound,
         trim_scale(d.safety_stock)::text as "safetyStock", d.is_late as "isLate", d.is_missing as "isMissing",
         coalesce(r.is_contradicted, false) as "isContradicted", d.is_unsaid as "isUnsaid"
    from different d left join restated r on r.sku = d.sku and r.branch = d.branch
   where not (d.is_unsaid and r.sku is not null)
   order by d.sku, d.branch`;
