import { connect } from "node:net";
import { CrossdockError, errorCatalogue, findFaults, Problem } from "#contracts";
import type { SubmitRequest, SubmitResult } from "#domains";
import { afterEach, describe, expect, it } from "vitest";
import { draft, salesOrder, stubHub, TOKEN } from "./fixtures/stub-hub.ts";
import { createHttpServer } from "./http-server.ts";
import type { Hub } from "./hub.ts";

type Server = ReturnType<typeof createHttpServer>;
const open: Server[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

function serve(hub: Hub = stubHub(), options: Parameters<typeof createHttpServer>[1] = {}): Server {
  const server = createHttpServer(hub, { judgesAnswers: true, ...options });
  open.push(server);
  return server;
}
const post = (server: Server, url: string, payload: unknown, headers: Record<string, string> = {}) =>
  server.inject({
    method: "POST",
    url,
    headers: { authorization: TOKEN, "content-type": "application/json", ...headers },
    payload: typeof payload === "string" ? payload : JSON.stringify(payload),
  });
const get = (server: Server, url: string, headers: Record<string, string> = {}) =>
  server.inject({ method: "GET", url, headers: { authorization: TOKEN, ...headers } });

const answering = (...results: SubmitResult[]) => {
  const asked: SubmitRequest[] = [];
  const hub = stubHub();
  const submit = async (requests: readonly SubmitRequest[]) => {
    asked.push(...requests);
    return results;
  };
  return { asked, hub: { ...hub, orders: { ...hub.orders, submit } } };
};

describe("the gate", () => {
  const open = ["GET /healthz", "HEAD /healthz", "GET /errors", "HEAD /errors", "POST /webhooks/:system"];

  it("lets nobody without a token through, at any address there is", async () => {
    const server = serve();
    const addresses: { method: string; url: string }[] = [];
    server.addHook("onRoute", ({ method, url }) => {
      for (const one of [method].flat()) addresses.push({ method: one, url });
    });
    await server.ready();
    expect(addresses.length).toBeGreaterThan(30);
    const passed: string[] = [];
    for (const { method, url } of addresses) {
      const path = url.replaceAll(/:\w+/g, "x");
      for (const headers of [{}, { authorization: "Bearer wrong" }]) {
        const { statusCode } = await server.inject({
          method: method === "HEAD" || method === "POST" || method === "DELETE" ? method : "GET",
          url: path,
          headers,
        });
        if (statusCode !== 401) passed.push(`${method} ${url}`);
      }
    }
    expect([...new Set(passed)].sort()).toEqual([...open].sort());
  });

  it("is shut for an address that says nothing of who may call", async () => {
    const server = serve();
    server.get("/forgotten", async () => "secret");
    expect((await server.inject("/forgotten")).statusCode).toBe(401);
  });

  it("says what is missing, and asks before it reads a body", async () => {
    const answer = await serve().inject({ method: "POST", url: "/v1/sales-orders", payload: "{not json" });
    expect(answer.statusCode).toBe(401);
    expect(answer.headers["www-authenticate"]).toBe("Bearer");
    expect(answer.json()).toMatchObject({ code: "unauthenticated", detail: "There is no Authorization header." });
  });
});

describe("a hub that stops", () => {
  it("waits for nobody who connected and never said a word", async () => {
    const server = serve();
    const { port, hostname } = new URL(await server.listen({ port: 0, host: "127.0.0.1" }));
    const socket = connect(Number(port), hostname);
    const hungUp = new Promise((resolve) => socket.once("close", resolve));
    await new Promise((resolve) => server.server.once("connection", resolve));
    await server.close();
    await hungUp;
  }, 3_000);
});

describe("stock held against the ERP's", () => {
  it.each(["who asked is gone", "the hub stops"])(
    "is read no further once %s",
    async (what) => {
      const hub = stubHub();
      const gone = new AbortController();
      const { promise: calledOff, resolve } = Promise.withResolvers<void>();
      const compare = async (signal: AbortSignal) => {
        if (what === "who asked is gone") gone.abort();
        else void server.close();
        await new Promise((done) => signal.addEventListener("abort", done, { once: true }));
        resolve();
        throw new CrossdockError("system-unavailable", "Called off.");
      };
      const server = serve({ ...hub, stock: { ...hub.stock, compare } });
      const url = await server.listen({ port: 0, host: "127.0.0.1" });
      const asked = fetch(`${url}/v1/stock/drift`, { headers: { authorization: TOKEN }, signal: gone.signal });
      await Promise.all([calledOff, asked.then((answer) => answer.text()).catch(() => null)]);
    },
    3_000,
  );
});

describe("what is wrong with a request", () => {
  it("is said for every field at once, in plain words, as problem+json", async () => {
    const server = serve();
    const answer = await post(server, "/v1/prices", {
      customerNumber: "C-1",
      currency: "usd",
      lines: [{ sku: "X", quantity: -3 }],
    });
    expect(answer.statusCode).toBe(422);
    expect(answer.headers["content-type"]).toContain("application/problem+json");
    const problem = answer.json();
    expect(findFaults(Problem, problem)).toEqual([]);
    expect(problem.faults.map(({ path }: { path: string }) => path)).toEqual([
      "/currency",
      "/lines/0/quantity",
      "/lines/0/unitOfMeasure",
    ]);
    expect(problem.faults[1]).toMatchObject({ expected: expect.stringContaining("greater than zero"), found: "-3" });
  });

  it("names the part it stands in, when that is not the body", async () => {
    const answer = await get(serve(), "/v1/events?limit=0");
    expect(answer.json().faults).toEqual([
      { path: "query limit", expected: "a whole number of 1 to 1000", found: "0" },
    ]);
  });

  it.each([
    ['{"channel": "web",}', "line 1, column 19"],
    ['{\n  "channel": ', "line 2, column 14"],
    ["", "empty"],
  ])("is line and column where it is no JSON: %s", async (payload, where) => {
    const hub = stubHub();
    const answer = await post(serve(hub), "/v1/sales-orders", payload);
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ code: "malformed-body", detail: expect.stringContaining(where) });
    expect(hub.kept.map(({ body }) => String(body))).toEqual(payload === "" ? [] : [payload]);
  });

  it("is the size, the kind of body, or that there is nothing at the address", async () => {
    const server = serve(stubHub(), { bodyBytesMax: 1000 });
    const large = await post(server, "/v1/sales-orders", JSON.stringify("x".repeat(2000)));
    expect([large.statusCode, large.json().detail]).toEqual([413, "At most 1000 bytes are taken."]);
    const form = await post(server, "/v1/sales-orders", "a=b", { "content-type": "application/x-www-form-urlencoded" });
    expect([form.statusCode, form.json().code]).toEqual([400, "malformed-body"]);
    const nowhere = await get(server, "/v2/anything");
    expect([nowhere.statusCode, nowhere.json().code]).toEqual([404, "not-found"]);
    const broken = await get(server, "/v1/sales-orders/%zz");
    expect([broken.statusCode, broken.json().code]).toEqual([404, "not-found"]);
  });

  it("is kept to ourselves when it is ours, but can be found by its correlation id", async () => {
    const hub = stubHub({ story: async () => Promise.reject(new Error("password=hunter2")) });
    const answer = await get(serve(hub), "/v1/sales-orders/1001/story", { "x-correlation-id": "call-7" });
    expect(answer.statusCode).toBe(500);
    expect(answer.body).not.toContain("hunter2");
    expect([answer.json().correlationId, answer.headers["x-correlation-id"]]).toEqual(["call-7", "call-7"]);
  });

  it("has a page for every code", async () => {
    const page = (await serve().inject("/errors")).body;
    for (const code of Object.keys(errorCatalogue)) expect(page).toContain(`## ${code}`);
  });
});

