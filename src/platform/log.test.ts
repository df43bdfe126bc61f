import { describe, expect, it } from "vitest";
import { CallFailure } from "./call-failure.ts";
import { createLog, type Log } from "./log.ts";

const CANARY = "canary-51c2";

/** What the log wrote, a line each. */
function written(work: (log: Log) => void, level: "debug" | "info" | "silent" = "info"): readonly string[] {
  const lines: string[] = [];
  work(createLog({ level, destination: { write: (line) => void lines.push(line) } }));
  return lines;
}

describe("the log", () => {
  it("writes a line of JSON with a level, a time, what it is about and what is said", () => {
    const [line = ""] = written((log) => log.child({ node: 3 }).warn({ system: "erp", orders: [1, 2] }, "It rests."));
    expect(JSON.parse(line)).toEqual({
      level: 40,
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      node: 3,
      system: "erp",
      orders: [1, 2],
      msg: "It rests.",
    });
  });

  it("writes no secret, whatever key it stands under, however deep, and whoever brought it", () => {
    const failure = new CallFailure("answered 401", {
      category: "unauthorized",
      outcome: "not-done",
      system: "erp",
      operation: "create-sales-order",
      body: { error: { refresh_token: CANARY } },
      cause: Object.assign(new Error("inside"), { config: { headers: { Authorization: CANARY } } }),
    });
    const lines = written((log) => {
      log.info({ headers: { Authorization: `Bearer ${CANARY}`, "X-Api-Key": CANARY, cookie: CANARY } });
      log.info({ a: { b: { c: { d: { e: [{ clientSecret: CANARY }] } } } } });
      log.info({ accessToken: CANARY, signingSecret: { current: CANARY }, api_key: CANARY, passwords: [CANARY] });
      log.info({ databaseUrl: `postgres://crossdock:${CANARY}@127.0.0.1:5432/crossdock` });
      log.error({ err: failure }, "A call failed.");
      log.error(failure, "A call failed.");
      log.error({ failure, nested: { failures: [failure] } });
      log.child({ settings: { password: CANARY } }).info("Started.");
      log.child({ token: CANARY }).child({ system: "wms" }).info({ hmac: CANARY }, "Started.");
    });
    expect(lines).toHaveLength(9);
    expect(lines.filter((line) => line.includes(CANARY))).toEqual([]);
    for (const line of lines) expect(() => void JSON.parse(line)).not.toThrow();
  });

  it("shows of a person's data only as much as tells two apart", () => {
    const [line = ""] = written((log) => log.info({ shipTo: { email: "ann@example.com", city: "Atlanta" } }));
    expect(JSON.parse(line)).toMatchObject({ shipTo: { email: "a***m", city: "Atlanta" } });
  });

  it("says of an error what it is, where it comes from and what caused it", () => {
    const error = Object.assign(new Error("no connection", { cause: new Error("refused by the peer") }), {
      code: "E1",
    });
    const [line = ""] = written((log) => log.error({ err: error }, "Gave up."));
    const { err } = JSON.parse(line) as { err: { type: string; message: string; stack: string; code: string } };
    expect(err).toMatchObject({ type: "Error", code: "E1" });
    expect(err.message).toContain("no connection");
    expect(err.message).toContain("refused by the peer");
    expect(err.stack).toContain("log.test.ts");
  });

  it("survives things that bite their own tail", () => {
    const ring: Record<string, unknown> = { password: CANARY };
    ring["self"] = ring;
    const error = Object.assign(new Error("ring"), { ring });
    const lines = written((log) => log.info({ ring, err: error }));
    expect(lines).toHaveLength(1);
    expect(lines.join()).not.toContain(CANARY);
  });

  it("keeps to its level", () => {
    const all = (log: Log) => {
      log.debug("d");
      log.info("i");
      log.error("e");
    };
    expect(written(all, "debug")).toHaveLength(3);
    expect(written(all)).toHaveLength(2);
    expect(written(all, "silent")).toEqual([]);
  });
});
