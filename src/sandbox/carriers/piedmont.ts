import { Decimal } from "decimal.js";
import { createHmac } from "node:crypto";
import { Type, type Static } from "typebox";
import { sandboxEntry, type SandboxEntry, type SandboxPremises } from "../entry.ts";
import type { CounterpartyDescription, Routes } from "../kernel/counterparty.ts";
import {
  addressFault,
  journeyTimers,
  keepConsignments,
  numberFor,
  open,
  openDriverDoor,
  parseFact,
  sizeFault,
  standing,
  voided,
  zoneBetween,
  type CarrierDesk,
  type Consignments,
  type Fact,
  type Piece,
  type Place,
  type Scan,
  type Stage,
  type Tell,
  type Tendered,
} from "./consignments.ts";
import { billOfLading } from "./bill-of-lading.ts";

const Terminal = Type.Object({
  Consignee: Type.String(),
  Addr: Type.String(),
  City: Type.String(),
  St: Type.String(),
  Zip: Type.String(),
});
/** The classes of the National Motor Freight Classification. */
// prettier-ignore
const FreightClass = Type.Enum([
  "50", "55", "60", "65", "70", "77.5", "85", "92.5", "100", "110", "125", "150", "175", "200", "250", "300", "400", "500",
]);
const Amount = Type.String({ pattern: "^\\d+(\\.\\d+)?$" });
const Unit = Type.Object({
  Sscc: Type.String(),
  Lbs: Amount,
  Inches: Type.Object({ L: Amount, W: Amount, H: Amount }),
  Class: FreightClass,
  Hazmat: Type.Boolean(),
});
const Asked = { Origin: Terminal, Dest: Terminal, Units: Type.Array(Unit, { minItems: 1 }) };
const QuoteRequest = Type.Object(Asked, { additionalProperties: false });
const PickupRequest = Type.Object(
  {
    ...Asked,
    Ref: Type.String({ minLength: 1 }),
    Svc: Type.String(),
    PoNum: Type.String(),
    PickupOn: Type.String({ pattern: "^\\d{4}-\\d{2}-\\d{2}$" }),
  },
  { additionalProperties: false },
);

const LTL_LBS_MIN = 100;
/** A trailer: 28 feet long, and no wider or higher than a dock door. */
const GAUGE = { lengthMax: 336, lengthAndGirthMax: 336 + 2 * (96 + 96) };
const services = [
  { code: "STD", name: "Piedmont Standard LTL", factor: "1", days: (zone: number) => Math.max(2, zone - 1) },
  { code: "GTD", name: "Piedmont Guaranteed by Noon", factor: "1.6", days: (zone: number) => Math.max(1, zone - 2) },
];

const complaint = (status: number, message: string) => ({ Fault: `P${status}`, Detail: message });
const refusal = (fault: string, detail: string) => ({ status: 422, body: { Fault: fault, Detail: detail } });

const codes: Readonly<Record<Stage, string>> = {
  label: "BKD",
  "picked-up": "PUP",
  departed: "DPT",
  arrived: "ARV",
  "out-for-delivery": "OFD",
  delivered: "DLV",
  delayed: "DLY",
  attempted: "ATT",
  returned: "RTN",
};
const words: Readonly<Record<Stage, string>> = {
  label: "Pickup booked",
  "picked-up": "Picked up at shipper",
  departed: "Departed origin terminal",
  arrived: "Arrived destination terminal",
  "out-for-delivery": "Out for delivery",
  delivered: "Delivered",
  delayed: "Delayed at terminal",
  attempted: "Delivery attempted, dock closed",
  returned: "Returned to shipper",
};
const wireScan = ({ id, stage, at, city, region }: Scan) => ({
  Id: id,
  Code: codes[stage],
  Text: words[stage],
  UtcTime: at,
  Terminal: `${city}, ${region}`,
});

/** Piedmont Freight, regional LTL: rates by class and weight, a PRO and a bill of lading instead of a label. */
function piedmontFreight(options: {
  readonly user: string;
  readonly password: string;
  readonly newsSecret: string;
  readonly newsUrl: string;
}): CounterpartyDescription<Consignments, Fact> {
  const basic = `Basic ${Buffer.from(`${options.user}:${options.password}`).toString("base64")}`;
  const tell: Tell = ({ number }, scan, signedBy) => ({
    topic: "status",
    url: options.newsUrl,
    body: { Pro: number, Status: wireScan(scan), SignedBy: signedBy },
  });
  return {
    code: "piedmont",
    title: "Piedmont Freight",
    wording: { complaint, refusal: (reason) => refusal("REFUSED", reason) },
    authenticate: ({ headers }) => headers.authorization === basic,
    initial: () => new Map(),
    parseFact,
    evolve: keepConsignments,
    sign: ({ body, id }) => ({
      "x-piedmont-id": id,
      "x-piedmont-signature": createHmac("sha256", options.newsSecret).update(`${id}.${body}`).digest("hex"),
    }),
    timers: journeyTimers(tell),
    controls: openDriverDoor(tell),
    routes(vendor, desk) {
      vendor.get("/ltl/terminals", () => ({ Terminals: ["ATL", "DFW", "ORD", "RNO"] }));
      serveQuotes(vendor);
      servePickups(vendor, desk, tell);
    },
  };
}

