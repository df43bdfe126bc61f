import { dockside } from "../wms/sandbox/index.ts";
import { startCounterpart } from "./sandbox-counterpart.ts";
import { warehouseConformance } from "./warehouse.ts";

const about = { ref: "ful-1", at: "2026-11-23T14:05:00.000Z" };
const task = { seq: 1, item: "VLV-BALL-100", units: "4" };
const unit = {
  sscc: "006141410000000016",
  type: "PLT",
  lbs: "212.50",
  dims: { l: "48", w: "40", h: "30" },
  nmfc: "70",
  hazmat: false,
  contents: [task],
};

warehouseConformance({
  connector: dockside,
  start: (options) => startCounterpart("dockside", options),
  effects: { release: "release", recall: "halt", papers: "papers", ship: "ship" },
  settings: { token: "t", newsSecret: "news-secret" },
  wrongSettings: { token: "somebody-else", newsSecret: "x" },
  release: {
    branch: "ATL",
    customerPurchaseOrder: "PO-1",
    shipTo: {
      name: "Receiving",
      company: "Peachtree Mechanical",
      street1: "1440 Dutch Valley Pl NE",
      city: "Atlanta",
      region: "GA",
      postalCode: "30324",
      country: "US",
    },
    lines: [{ lineNumber: 1, sku: "VLV-BALL-100", quantity: "4", unitOfMeasure: "EA", weightLb: "1.4" }],
  },
  sign: (body, hmac) => ({
    "x-dockside-message": "dockside-msg-1",
    "x-dockside-signature": `v1=${hmac("sha256", "news-secret").update("dockside-msg-1.").update(body).digest("hex")}`,
  }),
  news: [
    {
      what: "what was picked, and what was not found",
      body: { event: "WAVE_PICKED", ...about, tasks: [{ ...task, short: "2" }] },
      reads: {
        messageId: "dockside-msg-1",
        reference: "ful-1",
        news: "picked",
        lines: [{ lineNumber: 1, sku: "VLV-BALL-100", quantity: "4", quantityShort: "2" }],
      },
    },
    {
      what: "how it was packed",
      body: { event: "WAVE_PACKED", ...about, units: [unit] },
      reads: {
        news: "packed",
        handlingUnits: [
          {
            sscc: "006141410000000016",
            kind: "pallet",
            weightLb: "212.50",
            lengthIn: "48",
            widthIn: "40",
            heightIn: "30",
            freightClass: "70",
            hazardous: false,
            contents: [{ lineNumber: 1, sku: "VLV-BALL-100", quantity: "4" }],
          },
        ],
      },
    },
    {
      what: "that it left the dock",
      body: { event: "WAVE_LOADED", ...about, tasks: [task] },
      reads: { news: "shipped", occurredAt: about.at, lines: [{ lineNumber: 1, sku: "VLV-BALL-100", quantity: "4" }] },
    },
  ],
});
