import type { Address, MilestoneCode, RateQuote } from "#contracts";
import { Type, type Static } from "typebox";
import type { CarrierNews, Refused, ShipmentTender, TenderAccepted } from "../../ports.ts";
import { readerOf } from "../../reading.ts";
import { milestoneWord } from "../../milestone-word.ts";

/** Between our words and Piedmont's. */

const toTerminal = ({ name, company, street1, street2, city, region, postalCode }: Address) => ({
  Consignee: company ?? name,
  Addr: [street1, street2].filter(Boolean).join(", "),
  City: city,
  St: region ?? "",
  Zip: postalCode,
});

/** What has no class of its own goes as class 70: boxed hardware. */
const USUAL_CLASS = "70";

export const toQuoteRequest = ({ shipFrom, shipTo, handlingUnits }: ShipmentTender) => ({
  Origin: toTerminal(shipFrom),
  Dest: toTerminal(shipTo),
  Units: handlingUnits.map((unit) => ({
    Sscc: unit.sscc,
    Lbs: unit.weightLb,
    Inches: { L: unit.lengthIn, W: unit.widthIn, H: unit.heightIn },
    Class: unit.freightClass ?? USUAL_CLASS,
    Hazmat: unit.hazardous ?? false,
  })),
});

export const toPickupRequest = (tender: ShipmentTender, service: string) => ({
  ...toQuoteRequest(tender),
  Ref: tender.reference,
  Svc: service,
  PoNum: tender.customerPurchaseOrder ?? "",
  PickupOn: tender.shipOn,
});

const Quote = Type.Object({ Svc: Type.String(), Name: Type.String(), Total: Type.String(), Days: Type.Integer() });
const readQuotes = readerOf("Piedmont", "quotes", Type.Object({ Quotes: Type.Array(Quote) }));
export const fromQuotes = (body: unknown, carrier: string): readonly RateQuote[] =>
  readQuotes(body).Quotes.map(({ Svc, Name, Total, Days }) => ({
    carrier,
    service: Svc,
    serviceName: Name,
    mode: "ltl",
    amount: Total,
    currency: "USD",
    transitDays: Days,
    age: "live",
  }));

const Pickup = Type.Object({
  Pro: Type.String({ minLength: 1 }),
  Bol: Type.String({ minLength: 1 }),
  Total: Type.String(),
  BolPdf: Type.String({ pattern: "^JVBER" }),
});
const readPickup = readerOf("Piedmont", "a pickup", Pickup);
const readPickups = readerOf("Piedmont", "pickups", Type.Object({ Pickups: Type.Array(Pickup) }));

const accepted = ({ Pro, Bol, Total, BolPdf }: Static<typeof Pickup>): TenderAccepted => ({
  proNumber: Pro,
  bolNumber: Bol,
  amount: Total,
  documents: [{ kind: "bill-of-lading", format: "pdf", encoding: "base64", content: BolPdf }],
});
export const fromPickup = (body: unknown): TenderAccepted => accepted(readPickup(body));
export const fromPickups = (body: unknown): TenderAccepted | null => {
  const [found] = readPickups(body).Pickups;
  return found ? accepted(found) : null;
};

const readFault = readerOf("Piedmont", "a refusal", Type.Object({ Fault: Type.String(), Detail: Type.String() }));
export function fromFault(body: unknown): Refused {
  const { Fault, Detail } = readFault(body);
  const kind = Fault === "NO-SERVICE" ? "address" : Fault === "PICKED-UP" ? "too-late" : "other";
  return { refused: `${Detail} (${Fault})`, kind };
}

const milestones: Readonly<Record<string, MilestoneCode>> = {
  BKD: "label-created",
  PUP: "picked-up",
  DPT: "in-transit",
  ARV: "in-transit",
  OFD: "out-for-delivery",
  DLV: "delivered",
  ATT: "delivery-attempted",
  DLY: "exception",
  RTN: "returned-to-sender",
};

const Status = Type.Object({
  Id: Type.String({ minLength: 1 }),
  Code: Type.String(),
  Text: Type.String(),
  UtcTime: Type.String(),
  Terminal: Type.String(),
});
const signature = Type.Union([Type.String(), Type.Null()]);
const readTracking = readerOf(
  "Piedmont",
  "tracking",
  Type.Object({ Pro: Type.String(), Statuses: Type.Array(Status), SignedBy: signature }),
);
const readStatus = readerOf("Piedmont", "a status", Type.Object({ Pro: Type.String(), Status, SignedBy: signature }));

function newsOf(
  number: string,
  { Id, Code, Text, UtcTime, Terminal }: Static<typeof Status>,
  signedBy: string | null,
): CarrierNews {
  const milestone = {
    ...milestoneWord("Piedmont", milestones, Code, Text),
    occurredAt: UtcTime,
    location: Terminal,
  };
  const isProven = milestone.code === "delivered" && signedBy !== null;
  return {
    messageId: Id,
    number,
    milestone,
    ...(isProven ? { proofOfDelivery: { signedBy, deliveredAt: UtcTime, location: Terminal } } : {}),
  };
}

export function fromTracking(body: unknown): readonly CarrierNews[] {
  const { Pro, Statuses, SignedBy } = readTracking(body);
  return Statuses.map((status) => newsOf(Pro, status, SignedBy));
}
export function fromStatus(body: unknown): CarrierNews {
  const { Pro, Status: status, SignedBy } = readStatus(body);
  return newsOf(Pro, status, SignedBy);
}
