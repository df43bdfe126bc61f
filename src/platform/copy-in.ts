import type pg from "pg";

declare module "pg" {
  // Of the driver's connection, and not among its published types.
  interface Connection {
    sendCopyFromChunk(chunk: Buffer): void;
    endCopyFrom(): void;
  }
}

/** One `COPY ... FROM STDIN` as a query of the driver: what it sends when PostgreSQL is ready for it, and how it ends. */
class CopyIn implements pg.Submittable {
  readonly #statement: string;
  readonly #data: Buffer;
  readonly #settle: (error: Error | null) => void;
  #error: Error | null = null;

  constructor(statement: string, data: Buffer, settle: (error: Error | null) => void) {
    this.#statement = statement;
    this.#data = data;
    this.#settle = settle;
  }
  submit(connection: pg.Connection): void {
    connection.query(this.#statement);
  }
  handleCopyInResponse(connection: pg.Connection): void {
    connection.sendCopyFromChunk(this.#data);
    connection.endCopyFrom();
  }
  handleCommandComplete(): void {}
  handleError(error: Error): void {
    this.#error = error;
    this.#settle(error);
  }
  handleReadyForQuery(): void {
    if (this.#error === null) this.#settle(null);
  }
}

/** Copies whole rows in PostgreSQL's text or CSV form, as the statement says. Several times faster than any insert. */
export function copyIn(client: pg.Client, statement: string, data: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    client.query(new CopyIn(statement, data, (error) => (error ? reject(error) : resolve())));
  });
}
