import type { Queryable } from "#platform";
import { rowsOf } from "../sql.ts";
import { levelSql, untoldSql, type StockContext, type StockLevel } from "./apply-stock.ts";
import { onHandSql } from "./stock-ledger.ts";

/** What is known, or would be, of a position. Quantities as decimals. */
export interface PositionFigures {
  readonly onHand: string;
  readonly safetyStock: string;
  readonly inbound: readonly { readonly expectedOn: string; readonly quantity: string }[];
}

/** A level as it would be taken. */
export interface PreviewedLevel {
  readonly sku: string;
  readonly branch: string;
  /** Null: nobody knows the position yet. */
  readonly before: PositionFigures | null;
  readonly after: PositionFigures;
  /** False where the ledger makes of the level what is known already. */
  readonly isChanged: boolean;
}

/** What `writeLevels` would do with levels named once each, without doing it or locking anything. Those it would drop are left out. */
export const previewLevels = (
  database: Queryable,
  levels: readonly StockLevel[],
  { source, isCorrection = false }: Pick<StockContext, "source" | "isCorrection">,
): Promise<readonly PreviewedLevel[]> => rowsOf<PreviewedLevel>(database, preview, { levels, source, isCorrection });

const figuresSql = (onHand: string, safetyStock: string, inbound: string) =>
  `jsonb_build_object('onHand', trim_scale(${onHand})::text, 'safetyStock', trim_scale(${safetyStock})::text, 'inbound', ${inbound})`;

const preview = `
  select n.sku, n.branch, case when p.sku is not null then ${figuresSql("p.on_hand", "p.safety_stock", "p.inbound")} end as before,
         ${figuresSql("n.on_hand", `n."safetyStock"`, "n.inbound")} as after,
         (p.on_hand, p.safety_stock, p.inbound) is distinct from (n.on_hand, n."safetyStock", n.inbound) as "isChanged"
    from (select n.*, ${onHandSql(levelSql)} as on_hand
            from jsonb_to_recordset($1::jsonb -> 'levels')
              as n(sku text, branch text, "onHand" numeric, "safetyStock" numeric, inbound jsonb, sequence numeric, "asOf" timestamptz)
           where ${untoldSql}) n
    left join inventory_positions p on p.sku = n.sku and p.branch = n.branch
   where p.sku is null or p.source_sequence < n.sequence
      or p.source_sequence = n.sequence and ($1::jsonb -> 'isCorrection')::boolean
   order by n.sku, n.branch`;
