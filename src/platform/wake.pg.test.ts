import { setTimeout as pause } from "node:timers/promises";
import { afterEach, describe, expect, it, vi } from "vitest";
import { testDatabase } from "#testing";
import { systemClock } from "./clock.ts";
import type { Database } from "./database.ts";
import { createWaker, type WakeListener, type Waker } from "./wake.ts";

const CHANNEL = "wake_test";
const LONG_MS = 20_000;
const database = await testDatabase();

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function node(on: Database = database): Promise<Waker> {
  const waker = await createWaker({ database: on, channel: CHANNEL, clock: systemClock });
  closers.push(() => waker.close());
  return waker;
}

/** How long a wait lasted. */
async function waited(listener: WakeListener, maxMs = LONG_MS, signal?: AbortSignal): Promise<number> {
  const startedAt = performance.now();
  await listener.wait(maxMs, signal);
  return performance.now() - startedAt;
}

/** What goes over the wire, counted by a bystander. */
async function bystander(): Promise<{ readonly heard: () => number }> {
  const session = await database.session();
  closers.push(() => session.close());
  let heard = 0;
  session.onNotification(() => (heard += 1));
  await session.query(`listen ${CHANNEL}`);
  return { heard: () => heard };
}

const listenerPids = async (): Promise<readonly number[]> =>
  (
    await database.query<{ pid: number }>(
      "select pid from pg_stat_activity where datname = current_database() and query = $1 order by backend_start",
      [`listen ${CHANNEL}`],
    )
  ).map(({ pid }) => pid);

describe("a wake-up", () => {
  it("reaches those who wait on other nodes, and here, at once", async () => {
    const [here, there] = [await node(), await node()];
    const waits = Promise.all([waited(here.listener()), waited(there.listener()), waited(there.listener())]);
    await pause(20);
    here.notify();
    for (const ms of await waits) expect(ms).toBeLessThan(1000);
  });

  it("is not lost on a loop that is busy, nor used up by another loop, nor by a wait that ended by itself", async () => {
    const [here, there] = [await node(), await node()];
    const { heard } = await bystander();
    const [busy, idle] = [there.listener(), there.listener()];
    expect(await waited(busy, 10)).toBeGreaterThanOrEqual(9);
    const idling = waited(idle);
    here.notify();
    await vi.waitFor(() => expect(heard()).toBe(1));
    expect(await idling).toBeLessThan(1000);
    expect(await waited(busy)).toBeLessThan(100);
    expect(await waited(busy, 60)).toBeGreaterThanOrEqual(59);
  });

  it("is sent once for all that happens within a moment, and does not come back to who sent it", async () => {
    const here = await node();
    const { heard } = await bystander();
    const listener = here.listener();
    for (let time = 0; time < 100; time += 1) here.notify();
    expect(await waited(listener)).toBeLessThan(100);
    expect(await waited(listener, 100)).toBeGreaterThanOrEqual(99);
    expect(heard()).toBe(1);
    here.notify();
    await vi.waitFor(() => expect(heard()).toBe(2));
  });

  it("is not needed by a loop that is told to stop", async () => {
    const listener = (await node()).listener();
    expect(await waited(listener, LONG_MS, AbortSignal.timeout(20))).toBeLessThan(1000);
    expect(await waited(listener, LONG_MS, AbortSignal.abort())).toBeLessThan(100);
    const closing = await node();
    const wait = waited(closing.listener());
    await closing.close();
    expect(await wait).toBeLessThan(1000);
  });
});

describe("a waker whose connection was lost", () => {
  it("listens again, and wakes its loops for what it may have missed", async () => {
    const there = await node();
    const listener = there.listener();
    const [pid] = await listenerPids();
    await database.query("select pg_terminate_backend($1)", [pid]);
    await database.query("select pg_notify($1, 'somebody')", [CHANNEL]);
    expect(await waited(listener)).toBeLessThan(3000);
    const here = await node();
    const wait = waited(listener);
    here.notify();
    expect(await wait).toBeLessThan(1000);
  });

  it("goes on trying until the database is back, on one connection", async () => {
    let refusals = 0;
    let isDown = false;
    const shaky: Database = {
      ...database,
      session() {
        if (!isDown) return database.session();
        refusals += 1;
        return Promise.reject(new Error("the database system is starting up"));
      },
    };
    const there = await node(shaky);
    const listener = there.listener();
    isDown = true;
    const [pid] = await listenerPids();
    await database.query("select pg_terminate_backend($1)", [pid]);
    await vi.waitFor(() => expect(refusals).toBe(2), 5000);
    isDown = false;
    expect(await waited(listener)).toBeLessThan(3000);
    expect(await listenerPids()).toHaveLength(1);
  });

  it("leaves no connection behind when it is closed while it comes back", async () => {
    const opening = Promise.withResolvers<void>();
    let opened = 0;
    const slow: Database = {
      ...database,
      async session() {
        opened += 1;
        if (opened > 1) await opening.promise;
        return database.session();
      },
    };
    const waker = await createWaker({ database: slow, channel: CHANNEL, clock: systemClock });
    const [pid] = await listenerPids();
    await database.query("select pg_terminate_backend($1)", [pid]);
    await vi.waitFor(() => expect(opened).toBe(2), 5000);
    const closed = waker.close();
    opening.resolve();
    await closed;
    await vi.waitFor(async () => expect(await listenerPids()).toEqual([]));
  });
});
