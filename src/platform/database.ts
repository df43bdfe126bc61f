import pg from "pg";
import { sendAtOnce, type Part } from "./at-once.ts";
import { copyIn, type CopyRows } from "./copy-in.ts";
import type { Log } from "./log.ts";

/** A statement with a name is prepared once a connection and planned once; the text may be long, the name is what travels. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/**
 * What a domain takes to ask the database. NUMERIC and BIGINT come as strings (exact), DATE as 'YYYY-MM-DD', TIMESTAMPTZ as Date,
 * JSONB parsed. A parameter that is an object is sent as JSON; an array as a PostgreSQL array (for JSON, stringify it).
 */
export interface Queryable {
  query<Row extends object>(statement: string | Statement, parameters?: readonly unknown[]): Promise<readonly Row[]>;
}

declare const inTransaction: unique symbol;
/** A Queryable inside a transaction: a function that writes several things demands one. */
export interface Transaction extends Queryable {
  readonly [inTransaction]: true;
  /**
   * Sent along with whatever comes next, the commit at the latest: for a statement whose answer nobody needs. Where it fails, the transaction fails
   * with its error.
   */
  send(statement: string | Statement, parameters?: readonly unknown[]): void;
  /** Sends rows along likewise: for lists, of which each row costs two thirds of what it does in an insert. */
  copy<Row>(target: CopyRows<Row>, rows: readonly Row[]): void;
  /** Runs once the commit is done, and never after a rollback: wake-ups, not work. Must not throw. */
  afterCommit(then: () => void): void;
}

/** A connection of one's own: LISTEN, session advisory locks, temporary tables. */
export interface Session extends Queryable {
  /** Commits only if the session still has what it held from its beginning on: where it was lost, so is this. */
  transaction<Result>(work: (tx: Transaction) => Promise<Result>): Promise<Result>;
  /** Runs a `copy ... from stdin` over whole rows, a statement of its own: keep it short, since it holds readers of the event log back. */
  copyIn(statement: string, data: Buffer): Promise<void>;
  onNotification(heard: (channel: string, payload: string) => void): void;
  onLost(lost: (error: Error) => void): void;
  close(): Promise<void>;
}

export interface TransactionOptions {
  /** How often a deadlock or serialization failure is tried again; nothing was done when one happens. Default 0. */
  readonly retries?: number;
}

export interface Database extends Queryable {
  transaction<Result>(work: (tx: Transaction) => Promise<Result>, options?: TransactionOptions): Promise<Result>;
  /**
   * A transaction of what `work` sends, in one piece and answered in one: for work that needs no answer before it is done. What it asks is answered
   * after the commit; to wait for that inside is an error.
   */
  atOnce<Result>(work: (tx: Transaction) => Promise<Result>, options?: TransactionOptions): Promise<Result>;
  session(): Promise<Session>;
  close(): Promise<void>;
}

interface DatabaseOptions {
  readonly url: string;
  readonly maxConnections?: number;
  readonly applicationName?: string;
  /** How its statements find their rows. Left out: as PostgreSQL sees fit. */
  readonly plans?: "by-keys";
  readonly log?: Log;
}

/**
 * For statements that are given keys, as columns of a query: rows are found one by one through indexes, and by one plan, whatever the values are. Left
 * to itself PostgreSQL would read whole tables for as long as it keeps a plan from when they were empty.
 */
export const byKeysSql = (until: "commit" | "end of session"): string =>
  Object.entries(byKeys)
    .map(([name, value]) => `set_config('${name}', '${value}', ${until === "commit"})`)
    .join(", ");

const byKeys = {
  enable_seqscan: "off",
  enable_hashjoin: "off",
  enable_mergejoin: "off",
  plan_cache_mode: "force_generic_plan",
};

/** A peer that vanished without a word (a pulled cable, a failed-over host) is found out, not waited for two hours as the system would. */
const KEEP_ALIVE_MS = 10_000;
/** For a connection, or for one of the pool to be free: longer than any work takes, and not for ever. */
const CONNECT_WAIT_MS = 30_000;

const DATE_OID = pg.types.builtins.DATE;
const asText = (text: string) => text;
const typeParsers: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) => (oid === DATE_OID ? asText : pg.types.getTypeParser(oid, format)),
};

const isAborted = (error: unknown): boolean => error instanceof pg.DatabaseError && error.code === "25P02";
const SERIALIZATION_FAILURE = "40001";
const DEADLOCK = "40P01";
/** Whether a failed transaction was the victim of its neighbours and may simply be tried again. */
export const isContention = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && (error.code === SERIALIZATION_FAILURE || error.code === DEADLOCK);

