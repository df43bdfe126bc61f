import type { SalesOrderStatus, Shipment } from "#contracts";
import { isPositive } from "#platform";

/** What a status is computed from: the stage the order is in, its lines' quantities, and what is under way. */
export interface StatusFacts {
  readonly stage: SalesOrderStage;
  readonly lines: readonly {
    readonly quantityOpen: string;
    readonly quantityAllocated: string;
    readonly quantityBackordered: string;
    readonly quantityShipped: string;
  }[];
  /** Fulfillment orders that were neither recalled nor cancelled. */
  readonly fulfillmentCount: number;
  /** Those that were not cancelled. */
  readonly shipmentStatuses: readonly Shipment["status"][];
}

export type SalesOrderStage = "accepted" | "on-hold" | "released" | "cancelling" | "cancelled" | "closed";

/** The one place that says where an order stands. */
export function statusOf({ stage, lines, fulfillmentCount, shipmentStatuses }: StatusFacts): SalesOrderStatus {
  if (stage !== "accepted" && stage !== "released") return stage;
  // No quantity of a line is ever below nought.
  const isAny = (field: keyof StatusFacts["lines"][number]) => lines.some((line) => isPositive(line[field]));
  const hasLeft = isAny("quantityShipped");
  const isLeft = isAny("quantityOpen") || isAny("quantityAllocated") || isAny("quantityBackordered");
  if (hasLeft && isLeft) return "partially-shipped";
  if (hasLeft) {
    const areDelivered = shipmentStatuses.length > 0 && shipmentStatuses.every((status) => status === "delivered");
    return areDelivered ? "delivered" : "shipped";
  }
  if (fulfillmentCount > 0) return "in-fulfillment";
  return isAny("quantityBackordered") ? "backordered" : "accepted";
}
