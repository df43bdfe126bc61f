import { randomBytes } from "node:crypto";
import { Validator } from "@seriousme/openapi-schema-validator";
import { beforeAll, describe, expect, it } from "vitest";
import type { Problem, Reservation, SalesOrder } from "#contracts";
import { renewAdminToken } from "#governance";
import { createIds, systemClock } from "#platform";
import { matching } from "./promised-answers.ts";
import { runningHub } from "./running-hub.ts";

const hub = await runningHub();

interface Operation {
  readonly operationId: string;
  readonly security: readonly unknown[];
}
interface OpenApi {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}
const document = hub.document as OpenApi;
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ ...operation, method: method.toUpperCase(), path })),
);
const guarded = operations.filter(({ security }) => security.length > 0);
const named = ({ method, path }: { readonly method: string; readonly path: string }) => `${method} ${path}`;
const withNames = (path: string) => path.replaceAll(/\{\w+\}/g, "x");

/** Asked by a stranger, past the helpers: no token but what is given. */
const asStranger = (method: string, path: string, headers: Readonly<Record<string, string>> = {}) =>
  fetch(hub.url + withNames(path), {
    method,
    headers: { "content-type": "application/json", ...headers },
    ...(method === "POST" ? { body: "{}" } : {}),
  });

describe("the description the hub gives of itself", () => {
  it("is OpenAPI 3.1 the public validator finds no fault with", async () => {
    expect(document.openapi).toMatch(/^3\.1\./);
    const { valid, errors } = await new Validator().validate(structuredClone(document) as never);
    expect([valid, errors ?? []]).toEqual([true, []]);
  });

  it("names every address that asks for no token, and there are three", () => {
    const open = operations.filter(({ security }) => security.length === 0).map(named);
    expect(open.toSorted()).toEqual(["GET /errors", "GET /healthz", "POST /webhooks/{system}"]);
    expect(guarded.length).toBeGreaterThan(20);
  });
});

describe("whoever has not the token", () => {
  const tokens: readonly (readonly [what: string, headers: Readonly<Record<string, string>>])[] = [
    ["none at all", {}],
    ["a word", { authorization: "Bearer wrong" }],
    ["one like ours", { authorization: `Bearer xdk_${"A".repeat(43)}` }],
    [
      "ours, one letter off",
      { authorization: `Bearer ${hub.token.slice(0, -1)}${hub.token.endsWith("A") ? "E" : "A"}` },
    ],
    ["ours, said another way", { authorization: `Basic ${Buffer.from(`admin:${hub.token}`).toString("base64")}` }],
    ["ours, in the wrong place", { "x-api-key": hub.token, cookie: `token=${hub.token}` }],
  ];

  it.each(tokens)("gets nowhere at any address there is, with %s", async (_what, headers) => {
    const answers = await Promise.all(
      guarded.map(async (operation) => {
        const answer = await asStranger(operation.method, operation.path, headers);
        const problem = (await answer.json()) as Problem;
        const wanted = [answer.status, problem.code, answer.headers.get("www-authenticate")];
        return [named(operation), ...wanted];
      }),
    );
    expect(answers).toEqual(guarded.map((operation) => [named(operation), 401, "unauthenticated", "Bearer"]));
  });

  it("gets no headers either", async () => {
    for (const { path } of guarded.filter(({ method }) => method === "GET"))
      expect([path, (await asStranger("HEAD", path)).status]).toEqual([path, 401]);
  });

  it("gets nowhere with a message nobody signed", async () => {
    for (const system of ["web-shop", "warehouse", "swift", "anchor", "piedmont"])
      expect([system, (await asStranger("POST", `/webhooks/${system}`)).status]).toEqual([system, 401]);
  });

  it("learns what is wrong and what to do about it, and nothing else", async () => {
    const problem = (await (await asStranger("GET", "/v1/sales-orders/x")).json()) as Problem;
    expect(problem).toMatchObject({
      status: 401,
      detail: "There is no Authorization header.",
      fix: expect.stringContaining("Authorization: Bearer"),
    });
  });
});

