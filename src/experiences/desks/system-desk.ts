import { CrossdockError } from "#contracts";
import type { AuditEntry } from "#governance";
import type { Database, Lane, Transaction } from "#platform";
import type { SystemDesk, WhoAndWhy } from "../hub.ts";

/** A system of the configuration, as far as operators deal with it. */
export interface OperatedSystem {
  readonly code: string;
  readonly title: string;
  readonly kind: string;
  readonly lane: Lane;
}

interface SystemDeskOptions {
  readonly database: Database;
  readonly systems: readonly OperatedSystem[];
  readonly audit: (tx: Transaction, entry: AuditEntry) => Promise<void>;
  /** Wakes the commands that waited for a lane. */
  readonly notify: () => void;
}

interface Waiting {
  readonly lane: string;
  readonly queued: number;
  readonly parked: number;
  readonly oldestQueuedAt: Date | null;
}

/** The lanes, and what waits for them. A lane is closed on the node that is asked; the others find out by their own failures. */
export function createSystemDesk({ database, systems, audit, notify }: SystemDeskOptions): SystemDesk {
  const waitingByLane = async (): Promise<ReadonlyMap<string, Waiting>> => {
    const rows = await database.query<Waiting>(
      `select lane, count(*) filter (where status = 'waiting')::int as queued, count(*) filter (where status = 'parked')::int as parked,
              min(issued_at) filter (where status = 'waiting') as "oldestQueuedAt"
         from commands where status in ('waiting', 'parked') group by lane`,
    );
    return new Map(rows.map((row) => [row.lane, row]));
  };

  async function change(code: string, action: "close" | "open", { by, reason }: WhoAndWhy): Promise<void> {
    const system = systems.find((candidate) => candidate.code === code);
    if (!system) throw new CrossdockError("not-found", `There is no system "${code}" in the configuration.`);
    await database.transaction((tx) => audit(tx, { by, action: `${action}-lane`, target: code, reason }));
    if (action === "close") system.lane.close(`Closed by ${by}: ${reason}`);
    else system.lane.open();
    notify();
  }

  return {
    async list() {
      const waiting = await waitingByLane();
      return systems.map(({ code, title, kind, lane }) => {
        const { queued = 0, parked = 0, oldestQueuedAt = null } = waiting.get(code) ?? {};
        return { system: code, title, kind, ...lane.status(), queued, parked, oldestQueuedAt };
      });
    },
    close: (code, who) => change(code, "close", who),
    open: (code, who) => change(code, "open", who),
  };
}
