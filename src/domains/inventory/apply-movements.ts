import { newestOf, type Applied, type NewsContext } from "../applied.ts";
import type { PositionKey } from "../changes/position-changes.ts";
import { rowsOf } from "../sql.ts";
import { compare, type Database, type Queryable, type Transaction } from "#platform";
import { tellPosition } from "./apply-stock.ts";
import { openRegisterIfNew } from "./position-register.ts";
import { keepStockDesk } from "./stock-desk.ts";
import { floorSql } from "./stock-floors.ts";
import { balancePositions } from "./stock-ledger.ts";

/** One change of stock as its owner tells it. */
export interface StockMovement {
  /** The source's own; the same again is a repeat. */
  readonly movementId: string;
  /** Of the same row as those of its levels. */
  readonly sequence: string;
  readonly sku: string;
  readonly branch: string;
  /** Base units, signed: what leaves is negative. */
  readonly quantity: string;
  readonly kind: "receipt" | "issue" | "adjustment" | "transfer";
  /** What it was made for. Of goods we shipped: the shipment, as the source was told of it. */
  readonly reference?: string;
  readonly occurredAt: string;
}

export interface AppliedMovements extends Applied {
  /** Contained in a statement that was there before: kept, and not applied. */
  readonly late: number;
  /** Where more can be promised than before: whoever waits for it is served next. */
  readonly risen: readonly PositionKey[];
  /** Those that were new, late ones among them. */
  readonly kept: readonly KeptMovement[];
}

export interface KeptMovement extends PositionKey {
  readonly movementId: string;
  readonly kind: StockMovement["kind"];
  readonly sequence: string;
  readonly isLate: boolean;
  /** Somebody stated the position: what moved counts now, not from a first level on. */
  readonly isStated: boolean;
}

/**
 * Takes single changes of stock from its owner, each once, in whatever order they come. One of a position nobody stated yet is kept and counts
 * from its first level on.
 */
export async function applyMovements(
  tx: Transaction,
  movements: readonly StockMovement[],
  { source, now }: NewsContext,
): Promise<AppliedMovements> {
  if (movements.length === 0) return { received: 0, changed: 0, dropped: 0, late: 0, events: [], risen: [], kept: [] };
  await keepStockDesk(tx, source);
  const once = newestOf(
    movements,
    ({ movementId }) => movementId,
    () => false,
  );
  await openRegisterIfNew(tx, once);
  await rowsOf(tx, lockTouched, once);
  const kept = await rowsOf<KeptMovement>(tx, keepMovements, { movements: once, source, now });
  const lastAt = new Map(
    kept
      .toSorted((one, other) => compare(one.sequence, other.sequence))
      .map(({ sku, branch, kind }) => [`${sku}@${branch}`, { sku, branch, kind }]),
  );
  const changed = await balancePositions(
    tx,
    [...lastAt.values()].map(({ sku, branch }) => ({ sku, branch })),
    now,
  );
  return {
    received: movements.length,
    changed: changed.length,
    dropped: movements.length - kept.length,
    late: kept.filter(({ isLate }) => isLate).length,
    events: changed.map((position) => {
      const last = lastAt.get(`${position.sku}@${position.branch}`);
      return tellPosition(position, causes[last?.kind ?? "adjustment"]);
    }),
    risen: changed.filter(({ hasRisen }) => hasRisen).map(({ sku, branch }) => ({ sku, branch })),
    kept,
  };
}

/** What is kept of movements, by the source's ids. */
export const readMovements = (
  database: Queryable,
  source: string,
  movementIds: readonly string[],
): Promise<readonly StockMovement[]> =>
  rowsOf<StockMovement>(
    database,
    `select movement_id as "movementId", sequence::text as sequence, sku, branch, trim_scale(quantity)::text as quantity, kind, reference,
            to_char(occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "occurredAt"
       from stock_movements
      where source = $1::jsonb ->> 'source' and movement_id in (select jsonb_array_elements_text($1::jsonb -> 'movementIds'))`,
    { source, movementIds },
  );

const causes = { receipt: "receipt", issue: "shipment", adjustment: "adjustment", transfer: "adjustment" } as const;

const lockTouched = `
  select 1 from inventory_positions p
   where (p.sku, p.branch) in (select k.sku, k.branch from jsonb_to_recordset($1::jsonb) as k(sku text, branch text))
   order by p.sku, p.branch
     for update`;

const keepMovements = `
  insert into stock_movements (source, movement_id, sequence, sku, branch, quantity, kind, reference, occurred_at, received_at, is_late)
  select $1::jsonb ->> 'source', n."movementId", n.sequence, n.sku, n.branch, n.quantity, n.kind, n.reference, n."occurredAt",
         ($1::jsonb ->> 'now')::timestamptz,
         exists (select 1 from inventory_positions p
                  where p.sku = n.sku and p.branch = n.branch and p.source = $1::jsonb ->> 'source' and p.source_sequence >= n.sequence)
         or ${floorSql({ source: `$1::jsonb ->> 'source'`, sku: "n.sku", branch: "n.branch" })} >= n.sequence
    from jsonb_to_recordset($1::jsonb -> 'movements') as n("movementId" text, sequence numeric, sku text, branch text, quantity numeric,
         kind text, reference text, "occurredAt" timestamptz)
   order by n."movementId"
  on conflict (source, movement_id) do nothing
  returning movement_id as "movementId", sku, branch, kind, sequence::text as sequence, is_late as "isLate",
            exists (select 1 from inventory_positions p where p.sku = stock_movements.sku and p.branch = stock_movements.branch) as "isStated"`;

/** Forgets movements that came before, that no figure counts any more and no open issue is measured by. Answers how many. */
export async function purgeMovements(database: Database, receivedBefore: Date): Promise<number> {
  const purged = await database.query(
    `delete from stock_movements m
      where m.received_at < $1
        and (m.is_late or exists (select 1 from inventory_positions p
                                   where p.sku = m.sku and p.branch = m.branch and p.source = m.source and p.source_sequence >= m.sequence))
        and not exists (select 1 from stock_issues i where i.reference = m.reference)
      returning 1`,
    [receivedBefore],
  );
  return purged.length;
}
