import { turnableClock, type TurnableClock } from "#platform";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sandboxData } from "../data/sandbox-data.ts";
import type { SandboxPremises } from "../entry.ts";
import type { Counterparty } from "../kernel/counterparty.ts";
import { memoryJournal } from "../kernel/journal.ts";
import { anchorEntry } from "./anchor.ts";
import { piedmontEntry } from "./piedmont.ts";
import { swiftEntry } from "./swift.ts";

const premises: SandboxPremises = {
  data: sandboxData({ seed: 7, openedOn: "2026-01-05" }),
  inboundUrl: (code) => `http://hub.example/inbound/${code}`,
  urlOf: () => null,
  random: () => 0.5,
};
const hourMs = 3_600_000;
const journal = memoryJournal();
let clock: TurnableClock;
let carrier: Counterparty;
let sent: Record<string, unknown>[];

const open = (entry: typeof swiftEntry) =>
  entry(premises).open({
    clock,
    timeScale: 1,
    random: () => 0.5,
    journal,
    post: async (_url, { body }) => {
      sent.push(JSON.parse(body) as Record<string, unknown>);
      return 200;
    },
  });

beforeEach(() => {
  clock = turnableClock(new Date("2026-01-05T09:00:00Z"));
  journal.clear();
  sent = [];
});
afterEach(() => carrier.stop());

type Body = Record<string, unknown>;
const basic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
async function send(path: string, headers: Readonly<Record<string, string>>, body?: object) {
  const response = await fetch(`${carrier.url}${path}`, {
    ...(body && { method: "POST", body: body instanceof URLSearchParams ? body : JSON.stringify(body) }),
    headers: { ...headers, ...(body && !(body instanceof URLSearchParams) && { "content-type": "application/json" }) },
  });
  return { status: response.status, body: (await response.json()) as Body };
}

const inches = { length_in: "18", width_in: "14", height_in: "12" };
const piece = (id: string, weight = "24.60") => ({ piece_id: id, weight_lb: weight, ...inches, dangerous: false });
const asked = {
  from_name: "Atlanta branch", from_street: "500 Fulton Industrial Blvd", from_city: "Atlanta", from_state: "GA", from_postal: "30336",
  to_name: "Lone Star Plumbing", to_street: "2200 Irving Blvd", to_city: "Dallas", to_state: "TX", to_postal: "75207",
  pieces: [piece("006141410000000016")],
}; // prettier-ignore
const key = { "x-anchor-key": "anchor-sandbox-key" };
const book = async (customer_ref: string, more: object = {}, idempotencyKey = customer_ref) =>
  send(
    "/ship/book",
    { ...key, "idempotency-key": idempotencyKey },
    { ...asked, customer_ref, product: "AX3", order_no: "PO-1", ...more },
  );
const control = (path: string, body: object) => send(`/control/${path}`, {}, body);
const statuses = () => sent.map((body) => (body["event"] as { status: string }).status);

describe("the journey of a parcel", () => {
  beforeEach(async () => {
    carrier = await open(anchorEntry);
  });

  it("begins when the warehouse says so, and takes about six hours to the door", async () => {
    const { waybill } = (await book("shp-1")).body;
    await clock.advance(24 * hourMs);
    expect(statuses()).toEqual(["MANIFESTED"]);
    await control("hand-over", { number: waybill });
    await clock.advance(6 * hourMs);
    expect(statuses()).toEqual(["MANIFESTED", "PICKUP", "LINEHAUL", "HUB_IN", "WITH_COURIER", "POD"]);
    expect(sent.map((body) => body["received_by"])).toEqual([null, null, null, null, null, "R. Alvarez"]);
  });

  it("begins by itself some day when nobody says anything, and once only", async () => {
    const { waybill } = (await book("shp-1")).body;
    await clock.advance(30 * 24 * hourMs);
    expect(statuses()).toEqual(["MANIFESTED", "PICKUP"]);
    await control("hand-over", { number: waybill });
    await clock.advance(24 * hourMs);
    expect(statuses().filter((status) => status === "PICKUP")).toHaveLength(1);
    expect(statuses().at(-1)).toBe("POD");
  });

  it("tells the time of the clock on the wall, and where that wall is", async () => {
    const { waybill } = (await book("shp-1")).body;
    await control("hand-over", { number: waybill });
    await clock.advance(6 * hourMs);
    expect(sent[0]?.["event"]).toMatchObject({ local_time: "2026-01-05 04:00:00", zone: "America/New_York" });
    expect(sent.at(-1)?.["event"]).toMatchObject({ local_time: "2026-01-05 09:00:00", zone: "America/Chicago" });
  });

  it("goes on after what went wrong, and ends where the goods are sent back", async () => {
    const { waybill: late } = (await book("shp-1")).body;
    const { waybill: returned } = (await book("shp-2")).body;
    expect((await control("mishap", { number: late, what: "delayed" })).status).toBe(409);
    for (const number of [late, returned]) await control("hand-over", { number });
    await clock.advance(5 * hourMs);
    for (const what of ["delayed", "attempted"])
      expect((await control("mishap", { number: late, what })).status).toBe(200);
    await control("mishap", { number: returned, what: "returned" });
    await clock.advance(24 * hourMs);
    const of = (number: unknown) =>
      sent.filter((body) => body["waybill"] === number).map((body) => (body["event"] as { status: string }).status);
    expect(of(late).slice(-4)).toEqual(["WITH_COURIER", "HELD", "NOBODY_HOME", "POD"]);
    expect(of(returned).at(-1)).toBe("SENT_BACK");
    expect((await control("mishap", { number: late, what: "returned" })).status).toBe(409);
  });

  it("does not begin for what was voided, and is known again after a restart", async () => {
    const { waybill } = (await book("shp-1")).body;
    const { waybill: voided } = (await book("shp-2")).body;
    expect((await send("/ship/cancel", key, { customer_ref: "shp-2" })).status).toBe(200);
    await carrier.stop();
    carrier = await open(anchorEntry);
    for (const number of [waybill, voided]) await control("hand-over", { number });
    await clock.advance(24 * hourMs);
    expect((await send(`/track?waybill=${String(waybill)}`, key)).body["events"]).toHaveLength(6);
    expect((await send(`/track?waybill=${String(voided)}`, key)).body["events"]).toHaveLength(1);
  });
});

