import { describe, expect, it } from "vitest";
import { exampleQuote, exampleTender } from "../../conformance/examples.ts";
import { recorded, scriptedCall } from "../../conformance/scripted-call.ts";
import { anchor } from "./index.ts";

const fixture = (name: string, status?: number) => recorded(import.meta.dirname, name, status);
const scripted = (...answers: Parameters<typeof scriptedCall>[1]) =>
  scriptedCall<typeof anchor.settings>({ apiKey: "k", newsSecret: "n" }, answers);
const quote = exampleQuote("anchor", "AX3");

const asks = {
  from_name: "Atlanta branch",
  from_street: "500 Fulton Industrial Blvd",
  from_city: "Atlanta",
  from_state: "GA",
  from_postal: "30336",
  to_name: "Lone Star Plumbing Supply",
  to_street: "2200 Irving Blvd, Dock 4",
  to_city: "Dallas",
  to_state: "TX",
  to_postal: "75207",
  pieces: [
    {
      piece_id: "006141410000000016",
      weight_lb: "24.60",
      length_in: "18",
      width_in: "14",
      height_in: "12",
      dangerous: false,
    },
  ],
};

describe("quoting rates", () => {
  it("asks flatly, with the API key, and reads each product's price and days", async () => {
    const { call, asked } = scripted(fixture("quotes"));
    const answer = await anchor.quoteRates(exampleTender, call);
    expect(asked).toEqual([{ operation: "quote-rates", method: "POST", path: "/ship/quote", body: asks }]);
    expect(answer).toMatchObject({
      quotes: [
        { service: "AX1" },
        { ...quote, serviceName: "Anchor Express Saver", amount: expect.any(String), transitDays: 3 },
        { service: "AXE" },
      ],
    });
    expect(anchor.authorize({ apiKey: "k", newsSecret: "n" })).toEqual({ "x-anchor-key": "k" });
  });

  it("answers that it carries nothing dangerous", async () => {
    const { call } = scripted(fixture("refused-dangerous-goods", 422));
    expect(await anchor.quoteRates(exampleTender, call)).toEqual({
      refused: "Anchor carries no dangerous goods. (DG)",
      kind: "other",
    });
  });
});

describe("tendering", () => {
  it("books under our key, also when it may have been done: Anchor knows the key again", async () => {
    const { call, asked } = scripted(fixture("booked", 201), fixture("booked", 201));
    await anchor.tender(exampleTender, quote, call);
    await anchor.tender(exampleTender, quote, { ...call, maybeDone: true });
    expect(asked[0]).toEqual({
      operation: "tender",
      method: "POST",
      path: "/ship/book",
      headers: { "idempotency-key": "key-1" },
      body: { ...asks, customer_ref: "shp_1", product: "AX3", order_no: "PO-4711" },
    });
    expect(asked[1]).toEqual(asked[0]);
  });

  it("reads the waybill, and each label twice: as text for a label printer, and as PDF", async () => {
    const { call } = scripted(fixture("booked", 201));
    const label = { kind: "label", sscc: "006141410000000016" };
    expect(await anchor.tender(exampleTender, quote, call)).toEqual({
      trackingNumber: "AX076267671284",
      amount: expect.stringMatching(/^\d+\.\d\d$/),
      documents: [
        {
          ...label,
          format: "zpl",
          encoding: "utf-8",
          content: expect.stringMatching(/^\^XA[\s\S]*\^FDAX076267671284\^FS[\s\S]*\^XZ$/),
        },
        { ...label, format: "pdf", encoding: "base64", content: expect.stringMatching(/^JVBER/) },
      ],
    });
  });

  it("answers that the address is at fault, with Anchor's reason", async () => {
    const { call } = scripted(fixture("refused-address", 422));
    expect(await anchor.tender(exampleTender, quote, call)).toEqual({
      refused: "Nobody delivers to 99950. (ADDR)",
      kind: "address",
    });
  });

  it("keeps a conflict a failure: the same key with other goods is a mistake of ours", async () => {
    const { call } = scripted({ status: 409, body: { error_code: "E409", error_text: "The key was used." } });
    await expect(anchor.tender(exampleTender, quote, call)).rejects.toMatchObject({ category: "conflict" });
  });
});

it("cancels by our reference, and answers when it is too late", async () => {
  const { call, asked } = scripted(
    { status: 200, body: { cancelled: true } },
    fixture("cancel-refused-collected", 422),
  );
  expect(await anchor.voidTender({ reference: "shp_1" }, call)).toEqual({ voided: true });
  expect(asked[0]).toMatchObject({ method: "POST", path: "/ship/cancel", body: { customer_ref: "shp_1" } });
  expect(await anchor.voidTender({ reference: "shp_1" }, call)).toEqual({
    refused: "The courier has it. (COLLECTED)",
    kind: "too-late",
  });
});

it("reads the whole journey when it asks, in UTC across two time zones", async () => {
  const { call, asked } = scripted(fixture("track"));
  const news = await anchor.track("AX1", call);
  expect(asked[0]).toMatchObject({ method: "GET", path: "/track", query: { waybill: "AX1" } });
  expect(news.map(({ milestone }) => [milestone.code, milestone.occurredAt, milestone.location])).toEqual([
    ["label-created", "2026-11-23T14:05:00.000Z", "Atlanta GA"],
    ["picked-up", "2026-11-23T14:05:00.000Z", "Atlanta GA"],
    ["in-transit", "2026-11-23T15:35:00.000Z", "Atlanta GA"],
    ["in-transit", "2026-11-23T17:35:00.000Z", "Dallas TX"],
    ["out-for-delivery", "2026-11-23T18:35:00.000Z", "Dallas TX"],
    ["delivered", "2026-11-23T20:05:00.000Z", "Dallas TX"],
  ]);
  expect(news.at(-1)?.proofOfDelivery).toMatchObject({ signedBy: "R. Alvarez" });
});
