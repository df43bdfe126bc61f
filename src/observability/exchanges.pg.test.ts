import { silentLog, systemClock, type Exchange } from "#platform";
import { testDatabase } from "#testing";
import { beforeEach, describe, expect, it } from "vitest";
import { createExchangeRecorder, purgeExchanges, readExchanges } from "./exchanges.ts";

const database = await testDatabase();
beforeEach(async () => void (await database.query("truncate exchanges")));

const exchange = (more: Partial<Exchange> = {}): Exchange => ({
  correlationId: "so_1",
  commandId: "cmd_1",
  idempotencyKey: "key",
  attempt: 1,
  system: "erp",
  operation: "create-sales-order",
  method: "POST",
  url: "http://erp.example/orders",
  requestHeaders: { accept: "application/json" },
  requestBody: '{"a":1}',
  status: 201,
  answerHeaders: {},
  answerBody: "{}",
  category: null,
  explanation: null,
  startedAt: new Date("2026-11-23T14:05:00Z"),
  latencyMs: 12,
  ...more,
});
const options = { database, clock: systemClock, log: silentLog, lingerMs: 1 };

describe("the record of exchanges", () => {
  it("gives back what was noted, in the order of the calls", async () => {
    const recorder = createExchangeRecorder(options);
    const later = exchange({
      startedAt: new Date("2026-11-23T14:05:01Z"),
      status: null,
      category: "timed-out",
      explanation: "no answer",
    });
    recorder.record(later);
    recorder.record(exchange());
    recorder.record(exchange({ correlationId: "so_2" }));
    await recorder.flush();
    expect(await readExchanges(database, ["so_1"])).toEqual([exchange(), later]);
  });

  it("keeps even what the database could not hold as it came", async () => {
    const recorder = createExchangeRecorder(options);
    recorder.record(exchange({ answerBody: "zero \u0000 and half \uD800" }));
    await recorder.flush();
    expect((await readExchanges(database, ["so_1"]))[0]?.answerBody).toBe("zero \uFFFD and half \uFFFD");
  });

  it("never makes a call wait, nor fill the memory, while the database is silent", async () => {
    let release = (): void => undefined;
    const silence = new Promise<void>((resolve) => (release = resolve));
    const silent: Pick<typeof database, "query"> = {
      async query(...asked: Parameters<typeof database.query>) {
        await silence;
        return database.query(...asked);
      },
    };
    const recorder = createExchangeRecorder({ ...options, database: silent, waitingMax: 100, batchMax: 10 });
    const startedMs = performance.now();
    for (let call = 0; call < 1_000; call += 1) recorder.record(exchange({ attempt: call }));
    expect(performance.now() - startedMs).toBeLessThan(500);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(recorder.dropped()).toBeGreaterThanOrEqual(900);
    release();
    await recorder.flush();
    const kept = await readExchanges(database, ["so_1"]);
    expect(kept.length + recorder.dropped()).toBe(1_000);
    expect(Math.max(...kept.map(({ attempt }) => attempt))).toBe(999);
  });

  it("tries again when writing failed once", async () => {
    let isDown = true;
    const flaky: Pick<typeof database, "query"> = {
      query(...asked: Parameters<typeof database.query>) {
        if (!isDown) return database.query(...asked);
        isDown = false;
        return Promise.reject(new Error("connection reset"));
      },
    };
    const recorder = createExchangeRecorder({ ...options, database: flaky });
    recorder.record(exchange());
    await recorder.flush();
    expect(await readExchanges(database, ["so_1"])).toHaveLength(1);
  });

  it("forgets what is older than it is to be kept", async () => {
    const recorder = createExchangeRecorder(options);
    recorder.record(exchange({ startedAt: new Date("2026-10-01T00:00:00Z") }));
    recorder.record(exchange());
    await recorder.flush();
    expect(await purgeExchanges(database, new Date("2026-11-01T00:00:00Z"))).toBe(1);
    expect(await readExchanges(database, ["so_1"])).toHaveLength(1);
  });
});
