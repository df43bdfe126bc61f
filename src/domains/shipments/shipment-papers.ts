import type { Address, HandlingUnit, RateDecision, ShippingDocument, ShippingMode } from "#contracts";
import type { Queryable, Transaction } from "#platform";
import { rowsOf } from "../sql.ts";
import type { CarrierRefusal } from "./choose-carrier.ts";

/** A shipment as those see it who find it a carrier. */
export interface ShipmentToPlace {
  readonly shipmentId: string;
  readonly fulfillmentOrderId: string;
  readonly salesOrderId: string;
  readonly correlationId: string;
  readonly branch: string;
  readonly channel: string;
  readonly status: string;
  readonly mode: ShippingMode;
  readonly carrier: string | null;
  readonly service: string | null;
  readonly trackingNumber: string | null;
  readonly proNumber: string | null;
  readonly bolNumber: string | null;
  readonly currency: string;
  readonly customerPurchaseOrder: string | null;
  readonly channelOrderNumber: string;
  readonly shipFrom: Address;
  readonly shipTo: Address;
  readonly handlingUnits: readonly HandlingUnit[];
  readonly rateDecision: RateDecision | null;
  readonly refusedCarriers: readonly CarrierRefusal[];
  readonly promisedOn: string | null;
}

export async function readShipmentsToPlace(
  database: Queryable,
  shipmentIds: readonly string[],
): Promise<readonly ShipmentToPlace[]> {
  return rowsOf<ShipmentToPlace>(
    database,
    `select s.shipment_id as "shipmentId", s.fulfillment_order_id as "fulfillmentOrderId", s.sales_order_id as "salesOrderId",
            s.correlation_id as "correlationId", s.branch, o.channel, s.status, s.mode, s.carrier, s.service,
            s.tracking_number as "trackingNumber", s.pro_number as "proNumber", s.bol_number as "bolNumber", s.currency,
            o.customer_purchase_order as "customerPurchaseOrder", o.channel_order_number as "channelOrderNumber",
            s.ship_from as "shipFrom", s.ship_to as "shipTo", s.handling_units as "handlingUnits",
            s.rate_decision as "rateDecision", s.refused_carriers as "refusedCarriers", s.promised_on as "promisedOn"
       from shipments s join sales_orders o on o.sales_order_id = s.sales_order_id
      where s.shipment_id in (select jsonb_array_elements_text($1::jsonb))
      order by s.shipment_id`,
    shipmentIds,
  );
}

/** Keeps how the carrier was chosen, losers and all. A repeat of the same work writes over it. */
export async function keepRateDecision(database: Queryable, shipmentId: string, decision: RateDecision): Promise<void> {
  await rowsOf(
    database,
    `update shipments set rate_decision = $1::jsonb -> 'decision' where shipment_id = $1::jsonb ->> 'shipmentId'`,
    { shipmentId, decision },
  );
}

/** Keeps the carrier's papers in the place of any earlier ones: after a second tender only the last label may be stuck on. */
export async function keepDocuments(
  tx: Transaction,
  shipmentId: string,
  documents: readonly ShippingDocument[],
): Promise<void> {
  await rowsOf(tx, `delete from shipping_documents where shipment_id = $1::jsonb ->> 'shipmentId'`, { shipmentId });
  await rowsOf(
    tx,
    `insert into shipping_documents (shipment_id, kind, format, sscc, encoding, content)
     select $1::jsonb ->> 'shipmentId', d.kind, d.format, d.sscc, d.encoding, d.content
       from jsonb_to_recordset($1::jsonb -> 'documents') as d(kind text, format text, sscc text, encoding text, content text)`,
    { shipmentId, documents },
  );
}

export async function readDocuments(database: Queryable, shipmentId: string): Promise<readonly ShippingDocument[]> {
  const rows = await rowsOf<{ document: ShippingDocument }>(
    database,
    `select jsonb_strip_nulls(jsonb_build_object('kind', kind, 'format', format, 'sscc', sscc, 'encoding', encoding,
                                                 'content', content)) as document
       from shipping_documents where shipment_id = $1::jsonb ->> 'shipmentId' order by shipping_document_id`,
    { shipmentId },
  );
  return rows.map((row) => row.document);
}
