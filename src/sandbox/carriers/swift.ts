import { createHash, createHmac } from "node:crypto";
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
  priceOf,
  sizeFault,
  standing,
  voided,
  zoneBetween,
  type CarrierDesk,
  type Consignment,
  type Consignments,
  type Fact,
  type Piece,
  type Place,
  type Scan,
  type Stage,
  type Tariff,
  type Tell,
} from "./consignments.ts";
import { zplLabel } from "./labels.ts";

const Amount = Type.String({ pattern: "^\\d+(\\.\\d+)?$" });
const Party = Type.Object({
  name: Type.String(),
  line1: Type.String(),
  city: Type.String(),
  state: Type.String(),
  zip: Type.String(),
});
const Parcel = Type.Object({
  id: Type.String(),
  lbs: Amount,
  dims: Type.Object({ l: Amount, w: Amount, h: Amount }, { description: "Inches." }),
  hazmat: Type.Boolean(),
});
const Asked = { origin: Party, destination: Party, parcels: Type.Array(Parcel, { minItems: 1 }) };
const RatesRequest = Type.Object(Asked, { additionalProperties: false });
const ShipmentRequest = Type.Object(
  { ...Asked, shipperReference: Type.String({ minLength: 1 }), svc: Type.String(), po: Type.String() },
  { additionalProperties: false },
);

// prettier-ignore
const tariffs: readonly Tariff[] = [
  { service: "GND", name: "Swift Ground",  base: "6.90",  perLb: "0.34", days: (zone) => Math.max(1, zone - 2) },
  { service: "2DY", name: "Swift Two-Day", base: "13.40", perLb: "0.78", days: () => 2 },
  { service: "OVN", name: "Swift Overnight", base: "28.50", perLb: "1.45", days: () => 1 },
];
const PARCEL_LBS_MAX = 150;
const GAUGE = { lengthMax: 108, lengthAndGirthMax: 165 };

const complaint = (status: number, message: string) => ({ error: { code: `HTTP_${status}`, message } });
const refusal = (code: string, message: string) => ({ status: 422, body: { error: { code, message } } });

/** Swift's own words for a scan. */
const codes: Readonly<Record<Stage, string>> = {
  label: "LC",
  "picked-up": "PU",
  departed: "DP",
  arrived: "AR",
  "out-for-delivery": "OD",
  delivered: "DL",
  delayed: "EX",
  attempted: "DA",
  returned: "RS",
};
const texts: Readonly<Record<Stage, string>> = {
  label: "Label created",
  "picked-up": "Picked up",
  departed: "Departed facility",
  arrived: "Arrived at facility",
  "out-for-delivery": "Out for delivery",
  delivered: "Delivered",
  delayed: "Delayed: trailer held by weather",
  attempted: "Delivery attempted, nobody there",
  returned: "Returned to shipper",
};

const placeOf = ({
  name,
  line1,
  city,
  state,
  zip,
}: {
  name: string;
  line1: string;
  city: string;
  state: string;
  zip: string;
}): Place => ({ name, street: line1, city, region: state, postal: zip });
const wireScan = ({ id, stage, at, city, region }: Scan) => ({
  id,
  code: codes[stage],
  text: texts[stage],
  at,
  city,
  st: region,
});
const proof = (scan: Scan | undefined, signedBy: string | null) =>
  signedBy && scan ? { signedBy, at: scan.at } : null;

/** Swift Parcel: OAuth tokens, no idempotency key, look-up by the shipper's reference. */
function swiftParcel(options: {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly newsSecret: string;
  readonly newsUrl: string;
}): CounterpartyDescription<Consignments, Fact> {
  const basic = `Basic ${Buffer.from(`${options.clientId}:${options.clientSecret}`).toString("base64")}`;
  /** Until when each is good. Like many a gateway's, they do not survive its restart. */
  const tokens = new Map<string, number>();
  const isGood = (bearer: string, now: Date): boolean =>
    (tokens.get(bearer.replace("Bearer ", "")) ?? 0) > now.getTime();
  const tell: Tell = ({ number }, scan, signedBy) => ({
    topic: "scan",
    url: options.newsUrl,
    body: { number, scan: wireScan(scan), pod: proof(scan, signedBy) },
  });
  return {
    code: "swift",
    title: "Swift Parcel",
    wording: { complaint, refusal: (reason) => refusal("REFUSED", reason) },
    // Whether a token is still good is asked behind this door, where the clock hangs.
    authenticate: ({ url, headers }) => !isSignIn(url) || headers.authorization === basic,
    initial: () => new Map(),
    parseFact,
    evolve: keepConsignments,
    sign: ({ body }) => ({
      "x-swift-signature": `sha256=${createHmac("sha256", options.newsSecret).update(body).digest("hex")}`,
    }),
    timers: journeyTimers(tell),
    controls: openDriverDoor(tell),
    routes(vendor, desk) {
      vendor.addHook("onRequest", async ({ url, headers }, reply) => {
        if (isSignIn(url) || isGood(headers.authorization ?? "", desk.now())) return undefined;
        return reply.code(401).send(complaint(401, "The token is unknown or has run out."));
      });
      serveTokens(vendor, (serial) => {
        const now = desk.now().getTime();
        const token = createHash("sha256").update(`${options.clientSecret} ${now} ${serial}`).digest("base64url");
        for (const [old, goodUntil] of tokens) if (goodUntil <= now) tokens.delete(old);
        tokens.set(token, now + TOKEN_SECONDS * 1000);
        return token;
      });
      vendor.get("/v2/account", () => ({ account: "CROSSDOCK" }));
      serveRates(vendor);
      serveShipments(vendor, desk, tell);
    },
  };
}

