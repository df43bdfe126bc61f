import type { FulfillmentShipped, ShipmentDelivered, ShipmentMilestoneRecorded, ShipmentPickedUp } from "#contracts";
import { type DataOf, type EffectCall, type EventDraft } from "#contracts";
import type { Transaction } from "#platform";
import { ordersOf, type EffectContext } from "../effect-context.ts";
import { settleOrders } from "../orders/lifecycle/settle-orders.ts";
import { rowsOf } from "../sql.ts";

type PickedUp = DataOf<typeof ShipmentPickedUp>;
type MilestoneRecorded = DataOf<typeof ShipmentMilestoneRecorded>;
type Delivered = DataOf<typeof ShipmentDelivered>;

interface Journey {
  readonly shipmentId: string;
  readonly eventId: string;
  readonly code: string;
  readonly carrierCode: string;
  readonly description: string;
  readonly occurredAt: string;
  readonly location: string | null;
}

export async function recordDeparted(
  tx: Transaction,
  calls: readonly EffectCall<DataOf<typeof FulfillmentShipped>>[],
): Promise<EventDraft[]> {
  await rowsOf(
    tx,
    `update shipments s set status = 'shipped', shipped_at = d."shippedAt"
       from jsonb_to_recordset($1::jsonb) as d("shipmentId" text, "shippedAt" timestamptz)
      where s.shipment_id = d."shipmentId"`,
    calls.map((call) => call.event.data),
  );
  return [];
}

export async function recordPickedUp(
  tx: Transaction,
  calls: readonly EffectCall<PickedUp>[],
  { now }: EffectContext,
): Promise<EventDraft[]> {
  const journeys = calls.map(({ event: { id, data } }) => ({
    ...data,
    eventId: id,
    code: "picked-up",
    description: "Picked up",
    location: null,
  }));
  return writeJourney(tx, journeys, now);
}

export async function recordMilestones(
  tx: Transaction,
  calls: readonly EffectCall<MilestoneRecorded>[],
  { now }: EffectContext,
): Promise<EventDraft[]> {
  const journeys = calls.map(({ event: { id, data } }) => ({ ...data, eventId: id, location: data.location ?? null }));
  return writeJourney(tx, journeys, now);
}

/** Delivered; the proof itself was kept when the carrier's message came. The order may be complete now. */
export async function recordDelivered(
  tx: Transaction,
  calls: readonly EffectCall<Delivered>[],
  { now }: EffectContext,
): Promise<EventDraft[]> {
  const journeys = calls.map(({ event: { id, data } }) => ({
    ...data,
    eventId: id,
    code: "delivered",
    description: "Delivered",
    occurredAt: data.deliveredAt,
    location: data.location ?? null,
  }));
  await writeJourney(tx, journeys, now);
  await rowsOf(
    tx,
    `update shipments s set status = 'delivered', delivered_at = d."occurredAt"
       from jsonb_to_recordset($1::jsonb) as d("shipmentId" text, "occurredAt" timestamptz)
      where s.shipment_id = d."shipmentId"`,
    journeys,
  );
  return settleOrders(tx, ordersOf(calls).salesOrderIds);
}

/** A milestone is kept once however often it is told: the event's id comes from the carrier's message. */
async function writeJourney(tx: Transaction, journeys: readonly Journey[], now: Date): Promise<EventDraft[]> {
  await rowsOf(
    tx,
    `with told as (
       select * from jsonb_to_recordset($1::jsonb -> 'journeys') as m("shipmentId" text, "eventId" text, code text, "carrierCode" text,
            description text, "occurredAt" timestamptz, location text)
     ), kept as (
       insert into shipment_milestones (shipment_id, message_id, code, carrier_code, description, occurred_at, location, recorded_at)
       select "shipmentId", "eventId", code, "carrierCode", description, "occurredAt", location, ($1::jsonb ->> 'now')::timestamptz
         from told
       on conflict (shipment_id, message_id) do nothing
     )
     update shipments s
        set status = case when t.code in ('exception', 'returned-to-sender', 'delivery-attempted') then 'exception' else 'in-transit' end
       from (select distinct on ("shipmentId") "shipmentId", code from told
              where code in ('picked-up', 'in-transit', 'out-for-delivery', 'exception', 'returned-to-sender', 'delivery-attempted')
              order by "shipmentId", "occurredAt" desc) t
      where s.shipment_id = t."shipmentId" and s.status in ('shipped', 'in-transit', 'exception')`,
    { journeys, now },
  );
  return [];
}
