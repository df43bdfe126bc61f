import type { Address, MilestoneCode, ProofOfDelivery, RateQuote } from "#contracts";
import { Type, type Static } from "typebox";
import type { CarrierNews, Refused, ShipmentTender, TenderAccepted } from "../../ports.ts";
import { readerOf } from "../../reading.ts";
import { milestoneWord } from "../../milestone-word.ts";

/** Between our words and Swift's. */

const toParty = ({ name, company, street1, street2, city, region, postalCode }: Address) => ({
  name: company ?? name,
  line1: [street1, street2].filter(Boolean).join(", "),
  city,
  state: region ?? "",
  zip: postalCode,
});

export const toRatesRequest = ({ shipFrom, shipTo, handlingUnits }: ShipmentTender) => ({
  origin: toParty(shipFrom),
  destination: toParty(shipTo),
  parcels: handlingUnits.map(({ sscc, weightLb, lengthIn, widthIn, heightIn, hazardous = false }) => ({
    id: sscc,
    lbs: weightLb,
    dims: { l: lengthIn, w: widthIn, h: heightIn },
    hazmat: hazardous,
  })),
});

export const toShipmentRequest = (tender: ShipmentTender, service: string) => ({
  ...toRatesRequest(tender),
  shipperReference: tender.reference,
  svc: service,
  po: tender.customerPurchaseOrder ?? "",
});

const Rates = Type.Object({
  rates: Type.Array(
    Type.Object({
      svc: Type.String(),
      label: Type.String(),
      total: Type.String(),
      cur: Type.String(),
      days: Type.Integer(),
    }),
  ),
});
const readRates = readerOf("Swift", "rates", Rates);
export const fromRates = (body: unknown, carrier: string): readonly RateQuote[] =>
  readRates(body).rates.map(({ svc, label, total, cur, days }) => ({
    carrier,
    service: svc,
    serviceName: label,
    mode: "parcel",
    amount: total,
    currency: cur,
    transitDays: days,
    age: "live",
  }));

const Shipment = Type.Object({
  trackingNumber: Type.String({ minLength: 1 }),
  total: Type.String(),
  labels: Type.Array(
    Type.Object({ parcel: Type.String(), zpl: Type.String({ pattern: "^\\^XA[\\s\\S]*\\^XZ\\s*$" }) }),
    { minItems: 1 },
  ),
});
const readShipment = readerOf("Swift", "a shipment", Type.Object({ shipment: Shipment }));
const readShipments = readerOf("Swift", "shipments", Type.Object({ shipments: Type.Array(Shipment) }));

const accepted = ({ trackingNumber, total, labels }: Static<typeof Shipment>): TenderAccepted => ({
  trackingNumber,
  amount: total,
  documents: labels.map(({ parcel, zpl }) => ({
    kind: "label",
    format: "zpl",
    sscc: parcel,
    encoding: "utf-8",
    content: zpl,
  })),
});
export const fromShipment = (body: unknown): TenderAccepted => accepted(readShipment(body).shipment);
export const fromShipments = (body: unknown): TenderAccepted | null => {
  const [found] = readShipments(body).shipments;
  return found ? accepted(found) : null;
};

const readError = readerOf(
  "Swift",
  "a refusal",
  Type.Object({ error: Type.Object({ code: Type.String(), message: Type.String() }) }),
);
export function fromError(body: unknown): Refused {
  const { code, message } = readError(body).error;
  const kind = code === "ADDRESS_NOT_SERVED" ? "address" : code === "PICKED_UP" ? "too-late" : "other";
  return { refused: `${message} (${code})`, kind };
}

const readToken = readerOf(
  "Swift",
  "a token",
  Type.Object({ access_token: Type.String({ minLength: 1 }), expires_in: Type.Number() }),
);
export const fromToken = (body: unknown) => readToken(body);

const milestones: Readonly<Record<string, MilestoneCode>> = {
  LC: "label-created",
  PU: "picked-up",
  DP: "in-transit",
  AR: "in-transit",
  OD: "out-for-delivery",
  DL: "delivered",
  DA: "delivery-attempted",
  EX: "exception",
  RS: "returned-to-sender",
};

const Scan = Type.Object({
  id: Type.String({ minLength: 1 }),
  code: Type.String(),
  text: Type.String(),
  at: Type.String(),
  city: Type.String(),
  st: Type.String(),
});
const Pod = Type.Union([Type.Object({ signedBy: Type.String(), at: Type.String() }), Type.Null()]);
const readTracking = readerOf(
  "Swift",
  "tracking",
  Type.Object({ number: Type.String(), scans: Type.Array(Scan), pod: Pod }),
);
const readScan = readerOf("Swift", "a scan", Type.Object({ number: Type.String(), scan: Scan, pod: Pod }));

function newsOf(
  number: string,
  { id, code, text, at, city, st }: Static<typeof Scan>,
  pod: Static<typeof Pod>,
): CarrierNews {
  const location = `${city}, ${st}`;
  const milestone = {
    ...milestoneWord("Swift", milestones, code, text),
    occurredAt: at,
    location,
  };
  const proofOfDelivery: ProofOfDelivery | null =
    pod && milestone.code === "delivered" ? { signedBy: pod.signedBy, deliveredAt: pod.at, location } : null;
  return { messageId: id, number, milestone, ...(proofOfDelivery ? { proofOfDelivery } : {}) };
}

export function fromTracking(body: unknown): readonly CarrierNews[] {
  const { number, scans, pod } = readTracking(body);
  return scans.map((scan) => newsOf(number, scan, pod));
}
export function fromScan(body: unknown): CarrierNews {
  const { number, scan, pod } = readScan(body);
  return newsOf(number, scan, pod);
}