/** Shutting down, starting, too many connections, connection exceptions. */
const GOING_AWAY = /^(57P0[1-4]|53300|08...)$/;
const LOST =
  /ECONNREFUSED|ECONNRESET|EPIPE|Connection terminated|connection error|timeout exceeded when trying to connect/i;

/** Whether the database was not there, rather than unwilling: nothing is wrong with what was asked. */
export function isConnectionLoss(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) return GOING_AWAY.test(error.code ?? "");
  if (!(error instanceof Error)) return false;
  // By a socket there are other words for it: no such file, or too many at its door.
  const couldNotConnect = "syscall" in error && error.syscall === "connect";
  return couldNotConnect || LOST.test(`${"code" in error ? String(error.code) : ""} ${error.message}`);
}

type Client = Pick<pg.ClientBase, "query">;
type OneConnection = Pick<pg.PoolClient, "query" | "connection">;

/** What is sent before anybody waits leaves in one write: a write for each statement cost more than to make up the statement. */
function gatherWrites({ connection: { stream } }: OneConnection): void {
  stream.cork();
  process.nextTick(() => stream.uncork());
}

/** One without a name is parsed each time. */
const statementOf = (statement: string | Statement): Statement =>
  typeof statement === "string" ? { name: "", text: statement } : statement;

function queryableOver(client: Client, beforeEach?: () => void): Queryable {
  return {
    async query<Row extends object>(statement: string | Statement, parameters: readonly unknown[] = []) {
      const { name, text } = statementOf(statement);
      beforeEach?.();
      const { rows } = await client.query<Row>({ name, text, values: [...parameters] });
      return rows;
    },
  };
}

type Inside = Pick<Transaction, "query" | "send" | "copy" | "afterCommit">;
// The brand exists for the compiler only; this is the one place that may give it.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
const branded = (inside: Inside): Transaction => inside as Transaction;

type Work<Result> = (tx: Transaction) => Promise<Result>;

async function once<Result>(pool: pg.Pool, work: Work<Result>): Promise<Result> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    return await transactionOn(client, work, (lost) => (broken = lost));
  } finally {
    client.release(broken);
  }
}

/** What is still waiting when everything that needed nobody's answer has run waits for one. */
async function withoutWaiting<Result>(work: Promise<Result>): Promise<Result> {
  let isOver = false;
  const overdue = new Promise<never>((_resolve, reject) => {
    setImmediate(() => {
      if (!isOver) reject(new Error("A transaction that is sent at once waited for an answer before its end."));
    });
  });
  try {
    return await Promise.race([work, overdue]);
  } finally {
    isOver = true;
  }
}

interface Sent {
  readonly part: Part;
  readonly answer: PromiseWithResolvers<readonly object[]>;
}

async function atOnce<Result>(pool: pg.Pool, work: Work<Result>): Promise<Result> {
  const sent: Sent[] = [];
  const afterwards: (() => void)[] = [];
  const add = (part: Part): Promise<readonly object[]> => {
    const answer = Promise.withResolvers<readonly object[]>();
    // Told by the transaction; who asked may hear it as well.
    answer.promise.catch(() => {});
    sent.push({ part, answer });
    return answer.promise;
  };
  const partOf = (statement: string | Statement, parameters: readonly unknown[] = []) => ({
    ...statementOf(statement),
    parameters,
  });
  const tx = branded({
    query: <Row extends object>(statement: string | Statement, parameters?: readonly unknown[]) =>
      // What the rows hold is the asker's to know, as in every query.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      add({ ...partOf(statement, parameters), isAsked: true }) as Promise<readonly Row[]>,
    send: (statement, parameters) => void add({ ...partOf(statement, parameters), isAsked: false }),
    copy(target, rows) {
      if (rows.length === 0) return;
      const copied = target.write(rows);
      void add({ name: target.name, text: target.statement, parameters: [], copied, isAsked: false });
    },
    afterCommit: (then) => void afterwards.push(then),
  });
  const result = await withoutWaiting(work(tx));
  const answers = await sendParts(pool, sent);
  for (const [place, { answer }] of sent.entries()) answer.resolve(answers[place] ?? []);
  for (const then of afterwards) then();
  return result;
}

