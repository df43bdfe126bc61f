import { describe, expect, it, vi } from "vitest";
import { createWaker, systemClock, turnableClock, type Clock } from "#platform";
import { testDatabase } from "#testing";
import { about, asks, engineOn, parcels, refusal, saw, when, type ParcelData } from "./fixtures/parcels.ts";
import type { Instant } from "./instants.ts";
import type { Command } from "./process.ts";
import { createOperators, compileAll, stay } from "./index.ts";

const database = await testDatabase({ maxConnections: 16 });

const withCommands = (...commands: readonly Command<ParcelData>[]) =>
  parcels({
    transitions: [
      when("received", saw.Received, "received", ...commands),
      when("received", saw.Counted, stay, ...commands),
      when("received", saw.Sent, "sent"),
      when(["received", "sent"], saw.Arrived, "arrived"),
      when(["received", "sent"], saw.Lost, "lost"),
    ],
    patience: { received: "1h", sent: "1d" },
  });
const setUp = (clock: Clock, capacity: () => number, ...commands: readonly Command<ParcelData>[]) => {
  const processes = [withCommands(...commands)];
  const closed: string[] = [];
  const lanes = {
    capacity: (code: string) => (closed.includes(code) ? 0 : capacity()),
    close: (code: string) => closed.push(code),
  };
  const kit = engineOn({ database, processes, clock, lanes });
  const operators = createOperators({
    ...kit,
    database,
    clock,
    processes: compileAll(processes),
    waker: { notify() {} },
  });
  return { ...kit, operators, closed };
};
const commandsOf = (parcelId: string) =>
  database.query<{ name: string; status: string; attempts: number; maybe_done: boolean; category: string | null }>(
    "select name, status, attempts, maybe_done, category from commands where instance_id = $1 order by seq",
    [parcelId],
  );
const never = () => [];

