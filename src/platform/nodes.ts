import type { Clock } from "./clock.ts";
import type { Database, Session } from "./database.ts";

/** One running hub. Its number is held by a session-level advisory lock: when the node dies, however it dies, the lock is gone at once. */
export interface Node {
  readonly number: number;
  readonly host: string;
  readonly pid: number;
}

export interface Membership {
  readonly node: Node;
  /** Numbers of the nodes that live now, this one among them. */
  liveNodes(): Promise<readonly number[]>;
  onLost(lost: () => void): void;
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

export async function joinCluster(options: {
  database: Database;
  clock: Clock;
  host: string;
  pid: number;
  version: string;
}): Promise<Membership> {
  const { database, clock, host, pid, version } = options;
  const session: Session = await database.session();
  const [row] = await database.query<{ number: number }>(
    "insert into nodes (host, pid, version, started_at) values ($1, $2, $3, $4) returning number",
    [host, pid, version, clock.now()],
  );
  const number = row?.number ?? 0;
  await session.query("select pg_advisory_lock($1, $2)", [NODE_LOCK_CLASS, number]);
  return {
    node: { number, host, pid },
    liveNodes: () => liveNodes(database),
    onLost: (lost) => session.onLost(lost),
    async leave() {
      await session.close();
      await database.query("delete from nodes where number = $1", [number]);
    },
  };
}
