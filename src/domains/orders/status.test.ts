import { SalesOrderStatus } from "#contracts";
import { describe, expect, it } from "vitest";
import { statusOf, type SalesOrderStage, type StatusFacts } from "./status.ts";

const line = (allocated: number, backordered: number, shipped: number) => ({
  quantityOpen: "0",
  quantityAllocated: String(allocated),
  quantityBackordered: String(backordered),
  quantityShipped: String(shipped),
});
const status = (facts: Partial<StatusFacts>) =>
  statusOf({ stage: "released", lines: [line(10, 0, 0)], fulfillmentCount: 0, shipmentStatuses: [], ...facts });

describe("where an order stands", () => {
  it.each([
    ["accepted", { stage: "accepted" }],
    ["on-hold", { stage: "on-hold", lines: [line(0, 10, 0)] }],
    ["backordered", { stage: "accepted", lines: [line(10, 0, 0), line(0, 5, 0)] }],
    ["in-fulfillment", { fulfillmentCount: 1 }],
    ["in-fulfillment", { fulfillmentCount: 1, lines: [line(10, 5, 0)] }],
    [
      "partially-shipped",
      { fulfillmentCount: 1, lines: [line(0, 0, 10), line(0, 5, 0)], shipmentStatuses: ["delivered"] },
    ],
    ["shipped", { fulfillmentCount: 2, lines: [line(0, 0, 10)], shipmentStatuses: ["delivered", "in-transit"] }],
    ["delivered", { fulfillmentCount: 2, lines: [line(0, 0, 10)], shipmentStatuses: ["delivered", "delivered"] }],
    ["cancelling", { stage: "cancelling", fulfillmentCount: 1 }],
    ["cancelled", { stage: "cancelled", lines: [line(0, 0, 0)] }],
    ["closed", { stage: "closed", lines: [line(0, 0, 10)], shipmentStatuses: ["delivered"] }],
  ] as const)("is %s", (expected, facts) => {
    expect(status(facts)).toBe(expected);
  });

  it("is always a word of the contract", () => {
    const stages: SalesOrderStage[] = ["accepted", "on-hold", "released", "cancelling", "cancelled", "closed"];
    const words: readonly string[] = SalesOrderStatus.enum;
    for (const stage of stages) expect(words).toContain(status({ stage }));
  });
});
