import { engineEvents } from "./engine-events.ts";
import type { EventKind } from "./event.ts";
import { fulfillmentEvents } from "./fulfillment-events.ts";
import { referenceEvents } from "./reference-events.ts";
import { salesOrderEvents } from "./sales-order-events.ts";
import { shipmentEvents } from "./shipment-events.ts";

export * from "./event.ts";
export * from "./sales-order-events.ts";
export * from "./fulfillment-events.ts";
export * from "./shipment-events.ts";
export * from "./reference-events.ts";
export * from "./engine-events.ts";

/** Every event the hub can utter. The AsyncAPI document is generated from this list. */
export const eventCatalogue: readonly EventKind[] = [
  ...salesOrderEvents,
  ...fulfillmentEvents,
  ...shipmentEvents,
  ...referenceEvents,
  ...engineEvents,
];
