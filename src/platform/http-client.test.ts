import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTcpServer, type AddressInfo, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { CallFailure } from "./call-failure.ts";
import { systemClock } from "./clock.ts";
import { createHttpClient, type CallContext, type Exchange, type HttpRequest } from "./http-client.ts";
import { createLane, type Lane, type LaneLimits } from "./lane.ts";

const CANARY = "canary-7f3a";
const limits: LaneLimits = { timeoutMs: 250, concurrencyMax: 4, requestsPerSecondMax: 1000 };
const create: HttpRequest = {
  method: "POST",
  path: "/orders",
  operation: "create-sales-order",
  query: { apiKey: CANARY },
  body: { number: "PO-1", password: CANARY, shipTo: { email: "ann@example.com" } },
};
const read: HttpRequest = { method: "GET", path: "/orders/1", operation: "read-sales-order" };

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function listening(server: Server): Promise<string> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/** A counterparty, and a client to it with everything that was recorded. */
async function counterparty(
  handler: RequestListener,
  { lane = createLane({ system: "erp", limits, clock: systemClock }), baseUrl = "" } = {},
) {
  const seen: string[] = [];
  const url = await listening(
    createServer((request, response) => {
      seen.push(`${request.method} ${request.url}`);
      handler(request, response);
    }),
  );
  const exchanges: Exchange[] = [];
  const client = createHttpClient({
    baseUrl: baseUrl || url,
    lane,
    clock: systemClock,
    headers: { Authorization: `Bearer ${CANARY}`, "X-Vendor-Key": CANARY },
    record: (exchange) => exchanges.push(exchange),
    bytesMax: 20_000,
  });
  const failing = async (request: HttpRequest, context: CallContext = {}): Promise<CallFailure> => {
    const result: unknown = await client(context)
      .send(request)
      .catch((error: unknown) => error);
    expect(result).toBeInstanceOf(CallFailure);
    return result as CallFailure;
  };
  return { client, failing, exchanges, seen, lane, url };
}

const answering =
  (status: number, headers: Record<string, string> = {}, body = ""): RequestListener =>
  (_request, response) =>
    void response.writeHead(status, { "content-type": "application/json", ...headers }).end(body);

const afterReading =
  (then: (socket: Socket) => void): RequestListener =>
  (request) =>
    void request.on("end", () => then(request.socket)).resume();

const dripping: RequestListener = (_request, response) => {
  response.writeHead(200, { "content-type": "application/json" });
  const timer = setInterval(() => response.write(" "), 20);
  response.on("close", () => clearInterval(timer));
};

const neverEnding: RequestListener = (_request, response) => {
  response.writeHead(200, { "content-type": "text/plain" });
  const timer = setInterval(() => response.write("x".repeat(10_000)), 1);
  response.on("close", () => clearInterval(timer));
};

const breakingOff: RequestListener = (_request, response) => {
  response.writeHead(200, { "content-type": "application/json", "content-length": "500" });
  response.write('{"id":', () => response.destroy());
};

const said = JSON.stringify({ message: "no", accessToken: CANARY });

/** What the other side does, and what a POST then amounts to: category, outcome, status. */
const failures: readonly (readonly [string, RequestListener, string, string, number | null])[] = [
  ["answers 429", answering(429, {}, said), "throttled", "not-done", 429],
  ["answers 503", answering(503, {}, said), "unavailable", "not-done", 503],
  ["answers 500, perhaps after the effect", answering(500, {}, said), "unavailable", "unknown", 500],
  ["answers 502, from a gateway that may have passed it on", answering(502, {}, said), "unavailable", "unknown", 502],
  ["answers 404", answering(404, {}, said), "rejected", "not-done", 404],
  ["answers 422", answering(422, {}, said), "rejected", "not-done", 422],
  ["answers 401", answering(401, {}, said), "unauthorized", "not-done", 401],
  ["answers 403", answering(403, {}, said), "unauthorized", "not-done", 403],
  ["answers 409", answering(409, {}, said), "conflict", "not-done", 409],
  ["gives up waiting for our request (408)", answering(408, {}, said), "timed-out", "not-done", 408],
  ["answers 200 with JSON cut short", answering(200, {}, said.slice(0, -9)), "malformed", "done", 200],
  ["sends us elsewhere (307)", answering(307, { location: "/" }), "rejected", "not-done", 307],
  ["sends us to a result elsewhere (303)", answering(303, { location: "/" }), "rejected", "unknown", 303],
  ["reads and never answers", () => {}, "timed-out", "unknown", null],
  ["answers a byte at a time for ever", dripping, "timed-out", "unknown", 200],
  ["answers without an end", neverEnding, "malformed", "done", 200],
  ["hangs up after reading", afterReading((socket) => socket.destroy()), "unavailable", "unknown", null],
  ["resets after reading", afterReading((socket) => socket.resetAndDestroy()), "unavailable", "unknown", null],
  ["breaks off in the middle of an answer", breakingOff, "unavailable", "unknown", 200],
];

