import type { Queryable } from "#platform";

/** What waits for a system. */
export interface Queue {
  readonly lane: string;
  readonly queued: number;
  readonly parked: number;
  readonly oldestQueuedAt: Date | null;
}

/** Every lane's queue, from the commands as they stand. */
export const readQueues = (database: Queryable): Promise<readonly Queue[]> =>
  database.query<Queue>(
    `select lane, (count(*) filter (where status in ('waiting', 'running')))::int as queued,
       (count(*) filter (where status = 'parked'))::int as parked,
       min(issued_at) filter (where status in ('waiting', 'running')) as "oldestQueuedAt"
     from commands where status in ('waiting', 'running', 'parked') group by lane`,
  );