describe("whoever has the token", () => {
  let order: SalesOrder;
  beforeAll(async () => {
    const { salesOrderId } = await hub.ordered([[hub.shelves.take().sku, 1]]);
    order = await hub.reaches(salesOrderId, "closed");
  });

  // Every answer is held against the description by whoever asks: `hub.get` and `hub.post`.
  it("is answered as described, whatever nonsense is asked", async () => {
    for (const { method, path, operationId } of operations) {
      if (operationId === "followEvents") continue;
      const asked = withNames(path);
      const answer = method === "POST" ? await hub.post(asked, {}) : await hub.get(asked);
      expect([operationId, answer.status < 500]).toEqual([operationId, true]);
    }
  });

  it("is answered as described, wherever there is something to read", async () => {
    const [shipment] = await hub.shipments(order.salesOrderId);
    const lines = [{ lineNumber: 1, sku: hub.shelves.take().sku, quantity: "1", unitOfMeasure: "EA" }];
    const cart = await hub.post<Reservation>("/v1/reservations", { channel: "api", minutes: 5, lines });
    const asked = "source=erp&sequence=1&asOf=2026-01-05T00:00:00Z&dryRun=true";
    const bad = "sku,branch,onHand\nPVC-90-050,ATL,some\n";
    const compared = await hub.post<{ snapshotId: string }>(`/v1/stock/snapshots?${asked}`, bad, {
      "content-type": "text/csv",
    });
    const snapshot = `/v1/stock/snapshots/${compared.body.snapshotId}`;
    const addresses = [
      "/v1/stock/snapshots?source=erp",
      snapshot,
      `${snapshot}/rejects`,
      `${snapshot}/rejects/file`,
      `/v1/reservations/${cart.body.reservationId}`,
      `/v1/available-to-promise?skus=${order.lines[0]?.sku}&quantity=5&channel=api`,
      `/v1/sales-orders/${order.salesOrderId}`,
      `/v1/sales-orders/${order.salesOrderNumber}/story`,
      `/v1/sales-orders?any=${order.customerPurchaseOrder}`,
      `/v1/shipments/${shipment?.shipmentId}`,
      `/v1/shipments/${shipment?.shipmentId}/documents/1`,
      "/v1/events?limit=1000",
      "/v1/dead-letters",
      "/v1/systems",
      "/v1/stock/drift",
      "/v1/drop-ships",
      `/v1/availability?skus=${order.lines[0]?.sku}`,
      "/healthz",
      "/readyz",
      "/metrics",
      "/errors",
      "/openapi.json",
    ];
    for (const address of addresses) expect([address, (await hub.get(address)).status]).toEqual([address, 200]);
    const read = (template: string) =>
      addresses.some((address) => matching(template).test(address.split("?")[0] ?? ""));
    const unread = operations.filter(({ method, path }) => method === "GET" && !read(path));
    expect(unread.map(({ operationId }) => operationId)).toEqual(["followEvents"]);
  });

  it("may follow what happens as it happens, and go on where it left off", async () => {
    const follow = async (headers: Readonly<Record<string, string>>, wanted: string): Promise<string> => {
      const cut = new AbortController();
      const authorization = `Bearer ${hub.token}`;
      const answer = await fetch(`${hub.url}/v1/events/stream?types=sales-order.accepted.v1,sales-order.closed.v1`, {
        headers: { authorization, ...headers },
        signal: cut.signal,
      });
      expect([answer.status, answer.headers.get("content-type")]).toEqual([
        200,
        expect.stringContaining("text/event-stream"),
      ]);
      let heard = "";
      for await (const chunk of answer.body ?? []) {
        heard += Buffer.from(chunk).toString("utf8");
        if (heard.includes(wanted) && heard.endsWith("\n\n")) break;
      }
      cut.abort();
      return heard;
    };
    let cursor = "";
    for (let found = 1; found > 0;) {
      const { body } = await hub.get<{ events: unknown[]; cursor: string }>(
        `/v1/events?limit=1000&after=${cursor || "0.0"}`,
      );
      found = body.events.length;
      ({ cursor } = body);
    }
    const { salesOrderId } = await hub.ordered([[hub.shelves.take().sku, 1]]);
    const first = await follow({ "last-event-id": cursor }, "event: sales-order.accepted.v1");
    const [, reached = ""] = /^id: (.+)$/m.exec(first) ?? [];
    const rest = await follow({ "last-event-id": reached }, "event: sales-order.closed.v1");
    for (const heard of [first, rest]) expect(heard).toContain(salesOrderId);
    expect([first, rest].join("").match(/event: sales-order.accepted.v1/g)).toHaveLength(1);
  });

  it("closes a system's lane and opens it again: work waits there meanwhile, with the reason", async () => {
    const why = { reason: "The tax engine is being moved." };
    expect((await hub.post("/v1/systems/tax/close", why)).status).toBe(200);
    const { salesOrderId } = await hub.ordered([[hub.shelves.take().sku, 1]]);
    const wait = await hub.until("the order waits for tax", salesOrderId, async () =>
      (await hub.story(salesOrderId)).waits.find(({ system }) => system === "tax"),
    );
    expect(wait.why).toContain("being moved");
    await hub.post("/v1/systems/tax/open", why);
    await hub.reaches(salesOrderId, "closed");
  });

  it("has it no longer once another was made", async () => {
    const renewed = await renewAdminToken({
      database: hub.database,
      clock: systemClock,
      ids: createIds(systemClock, randomBytes),
      randomBytes,
    });
    // The gate looks again every few seconds.
    hub.leap(10_000);
    const told = async (token: string) =>
      (await asStranger("GET", "/v1/systems", { authorization: `Bearer ${token}` })).status;
    expect([await told(renewed), await told(hub.token)]).toEqual([200, 401]);
  });
});
