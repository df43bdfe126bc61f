import { describe, expect, it } from "vitest";
import { recorded, scriptedCall } from "../../conformance/scripted-call.ts";
import { cornerShop } from "./index.ts";

const fixture = (name: string, status?: number) => recorded(import.meta.dirname, name, status);
const settings = { token: "t", shopDomain: "corner-shop.myshopify.com", clientSecret: "0123456789abcdef" };
const scripted = (answers: Parameters<typeof scriptedCall>[1], maybeDone = false) =>
  scriptedCall<typeof cornerShop.settings>(settings, answers, maybeDone);

const shipment = {
  channelOrderNumber: "#1001",
  reference: "shp_01",
  carrier: "swift",
  trackingNumber: "SW1",
  lines: [{ lineNumber: 1, sku: "VLV-BALL-100", quantity: "2" }],
};
const cancellation = { channelOrderNumber: "1001", reference: "so_01", reason: "Out of stock." };

describe("telling the shop of a shipment", () => {
  it("sends carrier, tracking number and lines to the order's address", async () => {
    const { call, asked } = scripted([fixture("fulfillment-created", 201)]);
    expect(await cornerShop.confirmShipment(shipment, call)).toEqual({ confirmed: true });
    expect(asked).toEqual([
      {
        operation: "confirm-shipment",
        method: "POST",
        path: "/api/orders/%231001/fulfillments",
        body: {
          external_id: "shp_01",
          tracking_company: "swift",
          tracking_number: "SW1",
          line_items: [{ sku: "VLV-BALL-100", quantity: "2" }],
        },
      },
    ]);
    expect(cornerShop.authorize(settings)).toEqual({ "x-corner-shop-token": "t" });
  });

  it("tells nothing twice: it looks first when it may have been told", async () => {
    const told = scripted([fixture("fulfillments-by-reference")], true);
    expect(await cornerShop.confirmShipment(shipment, told.call)).toEqual({ confirmed: true });
    expect(told.asked.map(({ method }) => method)).toEqual(["GET"]);
    const untold = scripted([fixture("fulfillments-none"), fixture("fulfillment-created", 201)], true);
    await cornerShop.confirmShipment(shipment, untold.call);
    expect(untold.asked.map(({ method }) => method)).toEqual(["GET", "POST"]);
  });

  it("answers that the shop refuses: the order is cancelled, or not its own", async () => {
    const cancelled = scripted([fixture("fulfillment-refused-cancelled", 422)]);
    expect(await cornerShop.confirmShipment(shipment, cancelled.call)).toMatchObject({ kind: "too-late" });
    const unknown = scripted([fixture("order-unknown", 404)]);
    expect(await cornerShop.confirmShipment(shipment, unknown.call)).toEqual({
      refused: "There is no such order. (unknown-order)",
      kind: "other",
    });
  });
});

it("tells the shop of a cancellation, with the reason", async () => {
  const { call, asked } = scripted([fixture("cancellation-created", 201)]);
  expect(await cornerShop.confirmCancellation(cancellation, call)).toEqual({ confirmed: true });
  expect(asked[0]).toMatchObject({
    path: "/api/orders/1001/cancellations",
    body: { external_id: "so_01", reason: "Out of stock." },
  });
});
