import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtempSync, rmSync, appendFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Type, type Static } from "typebox";
import { Compile } from "typebox/compile";
import { afterEach, expect, test } from "vitest";
import { systemClock } from "#platform";
import { createCounterparty, type Counterparty, type CounterpartyDescription } from "./counterparty.ts";
import { fileJournal, memoryJournal, type Journal } from "./journal.ts";

/** A counterparty that keeps a guest book: signing is its one effect, and it thanks the guest later. */
const Signed = Type.Object({ kind: Type.Enum(["signed", "thanked"]), name: Type.String() });
type Signed = Static<typeof Signed>;
const reader = Compile(Signed);

const guestBook = (hubUrl: string): CounterpartyDescription<{ signed: string[]; thanked: string[] }, Signed> => ({
  code: "guest-book",
  title: "Guest book",
  wording: {
    complaint: (status, message) => ({ oops: message, status }),
    refusal: (reason) => ({ status: 409, body: { no: reason } }),
  },
  authenticate: (request) => request.headers["x-key"] === "k",
  initial: () => ({ signed: [], thanked: [] }),
  parseFact: (value) => reader.Parse(value),
  evolve(state, fact) {
    (fact.kind === "signed" ? state.signed : state.thanked).push(fact.name);
  },
  timers: {
    thank: (name) => ({
      facts: [{ kind: "thanked", name }],
      deliveries: [{ topic: "thanks", url: `${hubUrl}/thanks`, body: { name } }],
    }),
  },
  sign: (delivery) => ({ "x-message-id": delivery.id }),
  routes(vendor, desk) {
    vendor.get("/guests", () => desk.state);
    vendor.post("/guests", { schema: { body: Type.Object({ name: Type.String() }) } }, (request, reply) => {
      const { name } = request.body;
      desk.commit({
        facts: [{ kind: "signed", name }],
        effects: [{ operation: "sign", reference: name }],
        timers: [{ name: "thank", afterMs: 3_600_000, payload: name }],
      });
      return reply.code(201).send({ ok: name });
    });
  },
});

const opened: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.stop();
});

async function open(options: { journal?: Journal; timeScale?: number; hubUrl?: string } = {}): Promise<Counterparty> {
  const party = await createCounterparty(guestBook(options.hubUrl ?? "http://127.0.0.1:9"), {
    clock: systemClock,
    timeScale: options.timeScale ?? 1,
    random: () => 0.5,
    journal: options.journal ?? memoryJournal(),
  });
  opened.push(party);
  return party;
}

const headers = { "x-key": "k", "content-type": "application/json" };
const sign = (party: Counterparty, name: string) =>
  fetch(`${party.url}/guests`, {
    method: "POST",
    headers,
    body: JSON.stringify({ name }),
    signal: AbortSignal.timeout(1_000),
  });