describe("a command", () => {
  it("is performed after commit, and its answer is a fact like any other", async () => {
    const keys: string[] = [];
    const send = asks("send", ({ event, instanceId }, { idempotencyKey, attempt, maybeDone }) => {
      keys.push(idempotencyKey);
      expect({ attempt, maybeDone }).toEqual({ attempt: 1, maybeDone: false });
      return [saw.Arrived({ parcelId: instanceId }, { correlationId: event.correlationId, causationId: event.id })];
    });
    const { engine, submit, stateOf } = setUp(systemClock, () => 10, send);
    await submit(about(saw.Received, "sent-1"), about(saw.Received, "sent-2"));
    await engine.runToRest();
    expect([await stateOf("sent-1"), await stateOf("sent-2")]).toEqual(["arrived", "arrived"]);
    expect(new Set(keys).size).toBe(2);
  });

  it("never overtakes an earlier one of its instance, even when that one has to wait and its own lane is free", async () => {
    const clock = turnableClock();
    const done: string[] = [];
    let failures = 2;
    const create = asks("create", () => {
      if (failures-- > 0) throw refusal("unavailable");
      done.push("create");
      return [];
    });
    const cancel = asks(
      "cancel",
      () => {
        done.push("cancel");
        return [];
      },
      { lane: () => "hub", priority: 1 },
    );
    const { engine, submit } = setUp(clock, () => 10, create, cancel);
    await submit(about(saw.Received, "order-1"));
    await engine.runToRest();
    expect(done).toEqual([]);
    for (let second = 0; second < 4; second += 1) {
      await clock.advance(1_000);
      await engine.runToRest();
    }
    expect(done).toEqual(["create", "cancel"]);
  });

  it("goes by priority, then in the order of issue, and only as many at once as the lane has room for", async () => {
    const done: string[] = [];
    let atOnce = 0;
    let most = 0;
    const perform = async (name: string) => {
      atOnce += 1;
      most = Math.max(most, atOnce);
      await new Promise((resolve) => setTimeout(resolve, 2));
      atOnce -= 1;
      done.push(name);
      return [];
    };
    const late = asks("late", ({ instanceId }) => perform(`late ${instanceId}`), {
      lane: () => "other",
      priority: 200,
    });
    const { engine, submit } = setUp(systemClock, () => 1, late);
    await submit(...[1, 2, 3, 4].map((n) => about(saw.Received, `room-${n}`)));
    await engine.runToRest();
    expect(done).toEqual([1, 2, 3, 4].map((n) => `late room-${n}`));
    expect(most).toBe(1);
  });

  it("waits for a closed lane without spending an attempt, be it closed before or just after it was claimed", async () => {
    const clock = turnableClock();
    let open = false;
    let capacity = 0;
    const attempts: number[] = [];
    const call = asks("call", (_call, { attempt }) => {
      attempts.push(attempt);
      if (!open) throw refusal("unavailable", { deferred: true });
      return [];
    });
    const { engine, submit, eventsOf } = setUp(clock, () => capacity, call);
    await submit(about(saw.Received, "closed"));
    await engine.runToRest();
    expect(attempts).toEqual([]);
    capacity = 5;
    for (let time = 0; time < 3; time += 1) {
      await engine.runToRest();
      await clock.advance(1_000);
    }
    open = true;
    await engine.runToRest();
    expect(attempts).toEqual([1, 1, 1, 1]);
    expect(await commandsOf("closed")).toMatchObject([{ status: "done", attempts: 1 }]);
    expect(await eventsOf("closed")).not.toContain("command.deferred");
  });

  it("waits as long as the other side asks for", async () => {
    const clock = turnableClock();
    const at: number[] = [];
    const call = asks("call", () => {
      at.push(clock.now().getTime());
      if (at.length === 1) throw refusal("throttled", { retryAfterMs: 7_000 });
      return [];
    });
    const { engine, submit, eventsOf } = setUp(clock, () => 5, call);
    await submit(about(saw.Received, "throttled"));
    for (let second = 0; second < 10; second += 1) {
      await engine.runToRest();
      await clock.advance(1_000);
    }
    expect((at[1] ?? 0) - (at[0] ?? 0)).toBe(7_000);
    expect(await commandsOf("throttled")).toMatchObject([{ status: "done", attempts: 1 }]);
    expect(await eventsOf("throttled")).toContain("command.deferred");
  });

  it("is told that it may be done already after an unknown outcome, under the same key", async () => {
    const clock = turnableClock();
    const seen: { key: string; maybeDone: boolean }[] = [];
    const call = asks("call", (_call, { idempotencyKey: key, maybeDone }) => {
      seen.push({ key, maybeDone });
      if (seen.length === 1) throw refusal("timed-out", { outcome: "unknown" });
      return [];
    });
    const { engine, submit } = setUp(clock, () => 5, call);
    await submit(about(saw.Received, "unknown"));
    await engine.runToRest();
    await clock.advance(2_000);
    await engine.runToRest();
    expect(seen.map(({ maybeDone }) => maybeDone)).toEqual([false, true]);
    expect(seen[0]?.key).toBe(seen[1]?.key);
  });

  it("closes the lane when our credentials are refused, and waits there with its attempts unspent", async () => {
    const call = asks("call", () => {
      throw refusal("unauthorized");
    });
    const { engine, submit, closed } = setUp(systemClock, () => 1, call);
    await submit(about(saw.Received, "login-1"), about(saw.Received, "login-2"));
    await engine.runToRest();
    expect(closed).toEqual(["carrier"]);
    expect([...(await commandsOf("login-1")), ...(await commandsOf("login-2"))]).toMatchObject([
      { status: "waiting", attempts: 0 },
      { status: "waiting", attempts: 0 },
    ]);
    await database.query("delete from commands where instance_id like 'login-%'");
  });

  it("is given up at its deadline though its lane is closed all the time, and says so", async () => {
    const clock = turnableClock();
    const quote = asks("quote", never, {
      deadlineMs: 5_000,
      givenUp: ({ event, instanceId }, last) => {
        expect(last).toMatchObject({ outcome: "not-done" });
        return [saw.Lost({ parcelId: instanceId }, { correlationId: event.correlationId, causationId: event.id })];
      },
    });
    const { engine, submit, stateOf } = setUp(clock, () => 0, quote);
    await submit(about(saw.Received, "deadline"));
    await engine.runToRest();
    expect(await stateOf("deadline")).toBe("received");
    await clock.advance(5_000);
    await engine.runToRest();
    expect(await stateOf("deadline")).toBe("lost");
    expect(await commandsOf("deadline")).toMatchObject([{ status: "given-up" }]);
  });

  it("is aborted at its deadline when it is under way", async () => {
    const clock = turnableClock();
    const underWay = Promise.withResolvers<void>();
    const hang = asks(
      "hang",
      (_call, { signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener("abort", () => reject(refusal("timed-out", { outcome: "unknown" })));
          underWay.resolve();
        }),
      {
        deadlineMs: 3_000,
        givenUp: ({ event, instanceId }, last) => {
          expect(last.outcome).toBe("unknown");
          return [saw.Lost({ parcelId: instanceId }, { correlationId: event.correlationId, causationId: event.id })];
        },
      },
    );
    const { engine, submit, stateOf } = setUp(clock, () => 5, hang);
    await submit(about(saw.Received, "hanging"));
    const rest = engine.runToRest();
    await underWay.promise;
    await clock.advance(3_000);
    await rest;
    expect(await stateOf("hanging")).toBe("lost");
  });

  it("is not begun any more when its deadline passed between its claim and its turn", async () => {
    const clock = turnableClock();
    const perform = vi.fn(never);
    const late = asks("late", perform, {
      deadlineMs: 3_000,
      givenUp: ({ event, instanceId }, last) => {
        expect(last).toMatchObject({ outcome: "not-done" });
        return [saw.Lost({ parcelId: instanceId }, { correlationId: event.correlationId, causationId: event.id })];
      },
    });
    const at = async (instant: Instant) => (instant === "before-perform" ? clock.advance(3_000) : undefined);
    const { engine, submit, stateOf } = engineOn({ database, processes: [withCommands(late)], clock, at });
    await submit(about(saw.Received, "too-late"));
    await engine.runToRest();
    expect(perform).not.toHaveBeenCalled();
    expect(await stateOf("too-late")).toBe("lost");
  });

  it("that breaks of our own fault, or answers what the catalogue does not know, is parked after a few attempts", async () => {
    const clock = turnableClock();
    const broken = asks("broken", ({ instanceId }) => {
      if (instanceId === "bug") throw new TypeError("x is not a function");
      return [{ type: "no.such-event.v1", subject: "", correlationId: "c", causationId: null, data: {} }];
    });
    const { engine, submit, eventsOf } = setUp(clock, () => 5, broken);
    await submit(about(saw.Received, "bug"), about(saw.Received, "stranger"));
    for (let minute = 0; minute < 5; minute += 1) {
      await engine.runToRest();
      await clock.advance(60_000);
    }
    expect(await commandsOf("bug")).toMatchObject([
      { status: "parked", attempts: 3, category: "internal", maybe_done: true },
    ]);
    expect(await commandsOf("stranger")).toMatchObject([{ status: "parked", category: "internal", maybe_done: true }]);
    expect((await eventsOf("bug")).filter((type) => type.startsWith("command."))).toEqual([
      "command.deferred",
      "command.deferred",
      "command.parked",
    ]);
    await database.query("delete from commands where status = 'parked'");
  });

  it("that loses our own database on its way is no bug: it is tried until the database returns, as maybe done", async () => {
    const clock = turnableClock();
    const seen: boolean[] = [];
    const call = asks("call", (_call, { maybeDone }) => {
      seen.push(maybeDone);
      if (seen.length <= 5) throw Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
      return [];
    });
    const { engine, submit } = setUp(clock, () => 5, call);
    await submit(about(saw.Received, "outage"));
    for (let minute = 0; minute < 6; minute += 1) {
      await engine.runToRest();
      await clock.advance(60_000);
    }
    expect(await commandsOf("outage")).toMatchObject([{ status: "done" }]);
    expect(seen).toEqual([false, true, true, true, true, true]);
  });
});

