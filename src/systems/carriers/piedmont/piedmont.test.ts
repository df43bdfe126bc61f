import { describe, expect, it } from "vitest";
import { exampleQuote, exampleTender } from "../../conformance/examples.ts";
import { recorded, scriptedCall } from "../../conformance/scripted-call.ts";
import type { ShipmentTender } from "../../ports.ts";
import { piedmont } from "./index.ts";

const fixture = (name: string, status?: number) => recorded(import.meta.dirname, name, status);
const scripted = (answers: Parameters<typeof scriptedCall>[1], maybeDone = false) =>
  scriptedCall<typeof piedmont.settings>({ user: "u", password: "p", newsSecret: "n" }, answers, maybeDone);
const quote = exampleQuote("piedmont", "STD", "ltl");
const pallet: ShipmentTender["handlingUnits"][number] = {
  sscc: "006141410000000030",
  kind: "pallet",
  weightLb: "412.00",
  lengthIn: "48",
  widthIn: "40",
  heightIn: "31",
  freightClass: "60",
  contents: [],
};
const freight: ShipmentTender = { ...exampleTender, mode: "ltl", handlingUnits: [pallet] };
const Inches = { L: "48", W: "40", H: "31" };

const asks = {
  Origin: { Consignee: "Atlanta branch", Addr: "500 Fulton Industrial Blvd", City: "Atlanta", St: "GA", Zip: "30336" },
  Dest: {
    Consignee: "Lone Star Plumbing Supply",
    Addr: "2200 Irving Blvd, Dock 4",
    City: "Dallas",
    St: "TX",
    Zip: "75207",
  },
  Units: [{ Sscc: "006141410000000030", Lbs: "412.00", Inches, Class: "60", Hazmat: false }],
};

describe("quoting rates", () => {
  it("asks with user and password, by class, weight and size, and reads each service's price and days", async () => {
    const { call, asked } = scripted([fixture("quotes")]);
    const amount = expect.stringMatching(/^\d+\.\d\d$/);
    expect(await piedmont.quoteRates(freight, call)).toEqual({
      quotes: [
        { ...quote, serviceName: "Piedmont Standard LTL", amount, transitDays: expect.any(Number) },
        {
          ...quote,
          service: "GTD",
          serviceName: "Piedmont Guaranteed by Noon",
          amount,
          transitDays: expect.any(Number),
        },
      ],
    });
    expect(asked).toEqual([{ operation: "quote-rates", method: "POST", path: "/ltl/quotes", body: asks }]);
    const settings = { user: "u", password: "p", newsSecret: "n" };
    expect(piedmont.authorize(settings)).toEqual({ authorization: "Basic dTpw" });
  });

  it("offers what has no class of its own as boxed hardware, class 70, and says what is hazardous", async () => {
    const { call, asked } = scripted([fixture("quotes")]);
    const { freightClass: _none, ...unclassed } = pallet;
    await piedmont.quoteRates({ ...freight, handlingUnits: [{ ...unclassed, hazardous: true }] }, call);
    expect(asked[0]?.body).toMatchObject({ Units: [{ Class: "70", Hazmat: true }] });
  });
});

describe("tendering", () => {
  const tendered = {
    proNumber: "PF076267671284",
    bolNumber: "BOL076267671284",
    amount: expect.stringMatching(/^\d+\.\d\d$/),
    documents: [
      { kind: "bill-of-lading", format: "pdf", encoding: "base64", content: expect.stringMatching(/^JVBER/) },
    ],
  };

  it("asks for a truck on the day, under our reference, and reads PRO, bill of lading and price", async () => {
    const { call, asked } = scripted([fixture("pickup-booked", 201)]);
    expect(await piedmont.tender(freight, quote, call)).toEqual(tendered);
    expect(asked).toEqual([
      {
        operation: "tender",
        method: "POST",
        path: "/ltl/pickups",
        body: { ...asks, Ref: "shp_1", Svc: "STD", PoNum: "PO-4711", PickupOn: "2026-11-23" },
      },
    ]);
  });

  it("looks before it writes when it may have been done", async () => {
    const { call, asked } = scripted([fixture("pickups-by-reference")], true);
    expect(await piedmont.tender(freight, quote, call)).toEqual(tendered);
    expect(asked).toMatchObject([{ method: "GET", path: "/ltl/pickups", query: { Ref: "shp_1" } }]);
  });

  it("writes when it looked and found nothing", async () => {
    const { call, asked } = scripted([fixture("pickups-none"), fixture("pickup-booked", 201)], true);
    await piedmont.tender(freight, quote, call);
    expect(asked.map(({ method }) => method)).toEqual(["GET", "POST"]);
  });

  it("answers that the address is at fault, with Piedmont's reason", async () => {
    const { call } = scripted([fixture("refused-no-service", 422)]);
    expect(await piedmont.tender(freight, quote, call)).toEqual({
      refused: "Nobody delivers to 99950. (NO-SERVICE)",
      kind: "address",
    });
  });

  it("believes no bill of lading that is no PDF", async () => {
    const { call } = scripted([{ status: 201, body: { Pro: "PF1", Bol: "BOL1", Total: "1.00", BolPdf: "PGh0bWw+" } }]);
    await expect(piedmont.tender(freight, quote, call)).rejects.toMatchObject({
      code: "invalid-document",
      faults: [{ path: "/BolPdf" }],
    });
  });
});

it("cancels the pickup by our reference, and answers when it is too late", async () => {
  const { call, asked } = scripted([{ status: 200, body: {} }, fixture("cancel-refused-picked-up", 422)]);
  expect(await piedmont.voidTender({ reference: "shp_1" }, call)).toEqual({ voided: true });
  expect(asked[0]).toMatchObject({ method: "POST", path: "/ltl/pickups/cancel", body: { Ref: "shp_1" } });
  expect(await piedmont.voidTender({ reference: "shp_1" }, call)).toEqual({
    refused: "It is on the truck. (PICKED-UP)",
    kind: "too-late",
  });
});

it("reads the whole journey when it asks, and who signed with the last of it only", async () => {
  const { call, asked } = scripted([fixture("tracking")]);
  const news = await piedmont.track("PF1", call);
  expect(asked[0]).toMatchObject({ method: "GET", path: "/ltl/tracking/PF1" });
  expect(news.map(({ milestone }) => [milestone.code, milestone.carrierCode])).toEqual([
    ["label-created", "BKD"],
    ["picked-up", "PUP"],
    ["in-transit", "DPT"],
    ["in-transit", "ARV"],
    ["out-for-delivery", "OFD"],
    ["delivered", "DLV"],
  ]);
  expect(news.filter(({ proofOfDelivery }) => proofOfDelivery)).toEqual([news.at(-1)]);
});
