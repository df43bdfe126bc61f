import { endOfLog, readEvents } from "#events";
import type { Queryable, Waker } from "#platform";
import type { EventDesk } from "../hub.ts";

/** The event log as the API serves it. */
export const createEventDesk = (database: Queryable, waker: Pick<Waker, "listener">): EventDesk => ({
  read: (query) => readEvents(database, query),
  end: () => endOfLog(database),
  listen: () => waker.listener(),
});
