import { randomBytes } from "node:crypto";
import { Type } from "typebox";
import { defineEvent, engineEvents } from "../../../src/contracts/index.ts";
import { createEventLog } from "../../../src/events/index.ts";
import {
  createIds,
  createLog,
  createWaker,
  joinCluster,
  openDatabase,
  systemClock as clock,
} from "../../../src/platform/index.ts";
import {
  createEngine,
  routesOf,
  transitionsOver,
  type Command,
  type Process,
} from "../../../src/processes/engine/index.ts";

/** A node that performs commands of 20 ms each; started twice, killed once. Arguments: database URL, how many processes to begin. */
const [url = "", begin = "0"] = process.argv.slice(2);
const kind = <const Name extends string>(name: Name) =>
  defineEvent({ name: `take-over.${name}`, summary: "", subject: "id", data: { id: Type.String() } });
const saw = { Started: kind("started"), Answered: kind("answered") };
const ask: Command<{ readonly id: string }> = {
  kind: "command",
  name: "ask",
  lane: () => "outside",
  perform: async ({ event, instanceId }) => {
    await clock.sleep(20);
    return [saw.Answered({ id: instanceId }, { correlationId: event.correlationId })];
  },
};
const when = transitionsOver<"asking" | "done">();
const asking: Process = {
  name: "asking",
  initial: "asking",
  final: ["done"],
  patience: { asking: "1h" },
  starts: [saw.Started],
  instanceOf: (event) => event.subject,
  transitions: [when("asking", saw.Started, "asking", ask), when("asking", saw.Answered, "done")],
};
const log = createLog({ level: "silent" });
const database = openDatabase({ url, log });
const ids = createIds(clock, randomBytes);
const node = await joinCluster({ database, clock, host: "bench", pid: process.pid, version: "bench" });
const waker = await createWaker({ database, channel: "take_over", clock, log });
const catalogue = [...Object.values(saw), ...engineEvents];
const eventLog = createEventLog({ clock, ids, source: "bench", routes: routesOf([asking]), catalogue, waker });
const lanes = { capacity: () => 10 };
createEngine({
  database,
  eventLog,
  processes: [asking],
  clock,
  ids,
  random: Math.random,
  node,
  lanes,
  log,
  waker,
}).start();
const drafts = Array.from({ length: Number(begin) }, (_, index) => `take_over_${index}`).map((id) =>
  saw.Started({ id }, { correlationId: id }),
);
if (drafts.length > 0) await database.transaction((tx) => eventLog.append(tx, drafts));
process.send?.({ node: node.number() });
