import type { Queryable } from "#platform";
import type { StoryWait } from "./story.ts";

/** How a lane stands on this node; the database does not know. */
export interface LaneView {
  readonly state: string;
  readonly explanation: string;
}

interface CommandRow {
  readonly name: string;
  readonly lane: string;
  readonly status: "waiting" | "running" | "parked";
  readonly attempts: number;
  readonly explanation: string | null;
  readonly issued_at: Date;
  readonly due_at: Date;
}

function whyWaiting({ lane, status, attempts, explanation }: CommandRow, view: LaneView | undefined): string {
  if (status === "parked") return `It failed for good and waits for a person${explanation ? `: ${explanation}` : "."}`;
  if (status === "running") return "It is being asked now.";
  if (view && view.state !== "open") return `The lane to ${lane} is ${view.state}: ${view.explanation}`;
  if (attempts > 0)
    return `Tried ${attempts} time${attempts === 1 ? "" : "s"}${explanation ? `: ${explanation}` : "."}`;
  return `It waits for its turn at ${lane}.`;
}

async function commandWaits(
  database: Queryable,
  correlationId: string,
  lanes: ReadonlyMap<string, LaneView>,
): Promise<readonly StoryWait[]> {
  const rows = await database.query<CommandRow>(
    `select name, lane, status, attempts, explanation, issued_at, due_at from commands
     where correlation_id = $1 and status in ('waiting', 'running', 'parked') order by seq`,
    [correlationId],
  );
  return rows.map((row) => ({
    what: row.name,
    why: whyWaiting(row, lanes.get(row.lane)),
    since: row.issued_at.toISOString(),
    system: row.lane,
    ...(row.status === "waiting" && row.attempts > 0 ? { nextAttemptAt: row.due_at.toISOString() } : {}),
  }));
}

async function holdWaits(database: Queryable, salesOrderId: string): Promise<readonly StoryWait[]> {
  const rows = await database.query<{ reason: string; explanation: string; held_at: Date }>(
    "select reason, explanation, held_at from sales_order_holds where sales_order_id = $1 and released_at is null order by held_at",
    [salesOrderId],
  );
  return rows.map(({ reason, explanation, held_at }) => ({
    what: `hold: ${reason}`,
    why: explanation,
    since: held_at.toISOString(),
  }));
}

async function factWaits(database: Queryable, correlationId: string): Promise<readonly StoryWait[]> {
  const rows = await database.query<{ what: string; why: string; since: Date }>(
    `select e.type as what, h.because as why, h.held_at as since from process_held_facts h join events e on e.id = h.event_id
     where e.correlation_id = $1
     union all
     select e.type, 'It could not be handled and waits for a person: ' || p.explanation, p.parked_at from parked_facts p
     join events e on e.id = p.event_id where e.correlation_id = $1 order by since`,
    [correlationId],
  );
  return rows.map(({ what, why, since }) => ({ what, why, since: since.toISOString() }));
}

/** What an order waits for now: people, systems, facts whose time has not come. */
export async function readWaits(
  database: Queryable,
  order: { readonly salesOrderId: string; readonly correlationId: string },
  lanes: ReadonlyMap<string, LaneView>,
): Promise<StoryWait[]> {
  const found = await Promise.all([
    holdWaits(database, order.salesOrderId),
    commandWaits(database, order.correlationId, lanes),
    factWaits(database, order.correlationId),
  ]);
  return found.flat();
}
