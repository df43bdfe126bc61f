import { openDatabase } from "../../../../src/platform/index.ts";
import { contend, eachChunk } from "./harness.ts";

const start = {
  name: "bare-start",
  text: `with ids as (select id, n from jsonb_array_elements_text($1::jsonb) with ordinality i (id, n)),
    begun as (
      insert into events (id, type, source, subject, time, correlation_id, data)
      select 'evt_' || id || '_0', 'bench.started.v1', 'bench', id, now(), id, jsonb_build_object('id', id) from ids order by n)
    insert into process_facts (partition, process, instance_id, event_id)
    select n % 64, 'five-steps', id, 'evt_' || id || '_0' from ids order by n`,
};

/** The same rows in the same tables as the engine writes, by one statement that knows this process by heart. */
const finish = {
  name: "bare-finish",
  text: `with taken as (
      delete from process_facts where instance_id in (select jsonb_array_elements_text($1::jsonb))
      returning instance_id as id, partition),
    steps as (
      insert into bench_steps (process_id, step, note) select id, step, 'step done' from taken, generate_series(1, 5) step),
    told as (
      insert into events (id, type, source, subject, time, correlation_id, causation_id, data)
      select 'evt_' || id || '_' || step, 'bench.step-done.v1', 'bench', id, now(), id, 'evt_' || id || '_' || (step - 1),
          jsonb_build_object('id', id)
        from taken, generate_series(1, 4) step),
    instances as (
      insert into process_instances (process, instance_id, correlation_id, partition, state, entered_at, version)
      select 'five-steps', id, id, partition, 'done', now(), 1 from taken)
    insert into process_moves (correlation_id, process, instance_id, at, moves)
    select id, 'five-steps', id, now(), (
        select jsonb_agg(jsonb_build_object('eventId', 'evt_' || id || '_' || step, 'type', 'bench.step-done.v1',
          'outcome', 'moved', 'from', 'new', 'to', 'one')) from generate_series(0, 4) step)
      from taken`,
};

/** The ceiling: no table of rows, no decisions, no events read back; chunks of 500, two connections. */
contend(async (url) => {
  const database = openDatabase({ url, maxConnections: 2 });
  return {
    stop: () => database.close(),
    run: (ids) =>
      eachChunk(ids, { size: 500, atOnce: 2 }, async (chunk) => {
        await database.query(start, [JSON.stringify(chunk)]);
        await database.query(finish, [JSON.stringify(chunk)]);
      }),
  };
});
