import type { Address, MilestoneCode, RateQuote, ShippingDocument } from "#contracts";
import { Type, type Static } from "typebox";
import type { CarrierNews, Refused, ShipmentTender, TenderAccepted } from "../../ports.ts";
import { readerOf } from "../../reading.ts";
import { milestoneWord } from "../../milestone-word.ts";
import { instantOf } from "./local-time.ts";

/** Between our words and Anchor's. */

const flat = (side: "from" | "to", { name, company, street1, street2, city, region, postalCode }: Address) => ({
  [`${side}_name`]: company ?? name,
  [`${side}_street`]: [street1, street2].filter(Boolean).join(", "),
  [`${side}_city`]: city,
  [`${side}_state`]: region ?? "",
  [`${side}_postal`]: postalCode,
});

export const toQuoteRequest = ({ shipFrom, shipTo, handlingUnits }: ShipmentTender) => ({
  ...flat("from", shipFrom),
  ...flat("to", shipTo),
  pieces: handlingUnits.map(({ sscc, weightLb, lengthIn, widthIn, heightIn, hazardous = false }) => ({
    piece_id: sscc,
    weight_lb: weightLb,
    length_in: lengthIn,
    width_in: widthIn,
    height_in: heightIn,
    dangerous: hazardous,
  })),
});

export const toBookRequest = (tender: ShipmentTender, product: string) => ({
  ...toQuoteRequest(tender),
  customer_ref: tender.reference,
  product,
  order_no: tender.customerPurchaseOrder ?? "",
});

const Quote = Type.Object({
  product: Type.String(),
  product_name: Type.String(),
  price_usd: Type.String(),
  transit_business_days: Type.Integer(),
});
const readQuotes = readerOf("Anchor", "quotes", Type.Object({ quotes: Type.Array(Quote) }));
export const fromQuotes = (body: unknown, carrier: string): readonly RateQuote[] =>
  readQuotes(body).quotes.map(({ product, product_name, price_usd, transit_business_days }) => ({
    carrier,
    service: product,
    serviceName: product_name,
    mode: "parcel",
    amount: price_usd,
    currency: "USD",
    transitDays: transit_business_days,
    age: "live",
  }));

const Paper = Type.Object({
  type: Type.Literal("LABEL"),
  piece_id: Type.String(),
  mime: Type.Enum(["x-application/zpl", "application/pdf"]),
  data: Type.String(),
});
const readBooking = readerOf(
  "Anchor",
  "a booking",
  Type.Object({
    waybill: Type.String({ minLength: 1 }),
    price_usd: Type.String(),
    documents: Type.Array(Paper, { minItems: 1 }),
  }),
);

/** ZPL is text and kept as such, whatever it was wrapped in; a PDF stays base64. */
const documentOf = ({ piece_id, mime, data }: Static<typeof Paper>): ShippingDocument =>
  mime === "application/pdf"
    ? { kind: "label", format: "pdf", sscc: piece_id, encoding: "base64", content: data }
    : {
        kind: "label",
        format: "zpl",
        sscc: piece_id,
        encoding: "utf-8",
        content: Buffer.from(data, "base64").toString("utf8"),
      };

export function fromBooking(body: unknown): TenderAccepted {
  const { waybill, price_usd, documents } = readBooking(body);
  return { trackingNumber: waybill, amount: price_usd, documents: documents.map(documentOf) };
}

const readError = readerOf(
  "Anchor",
  "a refusal",
  Type.Object({ error_code: Type.String(), error_text: Type.String() }),
);
export function fromError(body: unknown): Refused {
  const { error_code, error_text } = readError(body);
  const kind = error_code === "ADDR" ? "address" : error_code === "COLLECTED" ? "too-late" : "other";
  return { refused: `${error_text} (${error_code})`, kind };
}

const milestones: Readonly<Record<string, MilestoneCode>> = {
  MANIFESTED: "label-created",
  PICKUP: "picked-up",
  LINEHAUL: "in-transit",
  HUB_IN: "in-transit",
  WITH_COURIER: "out-for-delivery",
  POD: "delivered",
  NOBODY_HOME: "delivery-attempted",
  HELD: "exception",
  SENT_BACK: "returned-to-sender",
};

const Event = Type.Object({
  event_id: Type.String({ minLength: 1 }),
  status: Type.String(),
  local_time: Type.String({ pattern: "^\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d$" }),
  zone: Type.String(),
  place: Type.String(),
});
const receivedBy = Type.Union([Type.String(), Type.Null()]);
const readTrack = readerOf(
  "Anchor",
  "tracking",
  Type.Object({ waybill: Type.String(), events: Type.Array(Event), received_by: receivedBy }),
);
const readEvent = readerOf(
  "Anchor",
  "an event",
  Type.Object({ waybill: Type.String(), event: Event, received_by: receivedBy }),
);

function newsOf(
  number: string,
  { event_id, status, local_time, zone, place }: Static<typeof Event>,
  signedBy: string | null,
): CarrierNews {
  const occurredAt = instantOf(local_time, zone);
  const text = status.toLowerCase().replaceAll("_", " ");
  const milestone = { ...milestoneWord("Anchor", milestones, status, text), occurredAt, location: place };
  const isProven = milestone.code === "delivered" && signedBy !== null;
  return {
    messageId: event_id,
    number,
    milestone,
    ...(isProven ? { proofOfDelivery: { signedBy, deliveredAt: occurredAt, location: place } } : {}),
  };
}

export function fromTrack(body: unknown): readonly CarrierNews[] {
  const { waybill, events, received_by } = readTrack(body);
  return events.map((event) => newsOf(waybill, event, received_by));
}
export function fromEvent(body: unknown): CarrierNews {
  const { waybill, event, received_by } = readEvent(body);
  return newsOf(waybill, event, received_by);
}
