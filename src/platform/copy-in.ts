import pg from "pg";

declare module "pg" {
  // Of the driver's own, and not among its published types.
  interface Connection {
    sendCopyFromChunk(chunk: Buffer): void;
    endCopyFrom(): void;
  }
}

/**
 * One `COPY ... FROM STDIN` as a query of the driver. Its rows follow on the wire at once, so that statements may be sent behind it: where PostgreSQL
 * refuses the statement it drops the rows.
 */
class CopyIn extends pg.Query {
  readonly #statement: string;
  readonly #data: Buffer;

  constructor(statement: string, data: Buffer, done: (error: Error | undefined) => void) {
    super(statement, done);
    this.#statement = statement;
    this.#data = data;
  }
  override submit = (connection: pg.Connection): void => {
    connection.stream.cork();
    connection.query(this.#statement);
    connection.sendCopyFromChunk(this.#data);
    connection.endCopyFrom();
    connection.stream.uncork();
  };
  handleCopyInResponse(): void {}
}

/** Copies whole rows in PostgreSQL's text or CSV form, as the statement says. Several times faster than any insert. */
export function copyIn(client: Pick<pg.ClientBase, "query">, statement: string, data: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    client.query(new CopyIn(statement, data, (error) => (error ? reject(error) : resolve())));
  });
}

/** What a column of a row may hold; left out is null. Decimals and times as text. */
type Cell = string | number | boolean | null | undefined;

/** How rows are written for `COPY`: the columns, and where each comes from. */
export interface CopyRows<Row> {
  readonly statement: string;
  write(rows: readonly Row[]): Buffer;
}

export function copyRows<Row>(table: string, columns: Readonly<Record<string, (row: Row) => Cell>>): CopyRows<Row> {
  const cells = Object.values(columns);
  return {
    statement: `copy ${table} (${Object.keys(columns).join(", ")}) from stdin`,
    write(rows) {
      let text = "";
      for (const row of rows) {
        let separator = "";
        for (const cell of cells) {
          text += separator + written(cell(row));
          separator = "\t";
        }
        text += "\n";
      }
      return Buffer.from(text);
    },
  };
}

// What PostgreSQL's text form gives a meaning of its own: https://www.postgresql.org/docs/current/sql-copy.html
const escapes: Readonly<Record<string, string>> = { "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r" };
const MEANT = /[\\\t\n\r]/;
const EACH_MEANT = /[\\\t\n\r]/g;

function written(cell: Cell): string {
  if (cell === null || cell === undefined) return "\\N";
  if (typeof cell !== "string") return String(cell);
  return MEANT.test(cell) ? cell.replace(EACH_MEANT, (character) => escapes[character] ?? character) : cell;
}
