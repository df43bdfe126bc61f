import { createServer } from "node:http";
import { Readable } from "node:stream";
import { afterEach, describe, expect, it } from "vitest";
import { hubClient } from "./hub-client.ts";
import { createSendingScreen, sendingLine } from "./sending-screen.ts";
import { rejectsOf, reportOf, tableOf, type ToldSnapshot } from "./stock-answers.ts";

const snapshot = (different: Partial<ToldSnapshot> = {}): ToldSnapshot => ({
  snapshotId: "snap_1",
  status: "applied",
  source: "erp",
  sequence: "10",
  asOf: "2026-01-05T00:00:00.000Z",
  branches: null,
  begunAt: "2026-01-05T00:01:02.000Z",
  sentBy: "admin",
  received: 200_000,
  changed: 1200,
  dropped: 3,
  rejected: 0,
  missing: 0,
  zeroed: 0,
  missingKeptBecause: null,
  failure: null,
  mends: null,
  progress: null,
  ...different,
});

describe("what a person reads of a snapshot", () => {
  it("is what came of it, and the next step only where there is one", () => {
    const said = reportOf(snapshot()).join("\n");
    expect(said).toContain("200,000 received, 1,200 changed, 3 known newer, 0 rejected");
    expect(said).not.toContain("rejects snap_1");
    const bad = reportOf(snapshot({ rejected: 2, missing: 5, missingKeptBecause: "1 line is unreadable." })).join("\n");
    expect(bad).toMatch(/2 rejected, 5 not named[\s\S]*Nothing was zeroed: 1 line[\s\S]*stock rejects snap_1/);
  });

  it("is of a dry run what would change, and where that is stated", () => {
    const said = reportOf(
      snapshot({
        status: "compared",
        differences: [
          {
            sku: "A",
            branch: "ATL",
            line: 7,
            before: { onHand: "5", safetyStock: "1" },
            after: { onHand: "6", safetyStock: "1" },
          },
          { sku: "B", branch: "ATL", line: null, before: null, after: { onHand: "0", safetyStock: "0" } },
        ],
      }),
    ).join("\n");
    expect(said).toMatch(
      /1,200 would change[\s\S]*A@ATL +5 \(safety 1\) +-> +6 \(safety 1\) +line 7[\s\S]*B@ATL +unknown.*not named/,
    );
  });

  it("says in the list how far one is, and why another broke off", () => {
    const progress = { phase: "reading", bytesRead: 430, bytesTotal: 1000 };
    const rows = tableOf([
      snapshot({ status: "running", progress }),
      snapshot({ status: "broken-off", failure: "The sender hung up after 9 bytes." }),
    ]);
    expect(rows).toMatch(/running +reading 43 %;.*\n.*broken-off.*hung up after 9 bytes/);
  });

  it("names each line that could not be taken, and how to mend them", () => {
    const rejects = [{ line: 3, reason: "onHand is wrong.", content: "A,ATL,x" }];
    const said = rejectsOf({ rejects, cursor: 3 }, "snap_1").join("\n");
    expect(said).toMatch(
      /line 3 +onHand is wrong\. +A,ATL,x[\s\S]*and more[\s\S]*--out FILE[\s\S]*stock mend snap_1 FILE/,
    );
  });
});

describe("the screen while a file is sent", () => {
  const half = { bytesSent: 500, bytesTotal: 1000, lines: 40_000 };

  it("tells the share, the lines and the lines a second", () => {
    expect(sendingLine({ ...half, elapsedMs: 2000 }, true)).toBe(
      "  [###############...............]  50 %  40,000 lines  20,000 lines/s",
    );
    expect(sendingLine({ ...half, bytesTotal: null, elapsedMs: 0 }, true)).toBe("  40,000 lines");
  });

  it.each([
    [true, 10, ["\r\u001B[K  [###", "\r\u001B[K"]],
    [false, 1, ["   50 %  40,000 lines"]],
  ])("writes over one line on a terminal (%s), and seldom elsewhere", (isTerminal, times, begins) => {
    const written: string[] = [];
    let ms = 0;
    const screen = createSendingScreen({ isTerminal, write: (text) => void written.push(text), now: () => ms });
    for (ms = 20; ms <= 1000; ms += 20) screen.sending(half);
    if (!isTerminal) {
      expect(written).toEqual([]);
      ms = 5000;
      screen.sending(half);
    }
    screen.end();
    expect(written.length).toBe(isTerminal ? times + 1 : times);
    expect(written[0]).toContain(begins[0]);
    expect(written.every((text) => text.endsWith("\n") !== isTerminal)).toBe(true);
  });
});

describe("a body that is sent as it is read", () => {
  const open: (() => void)[] = [];
  afterEach(() => open.splice(0).forEach((close) => close()));
  async function hubThat(answer: (sent: string) => readonly [number, unknown], early = false): Promise<string> {
    const server = createServer((request, response) => {
      let sent = "";
      const say = () => {
        const [status, body] = answer(sent);
        response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
      };
      if (early) return say();
      request.on("data", (chunk: Buffer) => (sent += chunk.toString()));
      request.on("end", say);
    });
    open.push(() => server.close());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    return `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`;
  }
  const body = (text: string) => ({ bytes: Readable.from([Buffer.from(text)]), length: text.length, type: "text/csv" });

  it("is answered, or refused with the faults", async () => {
    const url = await hubThat((sent) => (sent === "good" ? [201, { was: sent }] : [422, problem]));
    const problem = {
      type: "/errors#x",
      title: "t",
      status: 422,
      detail: "It does not fit.",
      code: "invalid-document",
      retry: "never",
      fix: "Mend it.",
      faults: [{ path: "query source", expected: "erp", found: "x" }],
    };
    expect(await hubClient(url, "t").send("/", body("good"))).toEqual({ was: "good" });
    await expect(hubClient(url, "t").send("/", body("bad"))).rejects.toMatchObject({
      message: "It does not fit. Mend it.",
      faults: [{ path: "query source" }],
    });
  });

  it("is not sent on once the hub has answered", async () => {
    let asked = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) {
        asked += 1;
        yield Buffer.alloc(64 * 1024);
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    const url = await hubThat(() => [409, { odd: true }], true);
    await expect(hubClient(url, "t").send("/", { bytes: endless(), length: null, type: "text/csv" })).rejects.toThrow(
      "The hub answered 409",
    );
    expect(asked).toBeGreaterThan(0);
  });
});
