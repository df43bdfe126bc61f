import { createHmac } from "node:crypto";
import { Type, type Static } from "typebox";
import { sandboxEntry, type SandboxEntry, type SandboxPremises } from "../entry.ts";
import type { CounterpartyDescription, Routes } from "../kernel/counterparty.ts";
import { recall } from "../kernel/idempotency.ts";
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
  voided,
  zoneBetween,
  type CarrierDesk,
  type Consignments,
  type Fact,
  type Piece,
  type Place,
  type Scan,
  type Stage,
  type Tariff,
  type Tell,
  type Tendered,
} from "./consignments.ts";
import { pdfLabel, zplLabel } from "./labels.ts";

const address = (side: "from" | "to") => ({
  [`${side}_name`]: Type.String(),
  [`${side}_street`]: Type.String(),
  [`${side}_city`]: Type.String(),
  [`${side}_state`]: Type.String(),
  [`${side}_postal`]: Type.String(),
});
const Amount = Type.String({ pattern: "^\\d+(\\.\\d+)?$" });
const WirePiece = Type.Object({
  piece_id: Type.String(),
  weight_lb: Amount,
  length_in: Amount,
  width_in: Amount,
  height_in: Amount,
  dangerous: Type.Boolean(),
});
const Asked = { ...address("from"), ...address("to"), pieces: Type.Array(WirePiece, { minItems: 1 }) };
const QuoteRequest = Type.Object(Asked, { additionalProperties: false });
const BookRequest = Type.Object(
  { ...Asked, customer_ref: Type.String({ minLength: 1 }), product: Type.String(), order_no: Type.String() },
  { additionalProperties: false },
);

// prettier-ignore
const tariffs: readonly Tariff[] = [
  { service: "AX1", name: "Anchor Express Next Day", base: "24.00", perLb: "1.20", days: () => 1 },
  { service: "AX3", name: "Anchor Express Saver",    base: "9.80",  perLb: "0.46", days: (zone) => Math.min(3, zone - 1) },
  { service: "AXE", name: "Anchor Economy",          base: "6.40",  perLb: "0.31", days: (zone) => zone },
];
const PIECE_LBS_MAX = 120;
const GAUGE = { lengthMax: 96, lengthAndGirthMax: 130 };

const complaint = (status: number, message: string) => ({ error_code: `E${status}`, error_text: message });
const refusal = (code: string, text: string) => ({ status: 422, body: { error_code: code, error_text: text } });

const statuses: Readonly<Record<Stage, string>> = {
  label: "MANIFESTED",
  "picked-up": "PICKUP",
  departed: "LINEHAUL",
  arrived: "HUB_IN",
  "out-for-delivery": "WITH_COURIER",
  delivered: "POD",
  delayed: "HELD",
  attempted: "NOBODY_HOME",
  returned: "SENT_BACK",
};

/** Where a facility's clock hangs: Anchor reports local times without an offset, with the zone beside them. */
function zoneOf(region: string): string {
  if (["CA", "NV", "OR", "WA"].includes(region)) return "America/Los_Angeles";
  if (["AZ", "CO", "UT", "ID", "NM"].includes(region)) return "America/Denver";
  if (["TX", "OK", "LA", "AR", "KS", "IL", "WI", "MN", "IA", "MO", "MS", "AL", "TN"].includes(region))
    return "America/Chicago";
  return "America/New_York";
}
const localTime = (at: string, timeZone: string) => new Date(at).toLocaleString("sv-SE", { timeZone });

const wireEvent = ({ id, stage, at, city, region }: Scan) => {
  const zone = zoneOf(region);
  return { event_id: id, status: statuses[stage], local_time: localTime(at, zone), zone, place: `${city} ${region}` };
};

/** Anchor Express: an API key, an idempotency key it honours, flat documents, local times. It carries nothing dangerous. */
function anchorExpress(options: {
  readonly apiKey: string;
  readonly newsSecret: string;
  readonly newsUrl: string;
}): CounterpartyDescription<Consignments, Fact> {
  const tell: Tell = ({ number }, scan, signedBy) => ({
    topic: "event",
    url: options.newsUrl,
    body: { waybill: number, event: wireEvent(scan), received_by: signedBy },
  });
  return {
    code: "anchor",
    title: "Anchor Express",
    wording: { complaint, refusal: (reason) => refusal("REFUSED", reason) },
    authenticate: ({ headers }) => headers["x-anchor-key"] === options.apiKey,
    initial: () => new Map(),
    parseFact,
    evolve: keepConsignments,
    sign: ({ body }) => ({ "x-anchor-hmac": createHmac("sha256", options.newsSecret).update(body).digest("base64") }),
    timers: journeyTimers(tell),
    controls: openDriverDoor(tell),
    routes(vendor, desk) {
      vendor.get("/ping", () => ({ pong: true }));
      serveQuotes(vendor);
      serveBookings(vendor, desk, tell);
    },
  };
}

const credentials = { apiKey: "anchor-sandbox-key", newsSecret: "anchor-sandbox-news-secret" };
export const anchorEntry = ({ inboundUrl }: SandboxPremises): SandboxEntry =>
  sandboxEntry(anchorExpress({ ...credentials, newsUrl: inboundUrl("anchor") }), credentials);

