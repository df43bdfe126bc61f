import { ShipmentDelivered, ShipmentMilestoneRecorded, ShipmentPickedUp, type EventDraft } from "#contracts";
import { findShipmentsByNumber, keepProofs, type NumberedShipment } from "#domains";
import { deriveId, type Queryable } from "#platform";
import type { CarrierNews } from "#systems";

/** What news came to: facts to append, and what could not be placed, with the reason, for the door to keep for repair. */
export interface Read<News> {
  readonly drafts: readonly EventDraft[];
  readonly unmatched: readonly { readonly news: News; readonly reason: string }[];
}

/**
 * What a carrier told, as facts. Their ids are derived from the carrier's message, so that the log drops what it has.
 *
 * A milestone may come before we know its number (the carrier is quicker than our reading of its own answer). It is answered as
 * unmatched and kept by the door; and it cannot be lost, since `track-shipment` asks the carrier for the whole journey once the goods are
 * on their way, and what it then tells under the same message id becomes the very same fact.
 */
export async function carrierNewsToEvents(
  database: Queryable,
  system: string,
  news: readonly CarrierNews[],
): Promise<Read<CarrierNews>> {
  const found = await findShipmentsByNumber(
    database,
    system,
    news.map((one) => one.number),
  );
  const shipmentOf = new Map(found.map((shipment) => [shipment.number, shipment]));
  const matched = news.flatMap((one) => {
    const shipment = shipmentOf.get(one.number);
    return shipment ? [{ one, shipment }] : [];
  });
  await keepProofs(
    database,
    matched.flatMap(({ one, shipment }) =>
      one.proofOfDelivery ? [{ shipmentId: shipment.shipmentId, proof: one.proofOfDelivery }] : [],
    ),
  );
  return {
    drafts: matched.map(({ one, shipment }) => ({
      ...toEvent(system, one, shipment),
      id: deriveId("evt", system, one.messageId),
    })),
    unmatched: news
      .filter((one) => !shipmentOf.has(one.number))
      .map((one) => ({ news: one, reason: `No shipment with ${system} has the number ${one.number}.` })),
  };
}

function toEvent(carrier: string, news: CarrierNews, shipment: NumberedShipment): EventDraft {
  const { shipmentId, fulfillmentOrderId, salesOrderId } = shipment;
  const { code, carrierCode, description, occurredAt, location } = news.milestone;
  const told = { shipmentId, fulfillmentOrderId, salesOrderId, carrier, carrierCode };
  const where = location === undefined ? {} : { location };
  if (code === "picked-up") return ShipmentPickedUp({ ...told, occurredAt }, shipment);
  if (code === "delivered") {
    const proofOfDelivery = news.proofOfDelivery !== undefined;
    return ShipmentDelivered({ ...told, deliveredAt: occurredAt, proofOfDelivery, ...where }, shipment);
  }
  return ShipmentMilestoneRecorded({ ...told, code, description, occurredAt, ...where }, shipment);
}
