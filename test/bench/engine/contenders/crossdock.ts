import { randomBytes } from "node:crypto";
import { Type } from "typebox";
import { defineEvent, engineEvents, type EventKind } from "../../../../src/contracts/index.ts";
import { createEventLog } from "../../../../src/events/index.ts";
import {
  createIds,
  createLog,
  createWaker,
  joinCluster,
  openDatabase,
  systemClock,
  type Database,
} from "../../../../src/platform/index.ts";
import {
  createEngine,
  routesOf,
  transitionsOver,
  type Effect,
  type EngineOptions,
  type Process,
} from "../../../../src/processes/engine/index.ts";
import { eachChunk, pause, type Contender } from "./harness.ts";

const stepped = <const Name extends string>(name: Name) =>
  defineEvent({ name: `bench.${name}`, summary: "", subject: "id", data: { id: Type.String() } });
const saw = {
  Started: stepped("started"),
  First: stepped("first-done"),
  Second: stepped("second-done"),
  Third: stepped("third-done"),
  Fourth: stepped("fourth-done"),
};

/** One domain row each step, written for the whole batch by one statement. */
const step = (number: number, then: EventKind | null): Effect<{ readonly id: string }> => ({
  kind: "effect",
  name: `step-${number}`,
  async run(tx, calls) {
    await tx.query(
      {
        name: "bench-step",
        text: `insert into bench_steps (process_id, step, note)
          select process_id, $2, 'step done' from jsonb_array_elements_text($1::jsonb) process_id`,
      },
      [JSON.stringify(calls.map(({ instanceId }) => instanceId)), number],
    );
    if (!then) return [];
    return calls.map(({ instanceId, event }) =>
      then({ id: instanceId }, { correlationId: event.correlationId, causationId: event.id }),
    );
  },
});

const when = transitionsOver<"new" | "one" | "two" | "three" | "four" | "done">();

export const fiveSteps: Process = {
  name: "five-steps",
  initial: "new",
  final: ["done"],
  patience: { new: "1h", one: "1h", two: "1h", three: "1h", four: "1h" },
  starts: [saw.Started],
  instanceOf: (event) => event.subject,
  transitions: [
    when("new", saw.Started, "one", step(1, saw.First)),
    when("one", saw.First, "two", step(2, saw.Second)),
    when("two", saw.Second, "three", step(3, saw.Third)),
    when("three", saw.Third, "four", step(4, saw.Fourth)),
    when("four", saw.Fourth, "done", step(5, null)),
  ],
};

/** The engine as the product runs it, with the benchmark's process. */
export async function engineAt(url: string, options: Pick<EngineOptions, "roundsMax" | "at"> = {}) {
  const log = createLog({ level: "warn" });
  const database: Database = openDatabase({ url, log });
  const clock = systemClock;
  const ids = createIds(clock, randomBytes);
  const membership = await joinCluster({ database, clock, host: "bench", pid: process.pid, version: "bench" });
  const waker = await createWaker({ database, channel: "bench", clock, log });
  const catalogue = [...Object.values(saw), ...engineEvents];
  const eventLog = createEventLog({ clock, ids, source: "bench", routes: routesOf([fiveSteps]), catalogue, waker });
  const engine = createEngine({
    ...options,
    database,
    eventLog,
    processes: [fiveSteps],
    clock,
    ids,
    random: Math.random,
    node: membership,
    lanes: { capacity: () => 0 },
    log,
    waker,
  });
  engine.start();
  return {
    database,
    submit: (chunk: readonly string[]) =>
      database.transaction((tx) =>
        eventLog.append(
          tx,
          chunk.map((id) => saw.Started({ id }, { correlationId: id })),
        ),
      ),
    stop: async () => {
      await engine.stop();
      await waker.close();
      await membership.leave();
      await database.close();
    },
  };
}

export async function crossdock(url: string, options: Pick<EngineOptions, "roundsMax"> = {}): Promise<Contender> {
  const { database, submit, stop } = await engineAt(url, options);
  return {
    stop,
    async run(ids) {
      await eachChunk(ids, { size: 500, atOnce: 1 }, submit);
      for (;;) {
        const [left] = await database.query("select 1 from process_facts limit 1");
        if (!left) return;
        await pause(20);
      }
    },
  };
}
