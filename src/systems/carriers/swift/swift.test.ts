import { CallFailure } from "#platform";
import { beforeEach, describe, expect, it } from "vitest";
import { exampleQuote, exampleTender } from "../../conformance/examples.ts";
import { recorded, scriptedCall } from "../../conformance/scripted-call.ts";
import { swift } from "./index.ts";

const fixture = (name: string, status?: number) => recorded(import.meta.dirname, name, status);
/** Tokens are kept by credentials, for as long as the process lives: each test signs in as somebody new. */
let clientId = 0;
beforeEach(() => {
  clientId += 1;
});
const scripted = (answers: Parameters<typeof scriptedCall>[1], maybeDone = false) =>
  scriptedCall<typeof swift.settings>(
    { clientId: `client-${clientId}`, clientSecret: "s", newsSecret: "n" },
    answers,
    maybeDone,
  );
const signedIn = (...answers: Parameters<typeof scriptedCall>[1]) => scripted([fixture("token"), ...answers]);
const quote = exampleQuote("swift", "GND");

const rated = {
  origin: { name: "Atlanta branch", line1: "500 Fulton Industrial Blvd", city: "Atlanta", state: "GA", zip: "30336" },
  destination: {
    name: "Lone Star Plumbing Supply",
    line1: "2200 Irving Blvd, Dock 4",
    city: "Dallas",
    state: "TX",
    zip: "75207",
  },
  parcels: [{ id: "006141410000000016", lbs: "24.60", dims: { l: "18", w: "14", h: "12" }, hazmat: false }],
};

describe("signing in", () => {
  it("asks for a token as OAuth has it, and sends it with the call", async () => {
    const { call, asked } = signedIn({ status: 200, body: {} });
    await swift.verify(call);
    expect(asked).toEqual([
      {
        operation: "sign-in",
        method: "POST",
        path: "/oauth/token",
        headers: { authorization: `Basic ${Buffer.from(`client-${clientId}:s`).toString("base64")}` },
        body: new URLSearchParams({ grant_type: "client_credentials" }),
      },
      { operation: "verify", method: "GET", path: "/v2/account", headers: { authorization: "Bearer token-1" } },
    ]);
    expect(swift.authorize()).toEqual({});
  });

  it("keeps the token until a minute before it runs out", async () => {
    const { call, asked } = scripted([
      fixture("token"),
      { status: 200, body: {} },
      { status: 200, body: {} },
      fixture("token"),
      { status: 200, body: {} },
    ]);
    await swift.verify(call);
    const later = (minutes: number) => ({ ...call, now: new Date(call.now.getTime() + minutes * 60_000) });
    await swift.verify(later(58));
    await swift.verify(later(59));
    expect(asked.map(({ operation }) => operation)).toEqual(["sign-in", "verify", "verify", "sign-in", "verify"]);
  });

  it("replaces a token that was withdrawn, once, and believes the second no", async () => {
    const ok = { status: 200, body: {} };
    const no = { status: 401, body: {} };
    const { call, asked } = scripted([fixture("token"), ok, no, fixture("token"), ok, no, fixture("token"), no]);
    await swift.verify(call);
    await swift.verify(call);
    expect(asked.map(({ operation }) => operation)).toEqual(["sign-in", "verify", "verify", "sign-in", "verify"]);
    await expect(swift.verify(call)).rejects.toMatchObject({ category: "unauthorized" });
  });

  it.each([400, 401, 422])(
    "takes a sign-in answered %i for a no to our credentials, never for one to the goods",
    async (status) => {
      const { call } = scripted([{ status, body: { error: { code: "invalid_client", message: "Who are you?" } } }]);
      await expect(swift.tender(exampleTender, quote, call)).rejects.toMatchObject({
        category: "unauthorized",
        outcome: "not-done",
        message: expect.stringContaining("nothing was asked"),
      });
    },
  );

  it("knows that nothing was booked when the sign-in was never answered", async () => {
    const { call } = scripted([]);
    const silence = new CallFailure("no answer within 8000 ms.", {
      category: "timed-out",
      outcome: "unknown",
      system: "swift",
      operation: "sign-in",
    });
    const http = { send: () => Promise.reject(silence) };
    await expect(swift.tender(exampleTender, quote, { ...call, http })).rejects.toMatchObject({
      category: "timed-out",
      outcome: "not-done",
    });
  });
});

describe("quoting rates", () => {
  it("asks in Swift's words and reads each service's price and days", async () => {
    const { call, asked } = signedIn(fixture("rates"));
    expect(await swift.quoteRates(exampleTender, call)).toEqual({
      quotes: [
        { ...quote, serviceName: "Swift Ground", amount: "24.42", transitDays: 5 },
        { ...quote, service: "2DY", serviceName: "Swift Two-Day", amount: "52.14", transitDays: 2 },
        { ...quote, service: "OVN", serviceName: "Swift Overnight", amount: "102.67", transitDays: 1 },
      ],
    });
    expect(asked[1]).toMatchObject({ operation: "quote-rates", method: "POST", path: "/v2/rates", body: rated });
  });
});