describe("an order sent to the API", () => {
  it("is answered with what was decided, where it is to be found, and its story's id", async () => {
    const { hub, asked } = answering({ outcome: "held", repeat: false, salesOrder: salesOrder("1001") });
    const answer = await post(serve(hub), "/v1/sales-orders", draft);
    expect(answer.statusCode).toBe(201);
    expect(answer.json()).toMatchObject({ outcome: "held", salesOrder: { salesOrderNumber: "SO-1001" } });
    expect(answer.headers["location"]).toBe("/v1/sales-orders/so_01kavx3q9v8d5n2m7r4t6w8y0z");
    expect(answer.headers["x-correlation-id"]).toBe("so_01kavx3q9v8d5n2m7r4t6w8y0z");
    expect(asked).toEqual([{ draft, idempotencyKey: "api:web-shop:1001" }]);
  });

  it("carries the caller's key and story where given", async () => {
    const { hub, asked } = answering({ outcome: "accepted", repeat: true, salesOrder: salesOrder("1001") });
    const headers = { "idempotency-key": "k-1", "x-correlation-id": "story-1" };
    expect((await post(serve(hub), "/v1/sales-orders", draft, headers)).statusCode).toBe(200);
    expect(asked).toEqual([{ draft, idempotencyKey: "k-1", correlationId: "story-1" }]);
  });

  it("is a conflict with the differences when the number stands for another order", async () => {
    const faults = [{ path: "/lines/0/quantity", expected: "12", found: "13" }];
    const { hub } = answering({ outcome: "conflict", repeat: false, faults });
    const answer = await post(serve(hub), "/v1/sales-orders", draft);
    expect(answer.statusCode).toBe(409);
    expect(answer.json()).toMatchObject({ code: "idempotency-conflict", faults, keptAs: "inb_1" });
  });

  it("is kept for repair when its content is at fault, whoever finds it", async () => {
    const faults = [{ path: "/lines/0/sku", expected: "an item known to the hub" }];
    const { hub } = answering({ outcome: "rejected", repeat: false, faults });
    const answer = await post(serve(hub), "/v1/sales-orders", draft);
    expect(answer.statusCode).toBe(422);
    expect(answer.json()).toMatchObject({ faults, keptAs: "inb_1" });
    expect(hub.kept[0]).toMatchObject({ door: "api", channel: "web-shop" });
    expect((await post(serve(hub), "/v1/sales-orders", { ...draft, lines: [] })).json()).toMatchObject({
      keptAs: "inb_2",
    });
  });

  it("may be sent again when it broke on our side", async () => {
    const { hub } = answering({ outcome: "failed", repeat: false, cause: new Error("deadlock") });
    const answer = await post(serve(hub), "/v1/sales-orders", draft);
    expect([answer.statusCode, answer.headers["retry-after"]]).toEqual([500, "1"]);
    expect(hub.kept).toEqual([]);
  });

  it("is one of a list that is answered each for itself, in the order sent", async () => {
    const good = (number: string) => ({ ...draft, channelOrderNumber: number });
    const { hub, asked } = answering(
      { outcome: "accepted", repeat: false, salesOrder: salesOrder("1") },
      { outcome: "conflict", repeat: false, faults: [] },
    );
    const answer = await post(serve(hub), "/v1/sales-orders", [good("1"), { ...draft, currency: "$" }, good("3")], {
      "idempotency-key": "k",
    });
    expect(answer.statusCode).toBe(207);
    const { answers } = answer.json();
    expect(answers.map(({ status }: { status: number }) => status)).toEqual([201, 422, 409]);
    expect(answers[1].problem.faults[0].path).toBe("/currency");
    expect(asked.map(({ idempotencyKey }) => idempotencyKey)).toEqual(["k:1", "k:3"]);
  });

  it("is refused in lists that are empty or too long", async () => {
    const server = serve();
    for (const list of [[], Array.from({ length: 201 }, () => draft)])
      expect((await post(server, "/v1/sales-orders", list)).statusCode).toBe(422);
  });
});