async function sendParts(pool: pg.Pool, sent: readonly Sent[]): Promise<readonly (readonly object[])[]> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    return await sendAtOnce(
      client,
      sent.map(({ part }) => part),
      typeParsers,
    );
  } catch (error) {
    for (const { answer } of sent) answer.reject(error);
    const isWhole = error instanceof pg.DatabaseError && !isConnectionLoss(error);
    if (!isWhole) broken = error instanceof Error ? error : new Error(String(error));
    throw error;
  } finally {
    client.release(broken);
  }
}

async function transactionOn<Result>(
  client: OneConnection,
  work: Work<Result>,
  onLost: (error: Error) => void = () => {},
): Promise<Result> {
  let why: unknown;
  const afterwards: (() => void)[] = [];
  try {
    const gather = () => gatherWrites(client);
    const queryable = queryableOver(client, gather);
    const sent: Promise<unknown>[] = [];
    const told = async <Answer>(answer: Promise<Answer>): Promise<Answer> => {
      try {
        return await answer;
      } catch (error) {
        if (!isAborted(error)) why ??= error;
        throw error;
      }
    };
    const sendAlong = (answer: Promise<unknown>): void => {
      const answered = told(answer);
      // Its error is the transaction's, told when everything sent is awaited; until then it is not unheard.
      answered.catch(() => {});
      sent.push(answered);
    };
    const tx = branded({
      query: (statement, parameters) => told(queryable.query(statement, parameters)),
      send: (statement, parameters) => sendAlong(queryable.query(statement, parameters)),
      copy(target, rows) {
        if (rows.length === 0) return;
        gather();
        sendAlong(copyIn(client, target.statement, target.write(rows)));
      },
      afterCommit: (then) => void afterwards.push(then),
    });
    // Statements follow each other on the wire without waiting for answers; PostgreSQL takes them in this order.
    tx.send("begin");
    const result = await work(tx);
    gather();
    const commit = client.query("commit");
    await Promise.all([...sent, commit]);
    const { command } = await commit;
    // PostgreSQL answers the commit of a failed transaction with a rollback, and without an error.
    if (command !== "COMMIT")
      throw new Error("Nothing was committed: a statement of the transaction failed, and its error was kept quiet.");
    for (const then of afterwards) then();
    return result;
  } catch (error) {
    // Where even the rollback fails the connection is gone, and with it the transaction.
    await client.query("rollback").catch(onLost);
    // Statements that were on the wire behind the one that failed say no more than that one has.
    throw isAborted(error) ? (why ?? error) : error;
  }
}

function openSession(client: pg.Client): Session {
  return {
    ...queryableOver(client),
    transaction: (work) => transactionOn(client, work),
    copyIn: (statement, data) => copyIn(client, statement, [data]),
    onNotification: (heard) => void client.on("notification", ({ channel, payload }) => heard(channel, payload ?? "")),
    onLost(lost) {
      // An error is followed by an end; it is lost once.
      client.once("end", () => lost(new Error("The database connection ended.")));
    },
    async close() {
      client.removeAllListeners("end");
      await client.end();
    },
  };
}

async function retried<Result>(
  attempted: () => Promise<Result>,
  { retries = 0 }: TransactionOptions = {},
): Promise<Result> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await attempted();
    } catch (error) {
      if (attempt >= retries || !isContention(error)) throw error;
    }
  }
}

export function openDatabase({
  url,
  maxConnections = 10,
  applicationName = "crossdock",
  plans,
  log,
}: DatabaseOptions): Database {
  const settings = {
    connectionString: url,
    application_name: applicationName,
    types: typeParsers,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    connectionTimeoutMillis: CONNECT_WAIT_MS,
  };
  const pool = new pg.Pool({ ...settings, max: maxConnections, idleTimeoutMillis: 30_000, pipeline: true });
  pool.on("connect", (client) => {
    // One that breaks between two statements of a transaction fails the next of them; here, too, the event must be heard.
    client.on("error", () => {});
    // Before whatever else it is asked; and where this fails, that fails as well.
    if (plans) client.query(`select ${byKeysSql("end of session")}`).catch(() => {});
  });
  // An idle connection that breaks is replaced by the pool; unheard, the event would end the process.
  pool.on("error", (error) =>
    log?.warn({ err: error }, "An idle database connection was lost; the next query opens another."),
  );
  return {
    ...queryableOver(pool),
    transaction: (work, options) => retried(() => once(pool, work), options),
    atOnce: (work, options) => retried(() => atOnce(pool, work), options),
    async session() {
      const client = new pg.Client(settings);
      client.on("error", (error) => log?.warn({ err: error }, "A dedicated database connection was lost."));
      await client.connect();
      return openSession(client);
    },
    close: () => pool.end(),
  };
}
