import type { Address, HandlingUnit } from "#contracts";
import { Type } from "typebox";
import { anchor } from "../carriers/anchor/index.ts";
import { piedmont } from "../carriers/piedmont/index.ts";
import { swift } from "../carriers/swift/index.ts";
import { carrierConformance, type CarrierSubject } from "./carrier.ts";
import { startCounterpart } from "./sandbox-counterpart.ts";

const startOf =
  (code: string): CarrierSubject["start"] =>
  async (options) => {
    const counterpart = await startCounterpart(code, options);
    const handOver = async (number: string) =>
      void (await counterpart.control("hand-over", { number }, Type.Unknown()));
    return { ...counterpart, handOver };
  };

const shipFrom: Address = {
  name: "Atlanta branch",
  street1: "500 Fulton Industrial Blvd",
  city: "Atlanta",
  region: "GA",
  postalCode: "30336",
  country: "US",
};
const shipTo: Address = {
  name: "Receiving",
  company: "Lone Star ^XZ~JA Plumbing",
  street1: "2200 Irving Blvd",
  street2: "Dock 4",
  city: "Dallas",
  region: "TX",
  postalCode: "75207",
  country: "US",
};
const carton = (sscc: string, more: Partial<HandlingUnit> = {}): HandlingUnit => ({
  sscc,
  kind: "carton",
  weightLb: "24.60",
  lengthIn: "18",
  widthIn: "14",
  heightIn: "12",
  contents: [{ lineNumber: 1, sku: "VLV-BALL-100", quantity: "12" }],
  ...more,
});
const pallet = (sscc: string, more: Partial<HandlingUnit> = {}): HandlingUnit =>
  carton(sscc, {
    kind: "pallet",
    weightLb: "412.00",
    lengthIn: "48",
    widthIn: "40",
    heightIn: "31",
    freightClass: "60",
    ...more,
  });

const goods = { shipFrom, shipTo, currency: "USD", shipOn: "2026-11-23", customerPurchaseOrder: "PO-4711" };
const parcels = {
  ...goods,
  mode: "parcel",
  handlingUnits: [carton("006141410000000016"), carton("006141410000000023", { weightLb: "9.25" })],
} as const;
const freight = {
  ...goods,
  mode: "ltl",
  handlingUnits: [
    pallet("006141410000000030"),
    pallet("006141410000000047", { freightClass: "92.5", hazardous: true }),
  ],
} as const;

const ketchikan = {
  what: "to where no road goes",
  tender: { shipTo: { ...shipTo, postalCode: "99950" } },
  kind: "address",
} as const;
const streetless = {
  what: "to no street",
  tender: { shipTo: { ...shipTo, street1: " ", street2: "" } },
  kind: "address",
} as const;
const withUnit = (handlingUnit: HandlingUnit) => ({ handlingUnits: [handlingUnit] });
const pipe = carton("006141410000000054", { lengthIn: "120", widthIn: "4", heightIn: "4" });
const crate = carton("006141410000000061", { lengthIn: "60", widthIn: "40", heightIn: "30" });

carrierConformance({
  connector: swift,
  start: startOf("swift"),
  tender: parcels,
  effects: { tender: "tender", voidTender: "void" },
  wrongSettings: { clientId: "somebody", clientSecret: "else", newsSecret: "x" },
  refuses: [
    ketchikan,
    streetless,
    { what: "a parcel that is too long", tender: withUnit(pipe), kind: "other" },
    { what: "a parcel that is too bulky", tender: withUnit(crate), kind: "other" },
    { what: "a parcel that is too heavy", tender: withUnit(carton(pipe.sscc, { weightLb: "150.01" })), kind: "other" },
  ],
  settings: { clientId: "c", clientSecret: "s", newsSecret: "news-secret" },
  sign: (body, hmac) => ({ "x-swift-signature": `sha256=${hmac("sha256", "news-secret").update(body).digest("hex")}` }),
  news: [
    {
      what: "a delivery, with who signed",
      body: {
        number: "SW1",
        scan: { id: "SW1-5", code: "DL", text: "Delivered", at: "2026-11-23T20:05:00.000Z", city: "Dallas", st: "TX" },
        pod: { signedBy: "R. Alvarez", at: "2026-11-23T20:05:00.000Z" },
      },
      reads: {
        messageId: "SW1-5",
        number: "SW1",
        milestone: {
          code: "delivered",
          carrierCode: "DL",
          description: "Delivered",
          occurredAt: "2026-11-23T20:05:00.000Z",
          location: "Dallas, TX",
        },
        proofOfDelivery: { signedBy: "R. Alvarez", deliveredAt: "2026-11-23T20:05:00.000Z", location: "Dallas, TX" },
      },
    },
    {
      what: "a code nobody told us of as an exception, for a person to look at",
      body: {
        number: "SW1",
        scan: { id: "SW1-3", code: "ZQ", text: "Zeppelin", at: "2026-11-23T18:00:00.000Z", city: "Dallas", st: "TX" },
        pod: null,
      },
      reads: {
        milestone: {
          code: "exception",
          carrierCode: "ZQ",
          description: 'Swift says "Zeppelin" (ZQ), for which we have no word.',
          occurredAt: "2026-11-23T18:00:00.000Z",
          location: "Dallas, TX",
        },
      },
    },
  ],
});