const control = async (party: Counterparty, path: string, body?: object): Promise<Record<string, unknown>> => {
  const answer = await fetch(`${party.url}/control/${path}`, {
    ...(body && { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
  });
  return (await answer.json()) as Record<string, unknown>;
};
const guests = async (party: Counterparty) => (await fetch(`${party.url}/guests`, { headers })).json();

/** Stands in for the hub: keeps what it is sent, and answers as told. */
async function listen(answer: (count: number) => number) {
  const received: { id: string | undefined; body: string }[] = [];
  const read = async (request: IncomingMessage) => {
    let body = "";
    for await (const chunk of request) body += String(chunk);
    received.push({ id: request.headers["x-message-id"]?.toString(), body });
    return answer(received.length);
  };
  const server = createServer((request, response) => {
    void read(request).then((status) => response.writeHead(status).end());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  opened.push({
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}

test("it is the same after a restart, though the last line of its journal was cut short", async () => {
  const folder = mkdtempSync(join(tmpdir(), "ledger-"));
  const path = join(folder, "guest-book.jsonl");
  const first = await open({ journal: fileJournal(path) });
  await sign(first, "ada");
  await sign(first, "bob");
  await first.stop();
  opened.length = 0;
  appendFileSync(path, '{"at":"2026-11-23T00:00:00Z","effe');

  const second = await open({ journal: fileJournal(path) });
  expect(await guests(second)).toEqual({ signed: ["ada", "bob"], thanked: [] });
  await sign(second, "cyd");
  expect(await control(second, "status")).toMatchObject({ effects: { sign: 3 }, timersWaiting: 3 });
  rmSync(folder, { recursive: true });
});

test("the ledger names what was done twice for one reference", async () => {
  const party = await open();
  for (const name of ["ada", "bob", "ada"]) await sign(party, name);
  expect(await control(party, "effects?doubled=true")).toEqual({
    doubled: [{ operation: "sign", reference: "ada", times: 2 }],
  });
  expect(await control(party, "ledger?reference=bob")).toMatchObject({
    effects: [{ operation: "sign", reference: "bob" }],
  });
  await control(party, "reset", {});
  expect(await control(party, "ledger")).toEqual({ effects: [] });
});

test("it can be down, silent, throttled, failing, refusing, and done without saying so", async () => {
  const party = await open();
  await control(party, "behaviour", { mode: "down" });
  await expect(sign(party, "a")).rejects.toThrow("fetch failed");
  await control(party, "behaviour", { mode: "hang" });
  await expect(sign(party, "b")).rejects.toThrow("timeout");
  await control(party, "behaviour", { throttle: { perSecond: 0, retryAfter: 7 } });
  const throttled = await sign(party, "c");
  expect([throttled.status, throttled.headers.get("retry-after")]).toEqual([429, "7"]);
  await control(party, "behaviour", {
    failNext: { count: 1, status: 503 },
    refuseNext: { count: 1, reason: "not today" },
  });
  expect((await sign(party, "d")).status).toBe(503);
  expect(await (await sign(party, "e")).json()).toEqual({ no: "not today" });
  expect(await guests(party)).toEqual({ signed: [], thanked: [] });

  for (const [how, name] of [
    ["error", "f"],
    ["drop", "g"],
    ["hang", "h"],
  ] as const) {
    await control(party, "behaviour", { failAfterEffect: { count: 1, how } });
    if (how === "error") expect((await sign(party, name)).status).toBe(500);
    else await expect(sign(party, name)).rejects.toThrow();
  }
  expect(await guests(party)).toEqual({ signed: ["f", "g", "h"], thanked: [] });
  expect((await fetch(`${party.url}/guests`)).status).toBe(401);
});

test("a misspelt behaviour is refused", async () => {
  const party = await open();
  expect(await control(party, "behaviour", { mod: "down" })).toMatchObject({ statusCode: 400 });
});

test("compressed time makes an hour a moment, and a message is tried until it is taken", async () => {
  const hub = await listen((count) => (count < 3 ? 500 : 204));
  const party = await open({ timeScale: 36_000, hubUrl: hub.url });
  await sign(party, "ada");
  await expect.poll(() => hub.received.length, { timeout: 3_000 }).toBe(3);
  expect(new Set(hub.received.map(({ id }) => id)).size).toBe(1);
  await expect.poll(() => control(party, "status")).toMatchObject({ messagesPending: 0, timersWaiting: 0 });
});

test("a message not yet taken is sent after a restart", async () => {
  const folder = mkdtempSync(join(tmpdir(), "ledger-"));
  const path = join(folder, "guest-book.jsonl");
  const first = await open({ journal: fileJournal(path), timeScale: 36_000 });
  await sign(first, "ada");
  await expect.poll(() => control(first, "status")).toMatchObject({ messagesPending: 1 });
  await first.stop();
  opened.length = 0;
  const hub = await listen(() => 200);
  // The address was written down with the message, so the hub has to be where it was: here the message is rewritten to it.
  const { readFileSync, writeFileSync } = await import("node:fs");
  writeFileSync(path, readFileSync(path, "utf8").replaceAll("http://127.0.0.1:9", hub.url));
  await open({ journal: fileJournal(path), timeScale: 36_000 });
  await expect.poll(() => hub.received.map(({ body }) => body)).toEqual(['{"name":"ada"}']);
  rmSync(folder, { recursive: true });
});

test("chaos makes messages come twice, late, out of order, or never", async () => {
  const hub = await listen(() => 200);
  const party = await open({ timeScale: 36_000_000, hubUrl: hub.url });
  const arrived = () => hub.received.splice(0).map(({ body }) => (JSON.parse(body) as { name: string }).name);
  const settled = () =>
    expect.poll(() => control(party, "status")).toMatchObject({ messagesPending: 0, timersWaiting: 0 });

  await control(party, "chaos", { duplicate: 1 });
  await sign(party, "ada");
  await settled();
  expect(arrived()).toEqual(["ada", "ada"]);

  await control(party, "chaos", { reorder: 1 });
  await sign(party, "bob");
  await expect.poll(() => control(party, "status")).toMatchObject({ messagesPending: 1 });
  await control(party, "chaos", {});
  await sign(party, "cyd");
  await settled();
  expect(arrived()).toEqual(["cyd", "bob"]);

  await control(party, "chaos", { drop: 1 });
  await sign(party, "dan");
  await expect.poll(() => control(party, "status")).toMatchObject({ messagesPending: 1 });
  expect(arrived()).toEqual([]);
  await control(party, "chaos", { lose: 1 });
  await settled();
  expect(arrived()).toEqual([]);
});
