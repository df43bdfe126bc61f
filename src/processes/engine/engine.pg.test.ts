import { describe, expect, it } from "vitest";
import { turnableClock } from "#platform";
import { testDatabase } from "#testing";
import type { Move } from "./batch.ts";
import { about, engineOn, parcels, saw, utters, when, type ParcelData } from "./fixtures/parcels.ts";
import { stay, type Effect } from "./process.ts";

const database = await testDatabase({ maxConnections: 16 });
const summary = (moves: readonly Move[]) =>
  moves.map((move) => ("to" in move ? `${move.from} > ${move.to}` : `${move.outcome} in ${move.from}`));
const range = (length: number, prefix: string) => Array.from({ length }, (_, index) => `${prefix}${index}`);

describe("a batch", () => {
  const process = parcels({
    transitions: [
      when("received", saw.Received, "received", utters("pack", saw.Packed)),
      when("received", saw.Packed, "packed", utters("send", saw.Sent)),
      when("packed", saw.Sent, "sent", utters("deliver", saw.Arrived)),
      when("sent", saw.Arrived, "arrived"),
      when(["received", "packed", "sent"], saw.Lost, "lost"),
    ],
  });

  it("runs on to rest in one transaction: facts, moves, events and what effects wrote commit together", async () => {
    const { engine, submit, stateOf, movesOf, eventsOf } = engineOn({ database, processes: [process] });
    const ids = range(300, "rest-");
    await submit(...ids.map((id) => about(saw.Received, id)));
    await engine.runToRest();
    expect(new Set(await Promise.all(ids.map(stateOf)))).toEqual(new Set(["arrived"]));
    expect(summary(await movesOf("rest-7"))).toEqual([
      "null > received",
      "received > packed",
      "packed > sent",
      "sent > arrived",
    ]);
    expect(await eventsOf("rest-7")).toEqual(["parcel.received", "parcel.packed", "parcel.sent", "parcel.arrived"]);
    const transactions = await database.query(
      "select distinct tx from events where correlation_id like 'story-rest-%' and type <> $1",
      [saw.Received.type],
    );
    expect(transactions).toHaveLength(1);
    expect(await database.query("select 1 from process_facts")).toEqual([]);
  });

  it("comes to the same end when every round commits for itself and the rest goes by the inbox", async () => {
    const { engine, submit, stateOf, movesOf } = engineOn({ database, processes: [process], roundsMax: 1 });
    const ids = range(50, "rounds-");
    await submit(...ids.map((id) => about(saw.Received, id)));
    await engine.runToRest();
    expect(new Set(await Promise.all(ids.map(stateOf)))).toEqual(new Set(["arrived"]));
    expect(await movesOf("rounds-7")).toHaveLength(4);
  });
});

describe("a fact before its time", () => {
  const process = parcels({
    transitions: [
      when("received", saw.Packed, "packed"),
      when("packed", saw.Sent, "sent"),
      when("sent", saw.Arrived, "arrived"),
      when(["received", "packed", "sent"], saw.Lost, "lost"),
    ],
  });

  it("is held and offered again after each move, whatever the order of arrival", async () => {
    const { engine, submit, stateOf, movesOf } = engineOn({ database, processes: [process] });
    await submit(about(saw.Sent, "early"), about(saw.Received, "early"));
    await engine.runToRest();
    await submit(about(saw.Arrived, "early"));
    await engine.runToRest();
    expect(await stateOf("early")).toBe("received");
    await submit(about(saw.Packed, "early"));
    await engine.runToRest();
    expect(await stateOf("early")).toBe("arrived");
    expect(summary(await movesOf("early"))).toEqual([
      "held in null",
      "null > received",
      "held in received",
      "received > packed",
      "packed > sent",
      "sent > arrived",
    ]);
    expect(await database.query("select 1 from process_held_facts")).toEqual([]);
  });

  it("is told of when its time can no longer come", async () => {
    const { engine, submit, movesOf, eventsOf } = engineOn({ database, processes: [process] });
    await submit(about(saw.Received, "never"), about(saw.Sent, "never"), about(saw.Lost, "never"));
    await engine.runToRest();
    expect(summary(await movesOf("never"))).toEqual([
      "null > received",
      "held in received",
      "received > lost",
      "ignored in lost",
    ]);
    expect((await eventsOf("never")).at(-1)).toBe("fact.unclaimed");
  });

  it("is told of when the process it is for does not begin within patience", async () => {
    const clock = turnableClock();
    const { engine, submit, eventsOf, stateOf } = engineOn({ database, processes: [process], clock });
    await submit(about(saw.Packed, "unbegun"));
    await engine.runToRest();
    await clock.advance(3_600_000);
    await engine.runToRest();
    expect((await eventsOf("unbegun")).filter((type) => type === "fact.unclaimed")).toHaveLength(1);
    await submit(about(saw.Received, "unbegun"));
    await engine.runToRest();
    expect(await stateOf("unbegun")).toBe("packed");
  });
});