describe("tendering", () => {
  const tendered = {
    trackingNumber: "SW076267671284",
    amount: "24.42",
    documents: [
      {
        kind: "label",
        format: "zpl",
        sscc: "006141410000000016",
        encoding: "utf-8",
        content: expect.stringMatching(/^\^XA[\s\S]*\^FDSW076267671284\^FS[\s\S]*\^XZ$/),
      },
    ],
  };

  it("books what was quoted under our reference, and reads number, price and label", async () => {
    const { call, asked } = signedIn(fixture("shipment-created", 201));
    expect(await swift.tender(exampleTender, quote, call)).toEqual(tendered);
    expect(asked[1]).toMatchObject({
      operation: "tender",
      method: "POST",
      path: "/v2/shipments",
      body: { ...rated, shipperReference: "shp_1", svc: "GND", po: "PO-4711" },
    });
  });

  it("looks before it writes when it may have been done", async () => {
    const { call, asked } = scripted([fixture("token"), fixture("shipments-by-reference")], true);
    expect(await swift.tender(exampleTender, quote, call)).toEqual(tendered);
    expect(asked[1]).toMatchObject({ method: "GET", path: "/v2/shipments", query: { shipperReference: "shp_1" } });
  });

  it("writes when it looked and found nothing", async () => {
    const { call, asked } = scripted(
      [fixture("token"), fixture("shipments-none"), fixture("shipment-created", 201)],
      true,
    );
    expect(await swift.tender(exampleTender, quote, call)).toEqual(tendered);
    expect(asked.map(({ method }) => method)).toEqual(["POST", "GET", "POST"]);
  });

  it("answers that the address is at fault, with Swift's reason", async () => {
    const { call } = signedIn(fixture("refused-address-not-served", 422));
    expect(await swift.tender(exampleTender, quote, call)).toEqual({
      refused: "Nobody delivers to 99950. (ADDRESS_NOT_SERVED)",
      kind: "address",
    });
  });

  it("believes no label that is cut short", async () => {
    const cut = { trackingNumber: "SW1", total: "1.00", labels: [{ parcel: "1", zpl: "^XA^FO40,40^FDSW1" }] };
    const { call } = signedIn({ status: 201, body: { shipment: cut } });
    await expect(swift.tender(exampleTender, quote, call)).rejects.toMatchObject({
      code: "invalid-document",
      faults: [{ path: "/shipment/labels/0/zpl" }],
    });
  });
});

it("voids by our reference, and answers when it is too late", async () => {
  const { call, asked } = signedIn({ status: 200, body: { voided: true } }, fixture("void-refused-picked-up", 422));
  expect(await swift.voidTender({ reference: "shp_1" }, call)).toEqual({ voided: true });
  expect(asked[1]).toMatchObject({ method: "POST", path: "/v2/shipments/void", body: { shipperReference: "shp_1" } });
  expect(await swift.voidTender({ reference: "shp_1" }, call)).toEqual({
    refused: "The driver has it. (PICKED_UP)",
    kind: "too-late",
  });
});

it("reads the whole journey when it asks, and who signed with the last of it only", async () => {
  const { call, asked } = signedIn(fixture("tracking"));
  const news = await swift.track("SW 07/1", call);
  expect(asked[1]).toMatchObject({ method: "GET", path: "/v2/tracking/SW%2007%2F1" });
  expect(news.map(({ milestone }) => [milestone.code, milestone.carrierCode])).toEqual([
    ["label-created", "LC"],
    ["picked-up", "PU"],
    ["in-transit", "DP"],
    ["in-transit", "AR"],
    ["out-for-delivery", "OD"],
    ["delivered", "DL"],
  ]);
  expect(news.map(({ proofOfDelivery }) => proofOfDelivery?.signedBy)).toEqual([
    ...Array(5).fill(undefined),
    "R. Alvarez",
  ]);
});

it("reads on past a code nobody told us of", async () => {
  const { status, body } = fixture("tracking");
  const { scans, ...rest } = body as { scans: { code: string }[] };
  const strange = scans.map((scan, index) => (index === 2 ? { ...scan, code: "ZQ" } : scan));
  const { call } = signedIn({ status, body: { ...rest, scans: strange } });
  const news = await swift.track("SW1", call);
  expect(news[2]?.milestone).toMatchObject({ code: "exception", carrierCode: "ZQ" });
  expect(news.at(-1)?.milestone.code).toBe("delivered");
});