carrierConformance({
  connector: anchor,
  start: startOf("anchor"),
  tender: parcels,
  effects: { tender: "tender", voidTender: "void" },
  wrongSettings: { apiKey: "somebody-else", newsSecret: "x" },
  refuses: [
    ketchikan,
    streetless,
    { what: "dangerous goods", tender: withUnit(carton(pipe.sscc, { hazardous: true })), kind: "other" },
    { what: "a parcel that is too long", tender: withUnit(pipe), kind: "other" },
    { what: "a parcel that is too heavy", tender: withUnit(carton(pipe.sscc, { weightLb: "120.5" })), kind: "other" },
  ],
  settings: { apiKey: "k", newsSecret: "news-secret" },
  sign: (body, hmac) => ({ "x-anchor-hmac": hmac("sha256", "news-secret").update(body).digest("base64") }),
  news: [
    {
      what: "a pickup by the clock that hangs there",
      body: {
        waybill: "AX1",
        event: {
          event_id: "AX1-1",
          status: "PICKUP",
          local_time: "2026-07-01 09:30:00",
          zone: "America/Chicago",
          place: "Dallas TX",
        },
        received_by: null,
      },
      reads: {
        messageId: "AX1-1",
        number: "AX1",
        milestone: {
          code: "picked-up",
          carrierCode: "PICKUP",
          description: "pickup",
          occurredAt: "2026-07-01T14:30:00.000Z",
          location: "Dallas TX",
        },
      },
    },
    {
      what: "a delivery in winter time, with who received it",
      body: {
        waybill: "AX1",
        event: {
          event_id: "AX1-5",
          status: "POD",
          local_time: "2026-11-23 09:30:00",
          zone: "America/Los_Angeles",
          place: "Reno NV",
        },
        received_by: "R. Alvarez",
      },
      reads: {
        milestone: { code: "delivered", occurredAt: "2026-11-23T17:30:00.000Z" },
        proofOfDelivery: { signedBy: "R. Alvarez", deliveredAt: "2026-11-23T17:30:00.000Z", location: "Reno NV" },
      },
    },
  ],
});

carrierConformance({
  connector: piedmont,
  start: startOf("piedmont"),
  tender: freight,
  effects: { tender: "tender", voidTender: "void" },
  wrongSettings: { user: "crossdock", password: "wrong", newsSecret: "x" },
  refuses: [
    ketchikan,
    streetless,
    { what: "what would go as a parcel", tender: withUnit(pallet(pipe.sscc, { weightLb: "99" })), kind: "other" },
    { what: "what is longer than a trailer", tender: withUnit(pallet(pipe.sscc, { lengthIn: "480" })), kind: "other" },
  ],
  settings: { user: "u", password: "p", newsSecret: "news-secret" },
  sign: (body, hmac) => ({
    "x-piedmont-id": "msg-1",
    "x-piedmont-signature": hmac("sha256", "news-secret").update("msg-1.").update(body).digest("hex"),
  }),
  news: [
    {
      what: "a dock that was closed",
      body: {
        Pro: "PF1",
        Status: {
          Id: "PF1-4",
          Code: "ATT",
          Text: "Delivery attempted, dock closed",
          UtcTime: "2026-11-23T20:05:00.000Z",
          Terminal: "Dallas, TX",
        },
        SignedBy: null,
      },
      reads: {
        messageId: "PF1-4",
        number: "PF1",
        milestone: {
          code: "delivery-attempted",
          carrierCode: "ATT",
          description: "Delivery attempted, dock closed",
          occurredAt: "2026-11-23T20:05:00.000Z",
          location: "Dallas, TX",
        },
      },
    },
  ],
});
