import { randomBytes } from "node:crypto";
import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { applyStock, createInbound } from "#domains";
import { createEventLog } from "#events";
import { createAudit } from "#governance";
import { createIds, systemClock } from "#platform";
import { createSnapshotTaker } from "#processes";
import { openStockFile } from "#systems";
import { testDatabase } from "#testing";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { createMovementDesk } from "./desks/movement-desk.ts";
import { createSnapshotDesk } from "./desks/snapshot-desk.ts";
import { stubHub, TOKEN } from "./fixtures/stub-hub.ts";
import { createHttpServer } from "./http-server.ts";
import { resubmitMovements } from "./v1/stock/movements/movement-list.ts";
import { createResubmit } from "./webhooks/webhook-door.ts";

const database = await testDatabase();
const clock = systemClock;
const ids = createIds(clock, randomBytes);
const eventLog = createEventLog({ ids, clock, source: "test", routes: [] });
const sources = ["erp", "wms"];
const movements = createMovementDesk({ database, eventLog, clock, sources });
const inbound = createInbound({
  database,
  clock,
  audit: createAudit(clock),
  resubmit: createResubmit({
    webhooks: new Map(),
    submit: () => Promise.reject(new Error("No order comes here.")),
    files: () => Promise.reject(new Error("No file comes here.")),
    movements: resubmitMovements(movements),
  }),
});
const snapshots = createSnapshotDesk({
  database,
  clock,
  taker: createSnapshotTaker({ database, eventLog, clock, ids, open: openStockFile }),
  sources,
  branches: ["ATL", "DFW"],
});
/** Half a minute passes in a third of a second. */
const hasty = { now: () => clock.now(), sleep: (ms: number, signal?: AbortSignal) => clock.sleep(ms / 100, signal) };
const server = createHttpServer(
  { ...stubHub({ snapshots, movements, inbound }), clock: hasty },
  { judgesAnswers: true },
);
const url = await server.listen({ port: 0, host: "127.0.0.1" });
afterAll(() => server.close());

interface Answered {
  readonly status: number;
  readonly body: Record<string, unknown> & { readonly faults?: readonly { readonly path: string }[] };
  readonly text: string;
  readonly headers: Headers;
}
async function ask(method: string, path: string, body?: RequestInit["body"], type = "text/csv"): Promise<Answered> {
  const headers = { authorization: TOKEN, ...(body === undefined ? {} : { "content-type": type }) };
  const answer = await fetch(url + path, { method, headers, ...(body === undefined ? {} : { body }) });
  const text = await answer.text();
  const isJson =
    /json(;|$)/.test(answer.headers.get("content-type") ?? "") &&
    !/ndjson/.test(answer.headers.get("content-type") ?? "");
  return { status: answer.status, text, headers: answer.headers, body: isJson ? JSON.parse(text) : {} };
}
const AS_OF = "2026-01-05T00:00:00Z";
const asked = (sequence: number | string, more = "") =>
  `/v1/stock/snapshots?source=erp&sequence=${sequence}&asOf=${encodeURIComponent(AS_OF)}${more}`;
const csv = (...lines: readonly string[]) => `${["sku,branch,onHand,safetyStock", ...lines].join("\n")}\n`;
const onHand = async () =>
  Object.fromEntries(
    (
      await database.query<{ key: string; quantity: string }>(
        "select sku || '@' || branch as key, trim_scale(on_hand)::text as quantity from inventory_positions order by 1",
      )
    ).map(({ key, quantity }) => [key, quantity]),
  );
const latest = async () => (await snapshots.list({ before: null, source: null, limit: 1 }))[0];

async function until<Found>(look: () => Promise<Found | undefined | false>): Promise<Found> {
  for (let tries = 0; tries < 400; tries += 1) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await clock.sleep(10);
  }
  throw new Error("It never came to be.");
}

beforeEach(async () => {
  await database.query(
    "truncate inventory_positions, stock_movements, stock_issues, events, stock_floors, stock_snapshots, stock_rejects, inbound_documents cascade",
  );
});