describe("a call to another system", () => {
  it.each(failures)("tells when it %s", async (_, handler, category, outcome, status) => {
    const { failing, exchanges } = await counterparty(handler);
    const failure = await failing(create, { correlationId: "so_1", commandId: "cmd_1", attempt: 3 });
    expect(failure).toMatchObject({ category, outcome, deferred: false, system: "erp" });
    expect(failure.message).toContain("erp, create-sales-order: ");
    expect(failure.message).not.toContain(CANARY);
    expect(exchanges).toHaveLength(1);
    expect(exchanges[0]).toMatchObject({
      correlationId: "so_1",
      commandId: "cmd_1",
      attempt: 3,
      operation: "create-sales-order",
      method: "POST",
      category,
      status,
      explanation: failure.message,
    });
    expect(JSON.stringify(exchanges)).not.toContain(CANARY);
    expect(JSON.stringify(exchanges)).not.toContain("ann@example.com");
  });

  it("brings the answer, and keeps what went over the wire, masked", async () => {
    const { client, exchanges, seen } = await counterparty(
      answering(201, {}, JSON.stringify({ id: 7, token: CANARY })),
    );
    const answer = await client({ idempotencyKey: "k1" }).send(create);
    expect(answer).toMatchObject({ status: 201, body: { id: 7, token: CANARY } });
    expect(seen).toEqual([`POST /orders?apiKey=${CANARY}`]);
    const [exchange] = exchanges;
    expect(exchange).toMatchObject({ idempotencyKey: "k1", status: 201, category: null, attempt: 1 });
    expect(exchange?.url).toMatch(/\/orders\?apiKey=\*\*\*$/);
    expect(exchange?.requestHeaders).toMatchObject({
      authorization: "***",
      "x-vendor-key": "***",
      "content-type": "application/json",
    });
    expect(JSON.parse(exchange?.requestBody ?? "")).toEqual({
      number: "PO-1",
      password: "***",
      shipTo: { email: "a***m" },
    });
    expect(exchange?.answerBody).toBe('{"id":7,"token":"***"}');
  });

  it("sends forms as forms", async () => {
    let form = "";
    const { client, exchanges } = await counterparty((request, response) => {
      request.setEncoding("utf8").on("data", (text: string) => (form += text));
      request.on("end", () => response.end(request.headers["content-type"]));
    });
    const body = new URLSearchParams({ grant_type: "client_credentials", client_secret: CANARY });
    const { body: type } = await client().send({ ...create, body });
    expect(type).toBe("application/x-www-form-urlencoded");
    expect(form).toBe(`grant_type=client_credentials&client_secret=${CANARY}`);
    expect(exchanges[0]?.requestBody).toBe("grant_type=client_credentials&client_secret=***");
  });

  it("knows that a read that was not answered did nothing", async () => {
    const { failing } = await counterparty(() => {});
    expect(await failing(read)).toMatchObject({ category: "timed-out", outcome: "not-done" });
  });

  it("knows that nothing was sent where nobody listens", async () => {
    const gone = createTcpServer();
    await new Promise<void>((resolve) => gone.listen(0, "127.0.0.1", resolve));
    const baseUrl = `http://localhost:${(gone.address() as AddressInfo).port}`;
    await new Promise((resolve) => gone.close(resolve));
    const { failing, exchanges } = await counterparty(() => {}, { baseUrl });
    const failure = await failing(create);
    expect(failure).toMatchObject({ category: "unavailable", outcome: "not-done" });
    expect(failure.message).toContain("ECONNREFUSED");
    expect(exchanges).toMatchObject([{ status: null, category: "unavailable" }]);
  });

  it("waits as long as a throttling system asks, in seconds or until a date", async () => {
    const inSeconds = await counterparty(answering(429, { "retry-after": "7" }));
    expect((await inSeconds.failing(create)).retryAfterMs).toBe(7000);
    const date = new Date(Date.now() + 60_000).toUTCString();
    const atDate = await counterparty(answering(503, { "retry-after": date }));
    const ms = (await atDate.failing(create)).retryAfterMs ?? 0;
    expect(ms).toBeGreaterThan(55_000);
    expect(ms).toBeLessThanOrEqual(60_000);
    const nonsense = await counterparty(answering(429, { "retry-after": "soon" }));
    expect((await nonsense.failing(create)).retryAfterMs).toBeNull();
  });

  it("follows no redirect: credentials go to nobody but the system they are for", async () => {
    const elsewhere = await counterparty(answering(200, {}, "{}"));
    const { failing } = await counterparty(answering(302, { location: elsewhere.url }));
    expect((await failing(create)).message).toContain(`answered 302, and would have us go to ${elsewhere.url}`);
    expect(elsewhere.seen).toEqual([]);
  });

  it("judges an endless error by its status, not by its length", async () => {
    const { failing } = await counterparty(
      (_request, response) => void response.writeHead(422).end("x".repeat(30_000)),
    );
    expect(await failing(create)).toMatchObject({ category: "rejected", outcome: "not-done", status: 422 });
  });

  it("says that it was called off when the work it was for is stopped, and holds it against nobody", async () => {
    const breaker = { failuresMax: 1, openMs: 1000, openMsMax: 1000 };
    const lane = createLane({ system: "erp", limits: { ...limits, timeoutMs: 5000 }, clock: systemClock, breaker });
    const { failing } = await counterparty(() => {}, { lane });
    const failure = await failing(create, { signal: AbortSignal.timeout(50) });
    expect(failure).toMatchObject({ category: "timed-out", outcome: "unknown" });
    expect(failure.message).toContain("called off");
    expect(lane.status()).toMatchObject({ state: "open", inUse: 0 });
  });
});

