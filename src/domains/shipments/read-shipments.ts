import type { Shipment } from "#contracts";
import type { Queryable } from "#platform";
import { instantSql, textArraySql, withoutNulls } from "../built-documents.ts";
import { rowsOf } from "../sql.ts";

/** The canonical documents of the shipments that exist, with their journey so far. */
export async function readShipments(database: Queryable, shipmentIds: readonly string[]): Promise<readonly Shipment[]> {
  const rows = await rowsOf<{ readonly shipment: Shipment }>(
    database,
    `select jsonb_build_object(
              'shipmentId', s.shipment_id, 'salesOrderId', s.sales_order_id, 'fulfillmentOrderId', s.fulfillment_order_id, 'branch', s.branch,
              'status', s.status, 'mode', s.mode, 'carrier', s.carrier, 'service', s.service, 'trackingNumber', s.tracking_number,
              'proNumber', s.pro_number, 'bolNumber', s.bol_number, 'freightAmount', trim_scale(s.freight_amount)::text, 'currency', s.currency,
              'shipFrom', s.ship_from, 'shipTo', s.ship_to, 'handlingUnits', s.handling_units, 'rateDecision', s.rate_decision,
              'proofOfDelivery', s.proof_of_delivery, 'promisedOn', s.promised_on, 'shippedAt', ${instantSql("s.shipped_at")},
              'deliveredAt', ${instantSql("s.delivered_at")},
              'milestones', coalesce((
                 select jsonb_agg(jsonb_strip_nulls(jsonb_build_object('code', m.code, 'carrierCode', m.carrier_code,
                   'description', m.description, 'occurredAt', ${instantSql("m.occurred_at")}, 'location', m.location))
                   order by m.occurred_at, m.recorded_at)
                 from shipment_milestones m where m.shipment_id = s.shipment_id), '[]')) as shipment
       from shipments s where s.shipment_id = any(${textArraySql("$1::jsonb")}) order by s.created_at, s.shipment_id`,
    shipmentIds,
  );
  return rows.map(({ shipment }) => withoutNulls(shipment));
}
