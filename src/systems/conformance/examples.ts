import type { RateQuote, SalesOrder } from "#contracts";
import type { ShipmentTender } from "../ports.ts";

type Line = SalesOrder["lines"][number];

const shipTo = {
  name: "Receiving",
  company: "Peachtree Mechanical",
  street1: "1440 Dutch Valley Pl NE",
  city: "Atlanta",
  region: "GA",
  postalCode: "30324",
  country: "US",
};

const allocatedLine = (
  line: Pick<Line, "lineNumber" | "sku" | "orderedUnitOfMeasure" | "quantityOrdered" | "unitPrice" | "lineAmount">,
): Line => ({
  ...line,
  description: line.sku,
  orderedQuantity: line.quantityOrdered,
  baseUnitOfMeasure: line.orderedUnitOfMeasure,
  quantityOpen: "0",
  quantityAllocated: line.quantityOrdered,
  quantityBackordered: "0",
  quantityShipped: "0",
  quantityCancelled: "0",
  quantityReturned: "0",
  price: { source: "list", explanation: "List price." },
  allocations: [{ branch: "ATL", quantity: line.quantityOrdered }],
  allocationExplanation: "All at Atlanta.",
});

/** A sales order as the hub hands one to an ERP: two brass valves, and a hundred feet of wire. */
export const exampleSalesOrder = (reference: string, customerNumber = "C-1001"): SalesOrder => ({
  salesOrderId: reference,
  salesOrderNumber: "SO-100042",
  status: "accepted",
  correlationId: reference,
  channel: "web-shop",
  channelOrderNumber: "1001",
  customerPurchaseOrder: "PO-4711",
  soldTo: { customerNumber, name: "Peachtree Mechanical" },
  billTo: shipTo,
  shipTo,
  paymentTerms: "NET30",
  currency: "USD",
  merchandiseAmount: "51.43",
  totalAmount: "51.43",
  shipComplete: false,
  holds: [],
  lines: [
    allocatedLine({
      lineNumber: 1,
      sku: "VLV-BALL-100",
      orderedUnitOfMeasure: "EA",
      quantityOrdered: "2",
      unitPrice: "18.715",
      lineAmount: "37.43",
    }),
    allocatedLine({
      lineNumber: 2,
      sku: "THHN-12-BK",
      orderedUnitOfMeasure: "FT",
      quantityOrdered: "100",
      unitPrice: "0.14",
      lineAmount: "14.00",
    }),
  ],
  orderedAt: "2026-11-23T14:05:00Z",
  acceptedAt: "2026-11-23T14:05:00Z",
});

/** One carton from Atlanta to Dallas, looking for a carrier. */
export const exampleTender: ShipmentTender = {
  reference: "shp_1",
  mode: "parcel",
  shipFrom: {
    name: "Atlanta branch",
    street1: "500 Fulton Industrial Blvd",
    city: "Atlanta",
    region: "GA",
    postalCode: "30336",
    country: "US",
  },
  shipTo: {
    name: "Receiving",
    company: "Lone Star Plumbing Supply",
    street1: "2200 Irving Blvd",
    street2: "Dock 4",
    city: "Dallas",
    region: "TX",
    postalCode: "75207",
    country: "US",
  },
  handlingUnits: [
    {
      sscc: "006141410000000016",
      kind: "carton",
      weightLb: "24.60",
      lengthIn: "18",
      widthIn: "14",
      heightIn: "12",
      contents: [{ lineNumber: 1, sku: "VLV-BALL-100", quantity: "12" }],
    },
  ],
  customerPurchaseOrder: "PO-4711",
  currency: "USD",
  shipOn: "2026-11-23",
};

export const exampleQuote = (carrier: string, service: string, mode: RateQuote["mode"] = "parcel"): RateQuote => ({
  carrier,
  service,
  serviceName: service,
  mode,
  amount: "24.42",
  currency: "USD",
  transitDays: 5,
  age: "live",
});
