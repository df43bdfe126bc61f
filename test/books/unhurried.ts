import type { Database, Transaction } from "#platform";

/**
 * A database whose transactions take their time now and then, after any statement and before the commit: what two nodes do at once then really
 * meets, and an answer that does not wait for its commit is ahead of it by a distance one can measure.
 */
export function unhurried(database: Database, draw: () => number): Database {
  const dawdle = async () => {
    if (draw() < DAWDLES) await new Promise((resolve) => setTimeout(resolve, draw() * LONGEST_MS));
  };
  const slowly = (tx: Transaction): Transaction => ({
    ...tx,
    async query(statement, parameters) {
      const rows = await tx.query<never>(statement, parameters);
      await dawdle();
      return rows;
    },
  });
  /** Nobody waits inside of one that is sent at once: there it is PostgreSQL that takes its time. */
  const slowlyAtOnce = (tx: Transaction): Transaction => {
    const dawdling = () => draw() < DAWDLES && tx.send("select pg_sleep($1)", [(draw() * LONGEST_MS) / 1_000]);
    return {
      ...tx,
      query(statement, parameters) {
        const rows = tx.query<never>(statement, parameters);
        dawdling();
        return rows;
      },
      send(statement, parameters) {
        tx.send(statement, parameters);
        dawdling();
      },
    };
  };
  return {
    ...database,
    transaction: (work, options) => database.transaction((tx) => work(slowly(tx)), options),
    atOnce: (work, options) => database.atOnce((tx) => work(slowlyAtOnce(tx)), options),
  };
}

const DAWDLES = 0.2;
const LONGEST_MS = 4;