describe("papers, orders and systems", () => {
  it("gives labels as what they are", async () => {
    const server = serve();
    const zpl = await get(server, "/v1/shipments/shp_01kavx3q9v8d5n2m7r4t6w8y0z/documents/1");
    expect([zpl.headers["content-type"], zpl.body]).toEqual(["text/plain; charset=utf-8", "^XA^XZ"]);
    const pdf = await get(server, "/v1/shipments/shp_01kavx3q9v8d5n2m7r4t6w8y0z/documents/2");
    expect([pdf.headers["content-type"], pdf.body]).toEqual(["application/pdf", "%PDF-1.7"]);
  });

  it("finds orders by any number, and says what there is none of", async () => {
    const server = serve();
    expect((await get(server, "/v1/sales-orders?any=1001")).json().salesOrders).toHaveLength(1);
    expect((await get(server, "/v1/sales-orders/so_01kavx3q9v8d5n2m7r4t6w8y0z")).json().detail).toContain(
      "There is no sales order so_",
    );
  });

  it("writes down who changed something and why, and takes no change without", async () => {
    const done: unknown[] = [];
    const hub = stubHub();
    const systems = { ...hub.systems, close: async (...what: unknown[]) => void done.push(what) };
    const server = serve({ ...hub, systems });
    expect((await post(server, "/v1/systems/erp/close", { reason: "upgrade tonight" })).statusCode).toBe(200);
    expect((await post(server, "/v1/systems/erp/close", {})).json().faults[0].path).toBe("/reason");
    expect(done).toEqual([["erp", { by: "admin", reason: "upgrade tonight" }]]);
  });

  it("tells of each feed how old it is and may be, and leaves out what is not known", async () => {
    const hub = stubHub();
    const counts = { documentsRead: 9, documentsChanged: 4, documentsDropped: 2, documentsLate: 1 };
    const read = { ...counts, system: "erp", cursor: "7", readAt: new Date("2026-01-05T00:00:00Z"), lastError: null };
    const feeds = [
      { ...read, entity: "stock", ageSeconds: 61, staleAfterSeconds: 60, isStale: true },
      {
        ...read,
        entity: "prices",
        readAt: null,
        ageSeconds: null,
        staleAfterSeconds: 60,
        isStale: true,
        lastError: "no",
      },
    ];
    const lane = {
      state: "open",
      explanation: "",
      until: null,
      inUse: 0,
      queued: 0,
      parked: 0,
      oldestQueuedAt: null,
    } as const;
    const list = async () => [{ ...lane, system: "erp", title: "Granite", kind: "erp", availability: [], feeds }];
    const server = serve({ ...hub, systems: { ...hub.systems, list } });
    const counted = { read: 9, changed: 4, dropped: 2, late: 1, staleAfterSeconds: 60, isStale: true };
    expect((await get(server, "/v1/systems")).json().systems[0].feeds).toEqual([
      { ...counted, entity: "stock", readAt: "2026-01-05T00:00:00.000Z", ageSeconds: 61 },
      { ...counted, entity: "prices", failure: "no" },
    ]);
  });

  it("refuses what the state of a thing does not allow, with the reason", async () => {
    const hub = stubHub();
    const cancel = () => Promise.reject(new CrossdockError("not-possible-now", "The goods are gone."));
    const server = serve({ ...hub, orders: { ...hub.orders, cancel } });
    const answer = await post(server, "/v1/sales-orders/so_01kavx3q9v8d5n2m7r4t6w8y0z/cancel", {
      reason: "changed my mind",
    });
    expect([answer.statusCode, answer.json().detail]).toEqual([409, "The goods are gone."]);
  });

  it("counts what it answered, for Prometheus", async () => {
    const server = serve();
    await get(server, "/v1/systems");
    expect((await get(server, "/metrics")).body).toContain(
      'crossdock_http_requests_total{route="GET /v1/systems",status="200"} 1',
    );
  });

  it("is not ready while something it stands on is not", async () => {
    const hub = stubHub({ readiness: async () => [{ check: "database", isReady: false, explanation: "No answer." }] });
    expect((await get(serve(hub), "/readyz")).statusCode).toBe(503);
    expect((await serve(hub).inject("/healthz")).json()).toEqual({ status: "alive" });
  });
});