describe("a snapshot sent to the API", () => {
  it("is taken, told where it is and what of it could not be taken, and is a repeat the second time", async () => {
    const text = csv("A,ATL,5,1", "B,ATL,six,0", "C,DFW,7,");
    const first = await ask("POST", asked(10), text);
    expect([first.status, first.body]).toMatchObject([
      201,
      {
        status: "applied",
        received: 3,
        changed: 2,
        rejected: 1,
        missing: 0,
        sequence: "10",
        format: "csv",
        sentBy: "admin",
      },
    ]);
    const id = String(first.body["snapshotId"]);
    expect(first.headers.get("location")).toBe(`/v1/stock/snapshots/${id}`);
    expect((await ask("GET", `/v1/stock/snapshots/${id}`)).body).toEqual({ ...first.body });
    expect((await ask("GET", String(first.body["rejects"]))).body).toEqual({
      rejects: [{ line: 3, reason: expect.stringContaining('onHand is "six"'), content: "B,ATL,six,0" }],
      cursor: null,
    });
    const again = await ask("POST", asked(10), text);
    expect([again.status, again.body["status"], again.body["received"]]).toEqual([200, "repeated", 0]);
    expect(await onHand()).toEqual({ "A@ATL": "5", "C@DFW": "7" });
  });

  it("has its rejects as a file in the format they came in, which is sent again once it is mended", async () => {
    const { body } = await ask("POST", asked(10, "&branches=ATL"), csv("A,ATL,five,1", "B,DFW,6,2", '"C,1",ATL,-,0'));
    const id = String(body["snapshotId"]);
    const file = await ask("GET", `/v1/stock/snapshots/${id}/rejects/file`);
    expect(file.headers.get("content-type")).toContain("text/csv");
    expect(file.headers.get("content-disposition")).toContain(`${id}-rejects.csv`);
    expect(file.text).toBe(csv("A,ATL,five,1", "B,DFW,6,2", '"C,1",ATL,-,0'));
    const mended = await ask("POST", `/v1/stock/snapshots/${id}/mended`, csv("A,ATL,5,1", '"C,1",ATL,3,0'));
    expect([mended.status, mended.body]).toMatchObject([201, { changed: 2, rejected: 0, mends: id, sequence: "10" }]);
    expect(await onHand()).toEqual({ "A@ATL": "5", "C,1@ATL": "3" });
    expect((await ask("GET", `/v1/stock/snapshots/${id}`)).body["mendedBy"]).toEqual([mended.body["snapshotId"]]);
    const twice = await ask(
      "POST",
      `/v1/stock/snapshots/${String(mended.body["snapshotId"])}/mended`,
      csv("A,ATL,5,1"),
    );
    expect([twice.status, twice.body["detail"]]).toEqual([409, expect.stringContaining(`mend that one`)]);
  });

  it("in NDJSON has its rejects in NDJSON", async () => {
    const line = (sku: string, quantity: string) => JSON.stringify({ sku, branch: "ATL", onHand: quantity });
    const { body } = await ask(
      "POST",
      asked(1),
      [line("A", "1"), line("B", "b"), "{"].join("\n"),
      "application/x-ndjson",
    );
    const file = await ask("GET", `/v1/stock/snapshots/${String(body["snapshotId"])}/rejects/file`);
    expect([body["format"], file.text]).toEqual(["ndjson", `${line("B", "b")}\n{\n`]);
  });

  it("says in a dry run what would change, and changes nothing", async () => {
    await ask("POST", asked(1), csv("A,ATL,5,0", "B,ATL,1,0"));
    const { status, body } = await ask(
      "POST",
      asked(2, "&dryRun=true&differences=1&missingPositions=zero"),
      csv("A,ATL,6,0"),
    );
    expect([status, body]).toMatchObject([
      200,
      { status: "compared", dryRun: true, changed: 2, missing: 1, zeroed: 1, differences: [{ sku: "A", line: 2 }] },
    ]);
    expect(body["differences"]).toHaveLength(1);
    expect(await onHand()).toEqual({ "A@ATL": "5", "B@ATL": "1" });
  });

  it("is listed, the newest first, page by page", async () => {
    for (const sequence of [1, 2, 3]) await ask("POST", asked(sequence), csv(`A,ATL,${sequence},0`));
    await ask("POST", asked(1).replace("source=erp", "source=wms"), csv("W,ATL,1,0"));
    const first = await ask("GET", "/v1/stock/snapshots?source=erp&limit=2");
    const sequencesOf = ({ body }: Answered) =>
      (body["snapshots"] as readonly { sequence: string }[]).map(({ sequence }) => sequence);
    expect(sequencesOf(first)).toEqual(["3", "2"]);
    const second = await ask("GET", `/v1/stock/snapshots?source=erp&limit=2&after=${String(first.body["cursor"])}`);
    expect([sequencesOf(second), second.body["cursor"]]).toEqual([["1"], null]);
  });

  it("has its rejects page by page", async () => {
    const { body } = await ask("POST", asked(1), csv("A", "B", "C"));
    const path = String(body["rejects"]);
    const first = await ask("GET", `${path}?limit=2`);
    expect(first.body).toMatchObject({ rejects: [{ line: 2 }, { line: 3 }], cursor: 3 });
    expect((await ask("GET", `${path}?limit=2&after=3`)).body).toMatchObject({ rejects: [{ line: 4 }], cursor: null });
  });

  it.each([
    ["source", "erpp", "Did you mean erp?"],
    ["source", "E R P", ""],
    ["sequence", "12.5", ""],
    ["asOf", "yesterday", ""],
    ["asOf", "2026-02-31T00:00:00Z", ""],
    ["asOf", "2099-01-01T00:00:00Z", ""],
    ["branches", "ATX", "Did you mean ATL?"],
    ["branches", "ATL,,DFW", ""],
    ["missingPositions", "delete", ""],
    ["dryRun", "perhaps", ""],
    ["differences", "-1", ""],
    ["lines", "many", ""],
    ["sorce", "erp", "Did you mean `source`?"],
  ])("is refused where %s is %s, with the place and what to do", async (name, value, fix) => {
    const query = new URLSearchParams(asked(1).split("?")[1]);
    query.set(name, value);
    const answer = await ask("POST", `/v1/stock/snapshots?${query.toString()}`, csv("A,ATL,5,0"));
    expect([answer.status, answer.body.faults?.map(({ path }) => path)]).toEqual([422, [`query ${name}`]]);
    expect(answer.text).toContain(fix);
    expect([await latest(), await onHand()]).toEqual([undefined, {}]);
  });

  it.each([
    ["nothing", "", 400, "There is no line in it"],
    ["blank lines", "\n\r\n \n", 400, "There is no line in it"],
    ["columns nobody knows", "item,place,qty\nA,ATL,5\n", 422, "The first line must name the columns"],
    ["JSON that is no list of lines", '[{"sku":"A"}]', 422, "The first line must name the columns"],
    ["a line without an end", `sku,branch,onHand\n${"A".repeat(200_000)}`, 400, "does not end"],
  ])("is refused where it is %s", async (_what, text, status, detail) => {
    const answer = await ask("POST", asked(1), text);
    expect([answer.status, answer.body["detail"]]).toEqual([status, expect.stringContaining(detail)]);
    expect(await onHand()).toEqual({});
  });

  it("is refused whole where other lines come than were announced", async () => {
    const answer = await ask("POST", asked(1, "&lines=3"), csv("A,ATL,5,0", "B,ATL,5,0"));
    expect([answer.status, answer.body]).toMatchObject([
      422,
      { detail: expect.stringContaining("2 lines came and 3 were announced"), faults: [{ path: "query lines" }] },
    ]);
    expect([(await latest())?.status, await onHand()]).toEqual(["broken-off", {}]);
    expect((await ask("POST", asked(1, "&lines=2"), csv("A,ATL,5,0", "B,ATL,5,0"))).status).toBe(201);
  });

  it("of which the sender hangs up half-way is not taken, and the record says so", async () => {
    const sending = httpRequest(url + asked(1), {
      method: "POST",
      headers: { authorization: TOKEN, "content-length": 1e9 },
    });
    sending.on("error", () => {});
    sending.write(csv(...Array.from({ length: 20_000 }, (_, index) => `A-${index},ATL,5,0`)));
    await until(async () => ((await latest())?.status === "running" ? true : undefined));
    sending.destroy();
    const record = await until(async () => {
      const found = await latest();
      return found?.status === "broken-off" && found;
    });
    expect(record.failure).toMatch(/hung up after \d+ bytes/);
    expect([record.bytesTotal, await onHand()]).toEqual([1e9, {}]);
    expect((await ask("POST", asked(1), csv("A,ATL,5,0"))).body["status"]).toBe("applied");
  });

  it("whose sender falls silent is given up, and he is told", async () => {
    const { port, hostname } = new URL(url);
    const socket = connect(Number(port), hostname);
    let heard = "";
    socket.on("data", (chunk) => (heard += chunk.toString()));
    const closed = new Promise((resolve) => socket.once("close", resolve));
    socket.write(
      `POST ${asked(1)} HTTP/1.1\r\nhost: x\r\nauthorization: ${TOKEN}\r\ncontent-length: 1000\r\n\r\nsku,branch,onHand\nA,ATL,5\n`,
    );
    await closed;
    expect(heard).toMatch(/^HTTP\/1.1 408/);
    expect(heard).toContain("silent for 30 s, after 26 bytes");
    expect([(await latest())?.status, await onHand()]).toEqual(["broken-off", {}]);
  });

  it("that is still coming when the hub stops is not taken, and its sender is told to come again", async () => {
    const stopped = createHttpServer(stubHub({ snapshots }));
    const address = await stopped.listen({ port: 0, host: "127.0.0.1" });
    const sending = httpRequest(address + asked(1), { method: "POST", headers: { authorization: TOKEN } });
    sending.on("error", () => {});
    const answered = new Promise<number>((resolve) =>
      sending.once("response", ({ statusCode }) => resolve(statusCode ?? 0)),
    );
    sending.write(csv("A,ATL,5,0"));
    await until(async () => ((await latest())?.status === "running" ? true : undefined));
    await stopped.close();
    expect([await answered, (await latest())?.status, await onHand()]).toEqual([503, "broken-off", {}]);
    expect((await latest())?.failure).toContain("stopping");
  }, 5_000);

  it("that is refused early leaves its sender an answer, however much he still sends", async () => {
    const { promise, resolve } = Promise.withResolvers<number>();
    const sending = httpRequest(url + asked(1), { method: "POST", headers: { authorization: TOKEN } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    // He is cut off in the end, after he was answered.
    sending.on("error", () => {});
    sending.write("item,place\n");
    for (let block = 0; block < 60; block += 1) sending.write(Buffer.alloc(200_000, "x,y\n"));
    sending.end();
    expect(await promise).toBe(422);
  });

  it("of another source is not waited for, and one of the same source is, in their order", async () => {
    const slow = httpRequest(url + asked(5), { method: "POST", headers: { authorization: TOKEN } });
    const answered = new Promise<number>((resolve) =>
      slow.once("response", ({ statusCode }) => resolve(statusCode ?? 0)),
    );
    slow.write(csv("A,ATL,5,0"));
    // A busy machine needs longer for what follows than anybody may be silent.
    const talking = setInterval(() => slow.write("A,ATL,5,0\n"), 50);
    await until(async () => ((await latest())?.status === "running" ? true : undefined));
    expect((await ask("POST", asked(1).replace("source=erp", "source=wms"), csv("W,ATL,1,0"))).status).toBe(201);
    const behind = ask("POST", asked(6), csv("A,ATL,6,0"));
    const waiting = await until(async () => {
      const found = await latest();
      return found?.sequence === "6" && found;
    });
    expect([waiting.status, waiting.phase]).toEqual(["running", "waiting"]);
    clearInterval(talking);
    slow.end("B,ATL,5,0\n");
    expect([await answered, (await behind).status]).toEqual([201, 201]);
    expect(await onHand()).toEqual({ "A@ATL": "6", "B@ATL": "5", "W@ATL": "1" });
  });
});

describe("movements sent to the API", () => {
  const movement = (movementId: string, different: Readonly<Record<string, unknown>> = {}) => ({
    movementId,
    sequence: "10",
    sku: "A",
    branch: "ATL",
    quantity: "-2",
    kind: "issue",
    occurredAt: AS_OF,
    ...different,
  });
  const send = (list: readonly unknown[], source = "erp") =>
    ask("POST", "/v1/stock/movements", JSON.stringify({ source, movements: list }), "application/json");
  const level = { sku: "A", branch: "ATL", onHand: "9", safetyStock: "0", inbound: [], sequence: "5", asOf: AS_OF };
  beforeEach(() => database.transaction((tx) => applyStock(tx, [level], { source: "erp", now: new Date() })));

  it("are answered one by one: taken, waiting, late, repeated or in conflict with what came first", async () => {
    await send([movement("M-1")]);
    const { status, body } = await send([
      movement("M-1", { quantity: "-2.0" }),
      movement("M-2", { sequence: "4" }),
      movement("M-3", { sku: "NEW", kind: "receipt", quantity: "3" }),
      movement("M-4", { sequence: "11" }),
      movement("M-4", { sequence: "11" }),
      movement("M-1", { quantity: "-7", reference: "shp_1" }),
    ]);
    expect(status).toBe(207);
    expect(body["movements"]).toEqual([
      { movementId: "M-1", outcome: "repeated" },
      { movementId: "M-2", outcome: "late" },
      { movementId: "M-3", outcome: "waits" },
      { movementId: "M-4", outcome: "taken" },
      { movementId: "M-4", outcome: "repeated" },
      {
        movementId: "M-1",
        outcome: "conflict",
        faults: [
          { path: "/quantity", expected: "-2", found: "-7" },
          { path: "/reference", expected: "nothing", found: "shp_1" },
        ],
      },
    ]);
    expect(body["counts"]).toEqual({ taken: 1, waits: 1, late: 1, repeated: 2, conflict: 1, rejected: 0 });
    expect(await onHand()).toEqual({ "A@ATL": "5" });
  });

  it.each([
    ["movementId", { movementId: "" }],
    ["sequence", { sequence: "-1" }],
    ["sku", { sku: "" }],
    ["branch", { branch: "atl" }],
    ["quantity", { quantity: "0" }],
    ["quantity", { quantity: -2 }],
    ["kind", { kind: "theft" }],
    ["reference", { reference: " " }],
    ["occurredAt", { occurredAt: "today" }],
    ["occurredAt", { occurredAt: "2026-02-31T00:00:00Z" }],
    ["colour", { colour: "red" }],
  ])("with a bad %s are rejected alone, kept, and taken once they are mended: %j", async (field, different) => {
    const { status, body } = await send([movement("M-1"), movement("M-2", different)]);
    expect([status, body["movements"]]).toMatchObject([
      207,
      [{ outcome: "taken" }, { outcome: "rejected", faults: [{ path: `/${field}`, expected: expect.any(String) }] }],
    ]);
    const [kept] = await inbound.list();
    expect(kept).toMatchObject({
      inboundDocumentId: body["keptAs"],
      door: "stock-movements",
      faults: [{ path: `/movements/0/${field}` }],
    });
    const mended = JSON.stringify({ source: "erp", movements: [movement("M-2")] });
    const answer = await inbound.edit(String(body["keptAs"]), Buffer.from(mended), { by: "me", reason: "as told" });
    expect(answer).toMatchObject({ taken: true, result: [{ outcome: "taken" }] });
    expect(await onHand()).toEqual({ "A@ATL": "5" });
  });

  it("are refused whole, and kept, where the list is none or its source is nobody we know", async () => {
    const refused = [
      await send([], "erp"),
      await send([movement("M-1")], "erpp"),
      await ask("POST", "/v1/stock/movements", '{"source":"erp",', "application/json"),
    ];
    expect(refused.map(({ status, body }) => [status, body.faults?.[0]?.path, typeof body["keptAs"]])).toEqual([
      [422, "/movements", "string"],
      [422, "/source", "string"],
      [400, undefined, "string"],
    ]);
    expect(await onHand()).toEqual({ "A@ATL": "9" });
  });
});
