import type { Clock } from "./clock.ts";
import type { Database, Session } from "./database.ts";
import type { Log } from "./log.ts";

interface KeptOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly log?: Log | undefined;
  /** What it is for, as the log says it: "Listening for wake-ups". */
  readonly purpose: string;
  /** Done on every new session before it counts. */
  readonly prepare: (session: Session) => Promise<void>;
}

const AGAIN_MS = 500;

/** A session that is opened and prepared anew whenever it is lost, for as long as it takes. Rejects when the first one fails. */
export async function keepSession(options: KeptOptions): Promise<{ close(): Promise<void> }> {
  const { database, clock, log, purpose, prepare } = options;
  const closed = new AbortController();
  let session: Session | null = null;
  let reopening = Promise.resolve();

  const open = async (): Promise<void> => {
    const opened = await database.session();
    try {
      await prepare(opened);
    } catch (error) {
      await opened.close();
      throw error;
    }
    // Before this it is lost by a failing prepare, so that it is opened anew once, not twice.
    opened.onLost(() => void (reopening = openAgain()));
    session = opened;
  };

  const isOpened = (): Promise<boolean> =>
    open().then(
      () => true,
      (error: unknown) => {
        log?.warn({ err: error }, `${purpose} failed; trying again.`);
        return false;
      },
    );

  const openAgain = async (): Promise<void> => {
    session = null;
    do {
      await clock.sleep(AGAIN_MS, closed.signal);
    } while (!closed.signal.aborted && !(await isOpened()));
  };

  await open();
  return {
    async close() {
      closed.abort();
      await reopening;
      await session?.close();
    },
  };
}