describe("the event log over HTTP", () => {
  it("refuses a cursor and a type it does not know, and says what was meant", async () => {
    const server = serve();
    expect((await get(server, "/v1/events?after=yesterday")).json().faults[0].path).toBe("query after");
    expect((await get(server, "/v1/events?types=sales-order.acepted.v1")).json().faults[0].fix).toBe(
      "Did you mean `sales-order.accepted.v1`?",
    );
    expect((await get(server, "/v1/events/stream", { "last-event-id": "nonsense" })).statusCode).toBe(422);
  });

  it("follows as server-sent events, resumes behind the last id, and ends when the hub stops", async () => {
    const hub = stubHub();
    const event = {
      id: "evt_01kavx3q9v8d5n2m7r4t6w8y0z",
      type: "sales-order.closed.v1",
      source: "crossdock",
      subject: "so_1",
      time: new Date("2026-11-23T14:05:00Z"),
      correlationId: "so_1",
      causationId: null,
      data: {},
    };
    const read = async ({ after }: { after: string | null }) => ({ events: after === "7" ? [event] : [], cursor: "8" });
    const server = serve({ ...hub, events: { ...hub.events, read } });
    const url = new URL(await server.listen({ port: 0, host: "127.0.0.1" }));
    const text = await new Promise<string>((resolve, reject) => {
      let heard = "";
      const socket = connect(Number(url.port), url.hostname, () => {
        socket.write(
          `GET /v1/events/stream HTTP/1.1\r\nHost: x\r\nAuthorization: ${TOKEN}\r\nLast-Event-ID: 7\r\n\r\n`,
        );
      });
      socket.on("data", (chunk) => {
        heard += chunk.toString();
        if (heard.includes("data: ")) void server.close();
      });
      socket.on("close", () => resolve(heard));
      socket.on("error", reject);
    });
    expect(text).toContain("content-type: text/event-stream");
    expect(text).toContain('id: 8\nevent: sales-order.closed.v1\ndata: {"specversion":"1.0"');
  });
});