describe("Anchor Express", () => {
  beforeEach(async () => {
    carrier = await open(anchorEntry);
  });

  it("answers the same key as before, and not for other content; another key is another parcel", async () => {
    const first = await book("shp-1");
    expect(await book("shp-1")).toEqual(first);
    expect((await book("shp-1", { product: "AX1" })).status).toBe(409);
    await book("shp-1", {}, "another key");
    expect((await send("/control/effects?doubled=true", {})).body).toEqual({
      doubled: [{ operation: "tender", reference: "shp-1", times: 2 }],
    });
    // What stands twice is taken back whole.
    await send("/ship/cancel", key, { customer_ref: "shp-1" });
    const { consignments } = (await send("/control/consignments", {})).body;
    expect(consignments).toMatchObject([{ isVoided: true }, { isVoided: true }]);
  });

  it.each([
    ["ADDR", { to_postal: "99950" }],
    ["ADDR", { to_street: "  " }],
    ["ADDR", { to_postal: "H2X 1Y4" }],
    ["DG", { pieces: [{ ...piece("1"), dangerous: true }] }],
    ["SIZE", { pieces: [{ ...piece("1"), length_in: "96.5" }] }],
    ["SIZE", { pieces: [{ ...piece("1"), length_in: "50", width_in: "30", height_in: "10.5" }] }],
    ["WEIGHT", { pieces: [piece("1", "120.01")] }],
    ["PRODUCT", { product: "PIGEON" }],
  ])("refuses with %s (%j)", async (code, more) => {
    const { status, body } = await book("shp-1", more);
    expect([status, body["error_code"]]).toEqual([422, code]);
    expect((await send("/control/ledger", {})).body).toEqual({ effects: [] });
  });

  it("carries what is just small and light enough", async () => {
    const pieces = [{ ...piece("1", "120"), length_in: "50", width_in: "30", height_in: "10" }];
    expect((await book("shp-1", { pieces })).status).toBe(201);
  });
});

describe("Swift Parcel", () => {
  beforeEach(async () => {
    carrier = await open(swiftEntry);
  });
  const signIn = (grant = "client_credentials", secret = "swift-sandbox-secret") =>
    send("/oauth/token", { authorization: basic("crossdock", secret) }, new URLSearchParams({ grant_type: grant }));

  it("gives a token that is good for an hour, and for no longer", async () => {
    const { body } = await signIn();
    expect(body).toMatchObject({ token_type: "Bearer", expires_in: 3600 });
    const account = () => send("/v2/account", { authorization: `Bearer ${String(body["access_token"])}` });
    await clock.advance(hourMs - 1);
    expect((await account()).status).toBe(200);
    await clock.advance(1);
    expect((await account()).status).toBe(401);
  });

  it("gives none for another grant or a wrong secret", async () => {
    expect((await signIn("password")).status).toBe(400);
    expect((await signIn("client_credentials", "wrong")).status).toBe(401);
    expect((await send("/v2/account", { authorization: "Bearer made-up" })).status).toBe(401);
  });
});

describe("Piedmont Freight", () => {
  beforeEach(async () => {
    carrier = await open(piedmontEntry);
  });
  const terminal = (Zip: string) => ({ Consignee: "Receiving", Addr: "1 Main St", City: "Somewhere", St: "GA", Zip });
  const unit = (Class: string, Lbs = "400") => ({
    Sscc: "1",
    Lbs,
    Inches: { L: "48", W: "40", H: "30" },
    Class,
    Hazmat: false,
  });
  const quote = (Zip: string, ...Units: object[]) =>
    send(
      "/ltl/quotes",
      { authorization: basic("crossdock", "piedmont-sandbox-password") },
      { Origin: terminal("30336"), Dest: terminal(Zip), Units },
    );
  const standard = async (Zip: string, ...units: object[]) => {
    const { body } = await quote(Zip, ...units);
    return (body["Quotes"] as { Svc: string; Total: string; Days: number }[]).find(({ Svc }) => Svc === "STD");
  };

  it("charges by class, weight and distance", async () => {
    // (62 + 4 hundredweight x class 50/50 x 14), next door.
    expect(await standard("30336", unit("50"))).toEqual({
      Svc: "STD",
      Name: "Piedmont Standard LTL",
      Total: "118.00",
      Days: 2,
    });
    expect((await standard("30336", unit("100")))?.Total).toBe("174.00");
    expect((await standard("30336", unit("50", "800")))?.Total).toBe("174.00");
    expect(await standard("97209", unit("50"))).toMatchObject({ Total: "181.72", Days: 7 });
  });

  it("knows only the classes of the classification", async () => {
    expect((await quote("30336", unit("51"))).status).toBe(400);
  });
});
