import type { Clock } from "./clock.ts";
import type { Database } from "./database.ts";
import { keepSession } from "./kept-session.ts";
import type { Log } from "./log.ts";

/** One running hub. Its number is held by a session-level advisory lock: when the node dies, however it dies, the lock is gone at once. */
export interface Membership {
  /** This node's number now: another one after its session was lost, since the others take the old one for dead. */
  number(): number;
  leave(): Promise<void>;
}

/** The class of our advisory locks (the first of the two integers): node locks. */
const NODE_LOCK_CLASS = 7301;

const liveNodesStatement = {
  name: "live-nodes",
  text: `select objid::bigint::int as number from pg_locks
    where locktype = 'advisory' and classid = ${NODE_LOCK_CLASS} and objsubid = 2 and granted
      and database = (select oid from pg_database where datname = current_database())
    order by 1`,
};

export const liveNodes = async (database: Pick<Database, "query">): Promise<readonly number[]> =>
  (await database.query<{ number: number }>(liveNodesStatement)).map(({ number }) => number);

interface JoinOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly log?: Log;
  readonly host: string;
  readonly pid: number;
  readonly version: string;
}

/** Becomes a node, and becomes one anew whenever the session that proves it lives is lost. */
export async function joinCluster({ database, clock, log, host, pid, version }: JoinOptions): Promise<Membership> {
  const numbers: number[] = [];
  const session = await keepSession({
    database,
    clock,
    log,
    purpose: "Joining the other nodes",
    async prepare(opened) {
      const [row] = await opened.query<{ number: number }>(
        "insert into nodes (host, pid, version, started_at) values ($1, $2, $3, $4) returning number",
        [host, pid, version, clock.now()],
      );
      const number = row?.number ?? 0;
      await opened.query("select pg_advisory_lock($1, $2)", [NODE_LOCK_CLASS, number]);
      numbers.push(number);
    },
  });
  return {
    number: () => numbers.at(-1) ?? 0,
    async leave() {
      await session.close();
      await database.query("delete from nodes where number = any($1)", [numbers]);
    },
  };
}
