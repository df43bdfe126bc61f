import type { Exchange, Queryable } from "#platform";
import { readExchanges } from "./exchanges.ts";
import { tellEvent } from "./sentences.ts";
import type { StoryStep } from "./story.ts";

interface EventRow {
  readonly type: string;
  readonly time: Date;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Of the fields that name who took part, the one an event of its kind is about; the channel only where nobody else is named. */
const partyFields = ["carrier", "warehouse", "system", "lane", "branch", "channel"] as const;
function systemOf(data: EventRow["data"]): { readonly system?: string } {
  const name = partyFields.map((field) => data[field]).find((value) => typeof value === "string");
  return typeof name === "string" ? { system: name } : {};
}

const eventStep = ({ type, time, data }: EventRow): StoryStep => ({
  at: time.toISOString(),
  kind: "event",
  sentence: tellEvent(type, data),
  ...systemOf(data),
});

async function eventSteps(database: Queryable, correlationId: string): Promise<readonly StoryStep[]> {
  const rows = await database.query<EventRow>(
    "select type, time, data from events where correlation_id = $1 order by tx, seq limit 5000",
    [correlationId],
  );
  return rows.map(eventStep);
}

/** A call that went well is told by its outcome, which is an event; how it went is told here. */
function exchangeStep(exchange: Exchange): StoryStep {
  const { system, operation, method, url, status, attempt, category, explanation, latencyMs, startedAt } = exchange;
  const again = attempt > 1 ? `, attempt ${attempt}` : "";
  const outcome = category === null ? "answered" : category;
  const optional = {
    ...(exchange.idempotencyKey ? { idempotencyKey: exchange.idempotencyKey } : {}),
    ...(exchange.requestBody ? { requestBody: exchange.requestBody } : {}),
    ...(exchange.answerBody ? { answerBody: exchange.answerBody } : {}),
    ...(explanation ? { explanation } : {}),
  };
  return {
    at: startedAt.toISOString(),
    kind: "exchange",
    system,
    sentence: `${operation}${again}: ${outcome}${status === null ? "" : ` ${status}`}`,
    ...(status === null ? {} : { status }),
    failed: category !== null,
    durationMs: latencyMs,
    details: { method, url, ...optional },
  };
}

interface SetAsideRow {
  readonly at: Date;
  readonly process: string;
  readonly type: string;
  readonly outcome: "ignored" | "held";
  readonly because: string | null;
}

/** Moves are told by what they brought about; a fact a process made nothing of, or put aside, is told with the reason. */
async function noteSteps(database: Queryable, correlationId: string): Promise<readonly StoryStep[]> {
  const rows = await database.query<SetAsideRow>(
    `select m.at, m.process, coalesce(e.type, f.event) as type, f.outcome, f.because
     from process_moves m cross join jsonb_to_recordset(m.moves) as f(event text, outcome text, because text)
     left join events e on e.id = f.event
     where m.correlation_id = $1 and f.outcome in ('ignored', 'held') order by m.seq limit 5000`,
    [correlationId],
  );
  return rows.map(({ at, process, type, outcome, because }) => ({
    at: at.toISOString(),
    kind: "note" as const,
    sentence: `${process} ${outcome === "held" ? "keeps" : "makes nothing of"} ${type}${because ? `: ${because}` : ""}`,
  }));
}

/** At the same instant a call comes before what it brought about. */
const ranks = { exchange: 0, event: 1, note: 2 } as const;

/** Everything that happened in a story, in time order. */
export async function readSteps(database: Queryable, correlationId: string): Promise<StoryStep[]> {
  const [events, notes, exchanges] = await Promise.all([
    eventSteps(database, correlationId),
    noteSteps(database, correlationId),
    readExchanges(database, [correlationId]),
  ]);
  const steps = [...exchanges.map(exchangeStep), ...events, ...notes];
  return steps.sort((a, b) => a.at.localeCompare(b.at) || ranks[a.kind] - ranks[b.kind]);
}
