import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { createWaker, joinCluster, openDatabase, systemClock, type Transaction } from "#platform";
import { testDatabase } from "#testing";
import { about, asks, engineOn, parcels, saw, when, type ParcelData } from "./fixtures/parcels.ts";
import { stay, type Effect } from "./process.ts";

const database = await testDatabase({ maxConnections: 16 });
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const nothingLeft = async () => (await database.query("select 1 from process_facts limit 1")).length === 0;

describe("two nodes on one database", () => {
  it("see every parcel's facts in order and each once, under random failures and duplicates", async () => {
    await database.query("create table counts (seq bigint generated always as identity, parcel_id text, n int)");
    const KEYS = 1_000;
    const EACH = 12;
    let failures = 0;
    const count: Effect<ParcelData> = {
      kind: "effect",
      name: "count",
      async run(tx: Transaction, calls) {
        const rows = calls.map(({ event }) => ({ parcel_id: event.data.parcelId, n: event.data.n }));
        await tx.query(
          "insert into counts (parcel_id, n) select * from jsonb_to_recordset($1::jsonb) r (parcel_id text, n int)",
          [JSON.stringify(rows)],
        );
        if (Math.random() < 0.05) {
          failures += 1;
          // As a deadlock victim would be told.
          await tx.query("do $$ begin raise exception 'out of luck' using errcode = '40P01'; end $$");
        }
        return [];
      },
    };
    const table = parcels({
      transitions: [
        when("received", saw.Counted, stay, count),
        when("received", saw.Arrived, "arrived"),
        when("received", saw.Lost, "lost"),
      ],
      patience: { received: "1h" },
    });
    const nodes = await Promise.all(
      [1, 2].map(async (number) => {
        const waker = await createWaker({ database, channel: "engine_test", clock: systemClock });
        const kit = engineOn({ database, processes: [table], waker, node: { number: () => number }, factsMax: 200 });
        return { ...kit, waker };
      }),
    );
    for (const { engine } of nodes) engine.start();
    const [first] = nodes;
    const parcelIds = Array.from({ length: KEYS }, (_, index) => `key-${index}`);
    for (let n = 0; n <= EACH; n += 1) {
      const drafts = parcelIds.map((parcelId) =>
        n === 0 ? about(saw.Received, parcelId) : { ...about(saw.Counted, parcelId, n), id: `evt_${parcelId}_${n}` },
      );
      await first?.submit(...drafts);
      if (n > 1 && n % 3 === 0) await first?.submit(...drafts.slice(0, 200));
    }
    for (let waited = 0; waited < 400 && !(await nothingLeft()); waited += 1) await pause(50);
    for (const { engine, waker } of nodes) {
      await engine.stop();
      await waker.close();
    }
    expect(failures).toBeGreaterThan(0);
    expect(await database.query("select 1 from parked_facts")).toEqual([]);
    const wrong = await database.query(
      `select parcel_id, array_agg(n order by seq) as seen from counts group by parcel_id
        having array_agg(n order by seq) <> array(select generate_series(1, $1::int))`,
      [EACH],
    );
    expect(wrong).toEqual([]);
    expect(await database.query("select count(distinct parcel_id)::int as parcels from counts")).toEqual([
      { parcels: KEYS },
    ]);
  });
});

describe("a node that dies", () => {
  it("has its work taken over within two seconds of kill -9, with the warning that it may be done", async () => {
    const seen: { maybeDone: boolean; attempt: number; at: number }[] = [];
    const deliver = asks("deliver", ({ event, instanceId }, { maybeDone, attempt }) => {
      seen.push({ maybeDone, attempt, at: performance.now() });
      return [saw.Arrived({ parcelId: instanceId }, { correlationId: event.correlationId })];
    });
    const table = parcels({
      transitions: [
        when("received", saw.Received, "received", deliver),
        when("received", saw.Arrived, "arrived"),
        when("received", saw.Lost, "lost"),
      ],
      patience: { received: "1h" },
    });
    const own = openDatabase({ url: database.url, maxConnections: 8 });
    const file = fileURLToPath(new URL("./fixtures/node-that-dies.ts", import.meta.url));
    const child = spawn(process.execPath, ["--conditions=source", file, database.url], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const { submit } = engineOn({ database: own, processes: [table] });
    await submit(about(saw.Received, "orphan"));
    await once(child.stdout, "data");
    const membership = await joinCluster({
      database: own,
      clock: systemClock,
      host: "heir",
      pid: process.pid,
      version: "test",
    });
    const waker = await createWaker({ database: own, channel: "engine_test", clock: systemClock });
    const heir = engineOn({ database: own, processes: [table], waker, node: membership });
    heir.engine.start();
    await pause(700);
    expect(seen).toEqual([]);
    child.kill("SIGKILL");
    const killedAt = performance.now();
    while ((await heir.stateOf("orphan")) !== "arrived" && performance.now() - killedAt < 10_000) await pause(10);
    const tookMs = performance.now() - killedAt;
    await heir.engine.stop();
    await waker.close();
    await membership.leave();
    await own.close();
    expect(seen).toMatchObject([{ maybeDone: true, attempt: 2 }]);
    expect(tookMs).toBeLessThan(2_000);
  });
});