type Flat = Readonly<Record<string, unknown>>;
const placeOf = (body: Flat, side: "from" | "to"): Place => {
  const field = (name: string): string => {
    const value = body[`${side}_${name}`];
    return typeof value === "string" ? value : "";
  };
  return {
    name: field("name"),
    street: field("street"),
    city: field("city"),
    region: field("state"),
    postal: field("postal"),
  };
};
const piecesOf = (pieces: readonly Static<typeof WirePiece>[]): Piece[] =>
  pieces.map(({ piece_id, weight_lb, length_in, width_in, height_in, dangerous }) => ({
    id: piece_id,
    lbs: weight_lb,
    inches: [length_in, width_in, height_in],
    hazmat: dangerous,
    freightClass: "",
  }));

function refused(to: Place, pieces: readonly Piece[]) {
  const fault = addressFault(to);
  if (fault) return refusal("ADDR", fault);
  if (pieces.some(({ hazmat }) => hazmat)) return refusal("DG", "Anchor carries no dangerous goods.");
  const oversize = sizeFault(pieces, GAUGE);
  if (oversize) return refusal("SIZE", oversize);
  return pieces.some(({ lbs }) => Number(lbs) > PIECE_LBS_MAX)
    ? refusal("WEIGHT", `A piece weighs ${PIECE_LBS_MAX} lb at most.`)
    : null;
}

function serveQuotes(vendor: Routes): void {
  vendor.post("/ship/quote", { schema: { body: QuoteRequest } }, (request, reply) => {
    const pieces = piecesOf(request.body.pieces);
    const to = placeOf(request.body, "to");
    const no = refused(to, pieces);
    if (no) return reply.code(no.status).send(no.body);
    const zone = zoneBetween(placeOf(request.body, "from").postal, to.postal);
    return reply.send({
      quotes: tariffs.map((tariff) => ({
        product: tariff.service,
        product_name: tariff.name,
        price_usd: priceOf(tariff, pieces, zone),
        transit_business_days: tariff.days(zone),
      })),
    });
  });
}

function serveBookings(vendor: Routes, desk: CarrierDesk, tell: Tell): void {
  vendor.post("/ship/book", { schema: { body: BookRequest } }, async (request, reply) => {
    const { pieces: asked, customer_ref, product, order_no } = request.body;
    const [from, to, pieces] = [placeOf(request.body, "from"), placeOf(request.body, "to"), piecesOf(asked)];
    const tariff = tariffs.find(({ service }) => service === product);
    const no = refused(to, pieces) ?? (tariff ? null : refusal("PRODUCT", `There is no product "${product}".`));
    if (no || !tariff) return reply.code(422).send(no?.body);
    const amount = priceOf(tariff, pieces, zoneBetween(from.postal, to.postal));
    const number = numberFor("AX", desk.state, customer_ref);
    const tendered = {
      number,
      reference: customer_ref,
      service: product,
      amount,
      from,
      to,
      pieces,
      shipperOrder: order_no,
      bookedAt: desk.now().toISOString(),
    };
    const documents = await papersOf(tendered, tariff.name);
    // From here on nothing waits, so that two with the same key cannot pass each other.
    const recalled = recall(desk, String(request.headers["idempotency-key"] ?? `none ${number}`), [request.body]);
    if (recalled.outcome === "other-content")
      return reply.code(409).send(complaint(409, "The key was used with other content."));
    if (recalled.outcome === "again") return reply.code(recalled.status).type("application/json").send(recalled.body);
    const body = { waybill: number, price_usd: amount, documents };
    desk.commit({ ...open(desk, tendered, tell), answer: recalled.remember(201, body) });
    return reply.code(201).send(body);
  });

  vendor.post("/ship/cancel", { schema: { body: Type.Object({ customer_ref: Type.String() }) } }, (request, reply) => {
    if (voided(desk, request.body.customer_ref)) return reply.send({ cancelled: true });
    const { status, body } = refusal("COLLECTED", "The courier has it.");
    return reply.code(status).send(body);
  });

  vendor.get("/track", { schema: { querystring: Type.Object({ waybill: Type.String() }) } }, (request, reply) => {
    const consignment = desk.state.get(request.query.waybill);
    if (!consignment) return reply.code(404).send(complaint(404, "There is no such waybill."));
    return reply.send({
      waybill: consignment.number,
      events: consignment.scans.map(wireEvent),
      received_by: consignment.signedBy,
    });
  });
}

/** Each label twice: for a label printer, and for any other. */
async function papersOf(tendered: Tendered, serviceName: string) {
  const labels = tendered.pieces.map((piece, index) => ({
    carrier: "ANCHOR EXPRESS",
    serviceName,
    tendered,
    piece,
    index,
  }));
  const zpl = labels.map((label) => ({
    type: "LABEL",
    piece_id: label.piece.id,
    mime: "x-application/zpl",
    data: Buffer.from(zplLabel(label)).toString("base64"),
  }));
  const pdf = await Promise.all(
    labels.map(async (label) => ({
      type: "LABEL",
      piece_id: label.piece.id,
      mime: "application/pdf",
      data: await pdfLabel(label),
    })),
  );
  return [...zpl, ...pdf];
}
