import { eventCatalogue } from "#contracts";
import { describe, expect, it } from "vitest";
import { tellEvent, toldTypes } from "./sentences.ts";

const which = {
  shipmentId: "shp_01kavx3q9v8d5n2m7r4t6w8y0z",
  fulfillmentOrderId: "ful_01kavx3q9v8d5n2m7r4t6w8y0z",
  salesOrderId: "so_01kavx3q9v8d5n2m7r4t6w8y0z",
};

describe("telling what happened", () => {
  it("has a sentence for every event there is, and for none there is not", () => {
    expect([...toldTypes()].sort()).toEqual(eventCatalogue.map(({ type }) => type).sort());
  });

  it("says who was chosen, at what price, and against how many", () => {
    const losers = [{ carrier: "anchor", amount: "44.10", verdict: "costlier" }];
    const data = {
      ...which,
      carrier: "swift",
      service: "ground",
      amount: "31.20",
      currency: "USD",
      explanation: "cheapest in time",
      losers,
    };
    expect(tellEvent("shipment.rated.v1", data)).toBe(
      "swift ground for 31.20 USD chosen against 1 other: cheapest in time.",
    );
  });

  it("says what the warehouse did not find", () => {
    const { salesOrderId, fulfillmentOrderId } = which;
    const lines = [{ lineNumber: 1, sku: "X", quantity: "8.000000", quantityShort: "4" }];
    expect(tellEvent("fulfillment.picked.v1", { salesOrderId, fulfillmentOrderId, branch: "ATL", lines })).toBe(
      "ATL picked 8 × X; short of 4 × X.",
    );
  });

  it("falls back to what the event means in general when its data is of another make", () => {
    expect(tellEvent("shipment.rated.v1", {})).toBe("Carriers were asked for rates and one was chosen.");
    expect(tellEvent("moon.landed.v1", {})).toBe("moon.landed.v1.");
  });
});
