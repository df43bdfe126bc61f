import type { Queryable } from "#platform";
import { bookLaws, bookSums } from "./book-laws.ts";

export type BooksLaw = keyof typeof bookLaws;

/** One line of the books that does not balance. */
export interface BooksFault {
  readonly law: BooksLaw;
  /** What is off: an order's line, a position, an order, a customer. */
  readonly what: string;
  /** What it says, and what it should say. */
  readonly explanation: string;
}

export interface Books {
  readonly balanced: boolean;
  /** What must not be, ever. */
  readonly faults: readonly BooksFault[];
  /** Positions whose owner states less on hand than was promised before: true, regrettable, and nobody's mistake here. */
  readonly oversoldBySnapshot: readonly BooksFault[];
  readonly checked: { readonly orders: number; readonly lines: number; readonly positions: number };
}

/** What to do about a line that breaks this law. */
export const remedyFor = (law: BooksLaw): string => bookLaws[law].remedy;

/** Laws 7 and 8 over the whole database, as of one moment. Names every line that is off. */
export async function checkBooks(database: Queryable): Promise<Books> {
  const rows = await database.query<CheckedRow>(booksStatement);
  const told = (bySnapshot: boolean) =>
    rows.flatMap(({ fault, isBySnapshot }) => (fault && isBySnapshot === bySnapshot ? [fault] : []));
  const faults = told(false);
  const { orders, lines, positions } = rows[0] ?? { orders: 0, lines: 0, positions: 0 };
  return {
    balanced: faults.length === 0,
    faults,
    oversoldBySnapshot: told(true),
    checked: { orders, lines, positions },
  };
}

/** One a fault; one without where there is none. */
type CheckedRow = Books["checked"] & { readonly fault: BooksFault | null; readonly isBySnapshot: boolean | null };

const brokenSql = Object.entries(bookLaws)
  .map(([law, { sql }]) => `select '${law}', broken.* from (${sql}) as broken`)
  .join("\n    union all\n    ");

// One statement, so that everything is seen as of the same moment.
const booksStatement = `
  with ${bookSums}, broken (law, what, "isBySnapshot", explanation) as (
    ${brokenSql}
  )
  select (select count(*) from sales_orders)::float8 as orders, (select count(*) from sales_order_lines)::float8 as lines,
         (select count(*) from inventory_positions)::float8 as positions, b."isBySnapshot",
         case when b.law is not null then jsonb_build_object('law', b.law, 'what', b.what, 'explanation', b.explanation) end as fault
    from (select 1) as always left join broken b on true
   order by b.law, b.what`;