describe("an operator", () => {
  const me = { by: "ada", reason: "the carrier mended it" };

  it("sees parked commands, edits one and skips another; what they block goes on; all of it is in the audit", async () => {
    const seen: unknown[] = [];
    const call = asks("call", ({ event }, { idempotencyKey }) => {
      seen.push({ n: event.data.n, idempotencyKey });
      if (event.data.n !== 7) throw refusal("rejected");
      return [];
    });
    const { engine, submit, operators, stateOf } = setUp(systemClock, () => 5, call);
    await submit(about(saw.Received, "mend", 1));
    await submit(about(saw.Counted, "mend", 2));
    await engine.runToRest();
    const [dead, ...others] = await operators.listDeadLetters();
    expect(others).toEqual([]);
    if (dead?.kind !== "command") throw new Error("no dead command");
    expect(dead).toMatchObject({ name: "call", category: "rejected", payload: { n: 1 }, attempts: 1 });
    await operators.editCommand(dead.commandId, { parcelId: "mend", n: 7 }, me);
    await engine.runToRest();
    const [next] = await operators.listDeadLetters();
    if (next?.kind !== "command") throw new Error("the second was not tried");
    expect(next.payload).toMatchObject({ n: 2 });
    const keys = new Set(seen.map((one) => Reflect.get(Object(one), "idempotencyKey")));
    expect(keys.size).toBe(3);
    await operators.skipCommand(next.commandId, [about(saw.Arrived, "mend")], me);
    await engine.runToRest();
    expect(await stateOf("mend")).toBe("arrived");
    expect(await operators.listDeadLetters()).toEqual([]);
    const audit = await database.query("select by, action, reason from audit_entries order by seq");
    expect(audit).toEqual([
      { ...me, action: "edit-command" },
      { ...me, action: "skip-command" },
    ]);
    const told = await database.query("select 1 from events where type = 'operator.intervened.v1'");
    expect(told).toHaveLength(2);
  });

  it("offers a parked fact again before those behind it, or drops it", async () => {
    const counted: number[] = [];
    let mended = false;
    const process = parcels({
      transitions: [
        when("received", saw.Counted, stay, {
          kind: "effect",
          name: "count",
          run: async (_tx, calls) => {
            for (const { event } of calls) {
              if (event.data.n === 1 && !mended) throw new Error("Cannot count to one.");
              if (event.data.n === 3) throw new Error("Cannot count to three.");
            }
            counted.push(...calls.map(({ event }) => event.data.n ?? 0));
            return [];
          },
        }),
        when("received", saw.Arrived, "arrived"),
        when("received", saw.Lost, "lost"),
      ],
      patience: { received: "1h" },
    });
    const kit = engineOn({ database, processes: [process] });
    const operators = createOperators({
      ...kit,
      database,
      clock: systemClock,
      processes: compileAll([process]),
      waker: { notify() {} },
    });
    await kit.submit(about(saw.Received, "count"), ...[1, 2, 3, 4].map((n) => about(saw.Counted, "count", n)));
    await kit.engine.runToRest();
    expect(await operators.listDeadLetters()).toMatchObject([
      { kind: "fact", waiting: 3, explanation: "Cannot count to one." },
    ]);
    mended = true;
    const instance = { process: "parcels", instanceId: "count" };
    counted.length = 0;
    await operators.retryFact(instance, me);
    await kit.engine.runToRest();
    expect(await operators.listDeadLetters()).toMatchObject([{ explanation: "Cannot count to three.", waiting: 1 }]);
    await operators.discardFact(instance, me);
    await kit.engine.runToRest();
    expect(await operators.listDeadLetters()).toEqual([]);
    // What a rolled back batch counted is counted again: the effect's own rows would have gone with it.
    expect([...new Set(counted)]).toEqual([1, 2, 4]);
  });

  it("holds an instance, and puts it into another state with a reason; without a reason nothing is done", async () => {
    const call = asks("call", never);
    const { engine, submit, operators, stateOf } = setUp(systemClock, () => 0, call);
    const instance = { process: "parcels", instanceId: "moved" };
    await submit(about(saw.Received, "moved"));
    await engine.runToRest();
    await operators.holdInstance(instance, me);
    await submit(about(saw.Sent, "moved"));
    await engine.runToRest();
    expect(await stateOf("moved")).toBe("received");
    await expect(operators.moveInstance(instance, "nowhere", me)).rejects.toThrow(/no state "nowhere"/);
    await expect(operators.releaseInstance(instance, { by: "ada", reason: " " })).rejects.toThrow(/Say why/);
    await operators.releaseInstance(instance, me);
    await engine.runToRest();
    expect(await stateOf("moved")).toBe("sent");
    await operators.moveInstance(instance, "received", me);
    expect(await stateOf("moved")).toBe("received");
  });
});

describe("stopping", () => {
  it("waits for what is under way and leaves nothing behind", async () => {
    const waker = await createWaker({ database, channel: "stop_test", clock: systemClock });
    const progress = { began: false };
    const slow = asks("slow", async () => {
      progress.began = true;
      await new Promise((resolve) => setTimeout(resolve, 200));
      return [];
    });
    const kit = engineOn({ database, processes: [withCommands(slow)], waker });
    kit.engine.start();
    await kit.submit(about(saw.Received, "stop"));
    while (!progress.began) await new Promise((resolve) => setTimeout(resolve, 5));
    await kit.engine.stop();
    await waker.close();
    expect(await commandsOf("stop")).toMatchObject([{ status: "done" }]);
  });
});
