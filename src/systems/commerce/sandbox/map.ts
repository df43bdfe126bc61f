import { Type } from "typebox";
import type { AvailabilityBatch, Refused } from "../../ports.ts";
import { readerOf } from "../../reading.ts";

/** What a shop is told, in Corner Shop's words. */

interface ConfirmedShipment {
  readonly reference: string;
  readonly carrier: string;
  readonly trackingNumber: string;
  readonly lines: readonly { readonly sku: string; readonly quantity: string }[];
}

export const toFulfillment = (shipment: ConfirmedShipment) => ({
  external_id: shipment.reference,
  tracking_company: shipment.carrier,
  tracking_number: shipment.trackingNumber,
  line_items: shipment.lines.map(({ sku, quantity }) => ({ sku, quantity })),
});

export const toCancellation = (cancellation: { readonly reference: string; readonly reason: string }) => ({
  external_id: cancellation.reference,
  reason: cancellation.reason,
});

export const toInventoryLevels = ({ sequence, items }: AvailabilityBatch) => ({
  sequence,
  inventory_levels: items.map(({ sku, available }) => ({ sku, available })),
});

const Told = Type.Array(Type.Object({ external_id: Type.String() }));
const readFulfillments = readerOf("Corner Shop", "a list of fulfillments", Type.Object({ fulfillments: Told }));
const readCancellations = readerOf("Corner Shop", "a list of cancellations", Type.Object({ cancellations: Told }));

/** Whether the shop has been told under this reference already. */
export const wasFulfilled = (body: unknown, reference: string): boolean =>
  readFulfillments(body).fulfillments.some(({ external_id }) => external_id === reference);
export const wasCancelled = (body: unknown, reference: string): boolean =>
  readCancellations(body).cancellations.some(({ external_id }) => external_id === reference);

const readErrors = readerOf(
  "Corner Shop",
  "a refusal",
  Type.Object({ errors: Type.Object({ code: Type.String(), message: Type.String() }) }),
);

export function fromErrors(body: unknown): Refused {
  const { code, message } = readErrors(body).errors;
  return { refused: `${message} (${code})`, kind: code === "order-cancelled" ? "too-late" : "other" };
}