describe("the lane of a call", () => {
  const single = (): Lane =>
    createLane({
      system: "erp",
      limits: { ...limits, concurrencyMax: 1 },
      clock: systemClock,
      breaker: { failuresMax: 1, openMs: 60_000, openMsMax: 60_000 },
    });

  it("sends nothing while it is closed, and says why", async () => {
    const lane = single();
    lane.close("The ERP is being moved.");
    const { failing, seen, exchanges } = await counterparty(answering(200), { lane });
    const failure = await failing(create);
    expect(failure).toMatchObject({ deferred: true, outcome: "not-done" });
    expect(failure.message).toContain("The ERP is being moved.");
    expect(seen).toEqual([]);
    expect(exchanges).toEqual([]);
  });

  it("lets a call wait its turn while it is full, and gives every place back", async () => {
    let atOnce = 0;
    let most = 0;
    const { client, lane } = await counterparty(
      (_request, response) => {
        most = Math.max(most, (atOnce += 1));
        setTimeout(() => {
          atOnce -= 1;
          response.end();
        }, 20);
      },
      { lane: single() },
    );
    await Promise.all([1, 2, 3].map(() => client().send(read)));
    expect(most).toBe(1);
    expect(lane.status().inUse).toBe(0);
  });

  it("puts a call off that found no place for as long as a call may take", async () => {
    const lane = single();
    lane.enter();
    const { failing, seen } = await counterparty(answering(200), { lane });
    const failure = await failing(create);
    expect(failure).toMatchObject({ deferred: true, outcome: "not-done" });
    expect(seen).toEqual([]);
  });

  it("stops waiting for a place when the work is called off", async () => {
    const lane = createLane({
      system: "erp",
      limits: { ...limits, concurrencyMax: 1, timeoutMs: 5000 },
      clock: systemClock,
    });
    lane.enter();
    const { failing } = await counterparty(answering(200), { lane });
    const startedAt = performance.now();
    expect(await failing(create, { signal: AbortSignal.timeout(30) })).toMatchObject({ deferred: true });
    expect(performance.now() - startedAt).toBeLessThan(1000);
  });

  it("rests after a silence, but not after a refusal", async () => {
    const refused = await counterparty(answering(422), { lane: single() });
    await refused.failing(create);
    expect(refused.lane.status().state).toBe("open");
    const silent = await counterparty(answering(503), { lane: single() });
    await silent.failing(create);
    expect(silent.lane.status().state).toBe("resting");
    expect(await silent.failing(create)).toMatchObject({ deferred: true });
    await pause(5);
    expect(silent.seen).toHaveLength(1);
  });
});
