import { silences } from "#platform";
import { failuresOfTheSystem, TRIES_IN_FRONT } from "./retry-policy.ts";

/** Lanes with something due, found by hopping through the index from one to the next. */
export const waitingLanes = {
  name: "waiting-lanes",
  text: `
    with recursive lanes (lane) as (
      (select lane from commands where status = 'waiting' order by lane limit 1)
      union all
      select (select c.lane from commands c where c.status = 'waiting' and c.lane > l.lane order by c.lane limit 1)
        from lanes l where l.lane is not null)
    select lane from lanes l
     where lane is not null
       and exists (select 1 from commands c where c.lane = l.lane and c.status = 'waiting' and c.due_at <= $1)`,
};

const claimedColumns = `
  c.id as "commandId", c.process, c.instance_id as "instanceId", c.correlation_id as "correlationId", c.name, c.lane, c.attempts,
  c.maybe_done as "maybeDone", c.edition, c.claimed_by as "claimedBy", c.deadline_at as "deadlineAt", c.category, c.explanation,
  e.id as "eventId", e.type, e.source, e.subject, e.time, e.correlation_id as "eventCorrelationId", e.causation_id as "causationId",
  coalesce(c.payload, e.data) as data`;

const listed = (categories: readonly string[]) => `(${categories.map((category) => `'${category}'`).join(", ")})`;

/**
 * Claims for every lane as much as it has room for, lowest priority number first, then as issued; never a command while an earlier one of its instance is
 * unfinished (a parked one is), nor one of an instance an operator holds. Where a lane keeps order, none goes before an earlier one of its kind that waits
 * for the system to answer.
 */
export const claim = {
  name: "claim-commands",
  text: `
    with lanes as (
      select lane, room, ordered from jsonb_to_recordset($1::jsonb) l (lane text, room int, ordered boolean)),
    fronts as (
      select c.lane, c.name, min(c.seq) as seq from commands c
       where c.status = 'waiting' and c.attempts < ${TRIES_IN_FRONT} and c.category in ${listed(failuresOfTheSystem)} and c.due_at > $2
         and c.lane in (select lane from lanes where ordered)
       group by c.lane, c.name),
    claimable as (
      select c.id from lanes l
       cross join lateral (
         select c.id from commands c
          where c.lane = l.lane and c.status = 'waiting' and c.due_at <= $2
            and not exists (
              select 1 from commands earlier
               where earlier.process = c.process and earlier.instance_id = c.instance_id and earlier.seq < c.seq
                 and earlier.status in ('waiting', 'running', 'parked'))
            and not exists (
              select 1 from process_instances i
               where i.process = c.process and i.instance_id = c.instance_id and i.suspended)
            and not exists (select 1 from fronts f where f.lane = c.lane and f.name = c.name and f.seq < c.seq)
          order by c.priority, c.seq limit l.room
          for update of c skip locked) c),
    c as (
      update commands set status = 'running', claimed_by = $3, attempts = attempts + 1
       where id = any(array(select id from claimable)) returning *)
    select ${claimedColumns} from c join events e on e.id = c.event_id order by c.priority, c.seq`,
};

/** Whatever its lane says: waiting longer is of no use. */
export const claimExpired = {
  name: "claim-expired-commands",
  text: `
    with expired as (
      select id from commands where status = 'waiting' and deadline_at <= $1
       order by deadline_at limit 200 for update skip locked),
    c as (
      update commands set status = 'running', claimed_by = $2 where id in (select id from expired) returning *)
    select ${claimedColumns} from c join events e on e.id = c.event_id order by c.seq`,
};

/** Only what is still claimed as it was: what was taken over is answered by whoever has it now. */
export const complete = {
  name: "complete-commands",
  text: `
    update commands c
       set status = r.status, maybe_done = r.maybe_done, attempts = r.attempts, due_at = r.due_at, claimed_by = null,
           category = r.category, outcome = r.outcome, explanation = r.explanation, finished_at = r.finished_at
      from jsonb_to_recordset($1::jsonb) r (id text, claimed_by int, status text, maybe_done boolean, attempts int, due_at timestamptz,
        category text, outcome text, explanation text, finished_at timestamptz)
     where c.id = r.id and c.status = 'running' and c.claimed_by = r.claimed_by
    returning c.id`,
};

/** The system answers again: what waits for that need not wait out its pauses, and stands in its order once more. */
export const hasten = {
  name: "hasten-commands",
  text: `
    with hastened as (
      select c.id from jsonb_to_recordset($1::jsonb) k (lane text, name text)
        join commands c on c.lane = k.lane and c.name = k.name
       where c.status = 'waiting' and c.due_at > $2 and c.category in ${listed(silences)}
       for update of c skip locked)
    update commands set due_at = $2, category = null where id = any(array(select id from hastened))`,
};

export const claimingNodes = {
  name: "claiming-nodes",
  text: "select distinct claimed_by as number from commands where status = 'running' and claimed_by <> $1",
};

/** What a dead node had under way may have been done. */
export const takeOver = {
  name: "take-over-commands",
  text: `
    update commands set status = 'waiting', claimed_by = null, maybe_done = true, due_at = $2
     where status = 'running' and claimed_by = any($1::int[]) returning id`,
};