describe("patience", () => {
  it("raises a timer that a row may answer, and again where the row stays", async () => {
    const clock = turnableClock();
    const { TimerElapsed } = await import("#contracts");
    const reminded: string[] = [];
    const remind: Effect = {
      kind: "effect",
      name: "remind",
      run: async (_tx, calls) => {
        reminded.push(...calls.map(({ instanceId }) => instanceId));
        return [];
      },
    };
    const process = parcels({
      transitions: [
        when("received", saw.Packed, "packed"),
        when("received", TimerElapsed, stay, remind),
        when("packed", TimerElapsed, "lost"),
        when("packed", saw.Sent, "sent"),
        when("sent", saw.Arrived, "arrived"),
      ],
    });
    const { engine, submit, stateOf, eventsOf } = engineOn({ database, processes: [process], clock });
    await submit(about(saw.Received, "timed"));
    await engine.runToRest();
    await clock.advance(3_599_000);
    await engine.runToRest();
    expect(reminded).toEqual([]);
    for (const times of [1, 2]) {
      await clock.advance(3_600_000);
      await engine.runToRest();
      expect(reminded).toHaveLength(times);
    }
    await submit(about(saw.Packed, "timed"));
    await engine.runToRest();
    await clock.advance(2 * 3_600_000);
    await engine.runToRest();
    expect(await stateOf("timed")).toBe("lost");
    expect((await eventsOf("timed")).filter((type) => type === "timer.elapsed")).toHaveLength(3);
  });

  it("tells people once when there is no row, and of the facts that still wait", async () => {
    const clock = turnableClock();
    const process = parcels({
      transitions: [
        when("received", saw.Packed, "packed"),
        when("packed", saw.Sent, "sent"),
        when("sent", saw.Arrived, "arrived"),
        when("sent", saw.Lost, "lost"),
      ],
    });
    const { engine, submit, stateOf, eventsOf } = engineOn({ database, processes: [process], clock });
    await submit(about(saw.Received, "slow"), about(saw.Sent, "slow"));
    await engine.runToRest();
    for (let hour = 0; hour < 3; hour += 1) {
      await clock.advance(3_600_000);
      await engine.runToRest();
    }
    expect((await eventsOf("slow")).slice(2)).toEqual(["timer.elapsed", "process.overdue", "fact.unclaimed"]);
    await submit(about(saw.Packed, "slow"));
    await engine.runToRest();
    expect(await stateOf("slow")).toBe("sent");
  });

  it("gives way to a fact that came in the same moment", async () => {
    const clock = turnableClock();
    const process = parcels({
      transitions: [
        when("received", saw.Packed, "packed"),
        when("packed", saw.Sent, "sent"),
        when("sent", saw.Arrived, "arrived"),
        when("sent", saw.Lost, "lost"),
      ],
    });
    const { engine, submit, eventsOf } = engineOn({ database, processes: [process], clock });
    await submit(about(saw.Received, "tie"));
    await engine.runToRest();
    await clock.advance(3_600_000);
    await submit(about(saw.Packed, "tie"));
    await engine.runToRest();
    expect(await eventsOf("tie")).toEqual(["parcel.received", "parcel.packed"]);
  });
});

describe("poison", () => {
  it("is parked alone: neighbours go on, later facts of its instance wait", async () => {
    const pack: Effect<ParcelData> = {
      kind: "effect",
      name: "pack",
      run: async (_tx, calls) => {
        if (calls.some(({ instanceId }) => instanceId === "poison-13")) throw new Error("No box is that size.");
        return [];
      },
    };
    const process = parcels({
      transitions: [
        when("received", saw.Packed, "packed", pack),
        when("packed", saw.Sent, "sent"),
        when("sent", saw.Arrived, "arrived"),
        when("sent", saw.Lost, "lost"),
      ],
    });
    const { engine, submit, stateOf, eventsOf } = engineOn({ database, processes: [process] });
    const ids = range(40, "poison-");
    await submit(...ids.map((id) => about(saw.Received, id)));
    await submit(...ids.flatMap((id) => [about(saw.Packed, id), about(saw.Sent, id)]));
    await engine.runToRest();
    const states = await Promise.all(ids.map(stateOf));
    expect(states.filter((state) => state === "sent")).toHaveLength(39);
    expect(states[13]).toBe("received");
    expect(await eventsOf("poison-13")).toContain("fact.parked");
    expect(await database.query("select instance_id, explanation from parked_facts")).toEqual([
      { instance_id: "poison-13", explanation: "No box is that size." },
    ]);
    const waiting = await database.query("select 1 from process_facts where instance_id = 'poison-13' and blocked");
    expect(waiting).toHaveLength(2);
  });
});