const credentials = {
  user: "crossdock",
  password: "piedmont-sandbox-password",
  newsSecret: "piedmont-sandbox-news-secret",
};
export const piedmontEntry = ({ inboundUrl }: SandboxPremises): SandboxEntry =>
  sandboxEntry(piedmontFreight({ ...credentials, newsUrl: inboundUrl("piedmont") }), credentials);

const placeOf = ({
  Consignee,
  Addr,
  City,
  St,
  Zip,
}: {
  Consignee: string;
  Addr: string;
  City: string;
  St: string;
  Zip: string;
}): Place => ({ name: Consignee, street: Addr, city: City, region: St, postal: Zip });
const piecesOf = (units: readonly Static<typeof Unit>[]): readonly Piece[] =>
  units.map(({ Sscc, Lbs, Inches: { L, W, H }, Class, Hazmat }) => ({
    id: Sscc,
    lbs: Lbs,
    inches: [L, W, H],
    freightClass: Class,
    hazmat: Hazmat,
  }));
const poundsOf = (pieces: readonly Piece[]) => pieces.reduce((sum, { lbs }) => sum.plus(lbs), new Decimal(0));

function refused(to: Place, pieces: readonly Piece[]) {
  const fault = addressFault(to);
  if (fault) return refusal("NO-SERVICE", fault);
  const oversize = sizeFault(pieces, GAUGE);
  if (oversize) return refusal("OVERLENGTH", oversize);
  return poundsOf(pieces).lt(LTL_LBS_MIN) ? refusal("MIN-WEIGHT", `Freight begins at ${LTL_LBS_MIN} lb.`) : null;
}

/** By hundredweight, class and distance: the higher the class, the bulkier the goods. */
const amountOf = (pieces: readonly Piece[], zone: number, factor: string): string =>
  pieces
    .reduce(
      (sum, { lbs, freightClass }) =>
        sum.plus(new Decimal(lbs).div(100).times(new Decimal(freightClass).div(50)).times(14)),
      new Decimal(62),
    )
    .times(new Decimal(1).plus(new Decimal(zone - 2).times("0.09")))
    .times(factor)
    .toFixed(2);

function serveQuotes(vendor: Routes): void {
  vendor.post("/ltl/quotes", { schema: { body: QuoteRequest } }, (request, reply) => {
    const { Origin, Dest, Units } = request.body;
    const pieces = piecesOf(Units);
    const no = refused(placeOf(Dest), pieces);
    if (no) return reply.code(no.status).send(no.body);
    const zone = zoneBetween(Origin.Zip, Dest.Zip);
    return reply.send({
      Quotes: services.map(({ code, name, factor, days }) => ({
        Svc: code,
        Name: name,
        Total: amountOf(pieces, zone, factor),
        Days: days(zone),
      })),
    });
  });
}

const bolOf = (number: string) => `BOL${number.slice(2)}`;
const rendered = async (tendered: Tendered) => ({
  Pro: tendered.number,
  Bol: bolOf(tendered.number),
  Ref: tendered.reference,
  Total: tendered.amount,
  BolPdf: await billOfLading({
    carrier: "PIEDMONT FREIGHT",
    scac: "PDMF",
    bolNumber: bolOf(tendered.number),
    tendered,
  }),
});

function servePickups(vendor: Routes, desk: CarrierDesk, tell: Tell): void {
  vendor.post("/ltl/pickups", { schema: { body: PickupRequest } }, async (request, reply) => {
    const { Origin, Dest, Units, Ref, Svc, PoNum, PickupOn } = request.body;
    const pieces = piecesOf(Units);
    const service = services.find(({ code }) => code === Svc);
    const no = refused(placeOf(Dest), pieces) ?? (service ? null : refusal("SERVICE", `There is no service "${Svc}".`));
    if (no || !service) return reply.code(422).send(no?.body);
    const amount = amountOf(pieces, zoneBetween(Origin.Zip, Dest.Zip), service.factor);
    const number = numberFor("PF", desk.state, Ref);
    const tendered = {
      number,
      reference: Ref,
      service: Svc,
      amount,
      from: placeOf(Origin),
      to: placeOf(Dest),
      pieces: [...pieces],
      shipperOrder: PoNum,
      bookedAt: desk.now().toISOString(),
      shipOn: PickupOn,
    };
    desk.commit(open(desk, tendered, tell));
    return reply.code(201).send(await rendered(tendered));
  });

  vendor.get("/ltl/pickups", { schema: { querystring: Type.Object({ Ref: Type.String() }) } }, async (request) => {
    const consignment = standing(desk.state, request.query.Ref);
    return { Pickups: consignment ? [await rendered(consignment)] : [] };
  });

  vendor.post("/ltl/pickups/cancel", { schema: { body: Type.Object({ Ref: Type.String() }) } }, (request, reply) => {
    if (voided(desk, request.body.Ref)) return reply.send({ Cancelled: true });
    const { status, body } = refusal("PICKED-UP", "It is on the truck.");
    return reply.code(status).send(body);
  });

  vendor.get("/ltl/tracking/:pro", { schema: { params: Type.Object({ pro: Type.String() }) } }, (request, reply) => {
    const consignment = desk.state.get(request.params.pro);
    if (!consignment) return reply.code(404).send(complaint(404, "There is no such PRO."));
    return reply.send({
      Pro: consignment.number,
      Statuses: consignment.scans.map(wireScan),
      SignedBy: consignment.signedBy,
    });
  });
}
