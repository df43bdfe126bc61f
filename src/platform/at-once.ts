import pg from "pg";
import { sendRows } from "./copy-in.ts";
import { onceEach } from "./once-each.ts";

/** One of the statements that are sent at once. Those without a name are parsed each time. */
export interface Part {
  readonly name: string;
  readonly text: string;
  readonly parameters: readonly unknown[];
  /** The rows of a `copy ... from stdin`, cut anywhere. */
  readonly copied?: readonly Buffer[];
  /** Whether somebody wants to know the rows it answers. */
  readonly isAsked: boolean;
}

type Row = Readonly<Record<string, unknown>>;
type Answers = readonly (readonly Row[])[];

interface Column {
  readonly name: string;
  readonly dataTypeID: number;
}
type Cells = readonly (string | null)[];

/** What a connection has prepared of what is sent at once: under names of its own, so that it is nobody else's. */
const preparedBy = onceEach((_connection: pg.Connection) => new Set<string>());

/** As a parameter travels: numbers, booleans and JSON are spelled alike. Where PostgreSQL should see a list, who asks writes it as JSON. */
function written(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === "string") return value;
  return value instanceof Date ? value.toISOString() : JSON.stringify(value);
}

/**
 * Statements one behind the other with a single `Sync` at their end, as one query of the driver: the extended protocol takes what stands between two of
 * them for one transaction (https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-PIPELINING), and answers when it has done all.
 * A `Sync` a statement, as the driver sends, has PostgreSQL answer each with a write, and Node wake up for it.
 */
class AtOnce extends pg.Query {
  readonly #parts: readonly Part[];
  readonly #types: pg.CustomTypesConfig;
  readonly #answers: Row[][];
  readonly #done: (error: Error | undefined, answers: Answers) => void;
  #columns: readonly Column[] = [];
  #place = 0;
  #fresh: string[] = [];

  constructor(
    parts: readonly Part[],
    types: pg.CustomTypesConfig,
    done: (error: Error | undefined, answers: Answers) => void,
  ) {
    super("");
    this.#parts = parts;
    this.#types = types;
    this.#answers = parts.map(() => []);
    this.#done = done;
  }

  override submit = (connection: pg.Connection): void => {
    connection.stream.cork();
    for (const part of this.#parts) this.#send(connection, part);
    connection.sync();
    connection.stream.uncork();
  };

  #send(connection: pg.Connection, { name, text, parameters, copied, isAsked }: Part): void {
    const statement = name && `at-once:${name}`;
    if (!preparedBy(connection).has(statement)) this.#prepare(connection, statement, text);
    connection.bind({ statement, values: parameters.map(written) }, true);
    if (isAsked) connection.describe({ type: "P" }, true);
    connection.execute(null, true);
    if (copied) sendRows(connection, copied);
  }

  #prepare(connection: pg.Connection, statement: string, text: string): void {
    if (statement) {
      // It may be there from a transaction that failed further on; to close what is not there is no error.
      connection.close({ type: "S", name: statement }, true);
      preparedBy(connection).add(statement);
      this.#fresh.push(statement);
    }
    connection.parse({ name: statement, text, types: [] }, true);
  }

  handleRowDescription({ fields }: { readonly fields: readonly Column[] }): void {
    this.#columns = fields;
  }
  handleDataRow({ fields }: { readonly fields: Cells }): void {
    if (this.#parts[this.#place]?.isAsked) this.#answers[this.#place]?.push(this.#rowOf(fields));
  }
  #rowOf(cells: Cells): Row {
    const valueOf = (cell: string | null, { dataTypeID }: Column): unknown =>
      cell === null ? null : this.#types.getTypeParser(dataTypeID, "text")(cell);
    return Object.fromEntries(
      this.#columns.map((column, place) => [column.name, valueOf(cells[place] ?? null, column)]),
    );
  }
  handleCommandComplete(): void {
    this.#place += 1;
  }
  handleCopyInResponse(): void {}
  handleError(error: Error, connection: pg.Connection): void {
    for (const statement of this.#fresh) preparedBy(connection).delete(statement);
    this.#done(error, []);
  }
  handleReadyForQuery(): void {
    this.#done(undefined, this.#answers);
  }
}

/** Runs them as one transaction; answers the rows of each, in their order. Where one fails, nothing of it was done. */
export function sendAtOnce(
  client: Pick<pg.ClientBase, "query">,
  parts: readonly Part[],
  types: pg.CustomTypesConfig,
): Promise<Answers> {
  return new Promise((resolve, reject) => {
    client.query(new AtOnce(parts, types, (error, answers) => (error ? reject(error) : resolve(answers))));
  });
}