const credentials = {
  clientId: "crossdock",
  clientSecret: "swift-sandbox-secret",
  newsSecret: "swift-sandbox-news-secret",
};
export const swiftEntry = ({ inboundUrl }: SandboxPremises): SandboxEntry =>
  sandboxEntry(swiftParcel({ ...credentials, newsUrl: inboundUrl("swift") }), credentials);

const TOKEN_SECONDS = 3600;
const isSignIn = (url: string): boolean => url.startsWith("/oauth/");

/** RFC 6749, 4.4: a form, and an answer that says how long the token is good. */
function serveTokens(vendor: Routes, issue: (serial: number) => string): void {
  let serial = 0;
  vendor.addContentTypeParser(
    "application/x-www-form-urlencoded",
    { parseAs: "string" },
    async (_request: unknown, body: string | Buffer) => Object.fromEntries(new URLSearchParams(String(body))),
  );
  const body = Type.Object({ grant_type: Type.Literal("client_credentials") });
  vendor.post("/oauth/token", { schema: { body } }, () => {
    serial += 1;
    return { access_token: issue(serial), token_type: "Bearer", expires_in: TOKEN_SECONDS };
  });
}

/** What Swift does not carry, or null. */
function refused(to: Place, pieces: readonly Piece[]) {
  const fault = addressFault(to);
  if (fault) return refusal("ADDRESS_NOT_SERVED", fault);
  const oversize = sizeFault(pieces, GAUGE);
  if (oversize) return refusal("OVERSIZE", oversize);
  return pieces.some(({ lbs }) => Number(lbs) > PARCEL_LBS_MAX)
    ? refusal("OVERWEIGHT", `A parcel weighs ${PARCEL_LBS_MAX} lb at most.`)
    : null;
}

const piecesOf = (parcels: readonly Static<typeof Parcel>[]): Piece[] =>
  parcels.map(({ id, lbs, hazmat, dims: { l, w, h } }) => ({ id, lbs, hazmat, inches: [l, w, h], freightClass: "" }));

function serveRates(vendor: Routes): void {
  vendor.post("/v2/rates", { schema: { body: RatesRequest } }, (request, reply) => {
    const { origin, destination, parcels } = request.body;
    const pieces = piecesOf(parcels);
    const no = refused(placeOf(destination), pieces);
    if (no) return reply.code(no.status).send(no.body);
    const zone = zoneBetween(origin.zip, destination.zip);
    return reply.send({
      rates: tariffs.map((tariff) => ({
        svc: tariff.service,
        label: tariff.name,
        total: priceOf(tariff, pieces, zone),
        cur: "USD",
        days: tariff.days(zone),
      })),
    });
  });
}

const rendered = (consignment: Omit<Consignment, "isVoided" | "scans" | "signedBy">) => ({
  trackingNumber: consignment.number,
  shipperReference: consignment.reference,
  total: consignment.amount,
  labels: consignment.pieces.map((piece, index) => ({
    parcel: piece.id,
    zpl: zplLabel({
      carrier: "SWIFT PARCEL",
      serviceName: tariffs.find(({ service }) => service === consignment.service)?.name ?? "",
      tendered: consignment,
      piece,
      index,
    }),
  })),
});

function serveShipments(vendor: Routes, desk: CarrierDesk, tell: Tell): void {
  vendor.post("/v2/shipments", { schema: { body: ShipmentRequest } }, (request, reply) => {
    const { origin, destination, parcels, shipperReference, svc, po } = request.body;
    const tariff = tariffs.find(({ service }) => service === svc);
    const pieces = piecesOf(parcels);
    const no =
      refused(placeOf(destination), pieces) ??
      (tariff ? null : refusal("UNKNOWN_SERVICE", `There is no service "${svc}".`));
    if (no || !tariff) return reply.code(422).send(no?.body);
    const number = numberFor("SW", desk.state, shipperReference);
    const amount = priceOf(tariff, pieces, zoneBetween(origin.zip, destination.zip));
    const tendered = {
      number,
      reference: shipperReference,
      service: svc,
      amount,
      from: placeOf(origin),
      to: placeOf(destination),
      pieces,
      shipperOrder: po,
      bookedAt: desk.now().toISOString(),
    };
    desk.commit(open(desk, tendered, tell));
    return reply.code(201).send({ shipment: rendered(tendered) });
  });

  vendor.get(
    "/v2/shipments",
    { schema: { querystring: Type.Object({ shipperReference: Type.String() }) } },
    (request) => {
      const consignment = standing(desk.state, request.query.shipperReference);
      return { shipments: consignment ? [rendered(consignment)] : [] };
    },
  );

  vendor.post(
    "/v2/shipments/void",
    { schema: { body: Type.Object({ shipperReference: Type.String() }) } },
    (request, reply) => {
      if (voided(desk, request.body.shipperReference)) return reply.send({ voided: true });
      const { status, body } = refusal("PICKED_UP", "The driver has it.");
      return reply.code(status).send(body);
    },
  );

  vendor.get(
    "/v2/tracking/:number",
    { schema: { params: Type.Object({ number: Type.String() }) } },
    (request, reply) => {
      const consignment = desk.state.get(request.params.number);
      if (!consignment) return reply.code(404).send(complaint(404, "Nothing travels under that number."));
      const { number, scans, signedBy } = consignment;
      return reply.send({ number, scans: scans.map(wireScan), pod: proof(scans.at(-1), signedBy) });
    },
  );
}
