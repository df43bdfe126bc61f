import type { Clock, Database, Lane, Log, Queryable } from "#platform";
import { createAudit } from "./audit.ts";

interface WhoAndWhy {
  readonly by: string;
  readonly reason: string;
}

interface SwitchOptions {
  readonly database: Database;
  readonly clock: Clock;
  /** This node's lanes, by system. */
  readonly lanes: ReadonlyMap<string, Pick<Lane, "close" | "open">>;
  readonly log: Log;
}

const LOOK_EVERY_MS = 1_000;

export interface LaneSwitches {
  close(system: string, who: WhoAndWhy): Promise<void>;
  open(system: string, who: WhoAndWhy): Promise<void>;
  /** Once: what is written down becomes true of this node's lanes. */
  apply(): Promise<void>;
  /** Again and again, until the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
}

/** Lanes are closed by people for all nodes: the database says so, and each node does as it is said. */
export function createLaneSwitches({ database, clock, lanes, log }: SwitchOptions): LaneSwitches {
  const audit = createAudit(clock);
  let closedHere = new Set<string>();

  async function apply(): Promise<void> {
    const rows = await readClosed(database);
    for (const { system, reason, by } of rows) lanes.get(system)?.close(`${reason} (${by})`);
    const closed = new Set(rows.map(({ system }) => system));
    for (const system of closedHere) if (!closed.has(system)) lanes.get(system)?.open();
    closedHere = closed;
  }

  return {
    async close(system, { by, reason }) {
      await database.transaction(async (tx) => {
        await tx.query(
          `insert into closed_lanes (system, reason, closed_by, closed_at) values ($1, $2, $3, $4)
           on conflict (system) do update set reason = excluded.reason, closed_by = excluded.closed_by`,
          [system, reason, by, clock.now()],
        );
        await audit(tx, { by, action: "close-lane", target: system, reason });
      });
      await apply();
    },
    async open(system, { by, reason }) {
      await database.transaction(async (tx) => {
        await tx.query("delete from closed_lanes where system = $1", [system]);
        await audit(tx, { by, action: "open-lane", target: system, reason });
      });
      await apply();
    },
    apply,
    async run(signal) {
      while (!signal.aborted) {
        await apply().catch((error: unknown) => log.warn({ err: error }, "Which lanes are closed could not be read."));
        await clock.sleep(LOOK_EVERY_MS, signal);
      }
    },
  };
}

interface ClosedLane {
  readonly system: string;
  readonly reason: string;
  readonly by: string;
}

const readClosed = (database: Queryable): Promise<readonly ClosedLane[]> =>
  database.query<ClosedLane>("select system, reason, closed_by as by from closed_lanes");
