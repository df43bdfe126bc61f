import type { ProofOfDelivery } from "#contracts";
import type { Queryable } from "#platform";
import { rowsOf } from "../sql.ts";

/** A shipment a carrier speaks of by its tracking, PRO or bill-of-lading number. */
export interface NumberedShipment {
  readonly number: string;
  readonly shipmentId: string;
  readonly fulfillmentOrderId: string;
  readonly salesOrderId: string;
  readonly correlationId: string;
}

export async function findShipmentsByNumber(
  database: Queryable,
  carrier: string,
  numbers: readonly string[],
): Promise<readonly NumberedShipment[]> {
  return rowsOf<NumberedShipment>(
    database,
    `select n.number, s.shipment_id as "shipmentId", s.fulfillment_order_id as "fulfillmentOrderId",
            s.sales_order_id as "salesOrderId", s.correlation_id as "correlationId"
       from (select distinct number from jsonb_array_elements_text($1::jsonb -> 'numbers') as number) n
       join lateral (
         select * from shipments t where t.tracking_number = n.number and t.carrier = $1::jsonb ->> 'carrier'
         union
         select * from shipments p where p.pro_number = n.number and p.carrier = $1::jsonb ->> 'carrier'
       ) s on true`,
    { carrier, numbers },
  );
}

/** The proof names a person, so it lies with the shipment and not in the event log. The first one stands. */
export async function keepProofs(
  database: Queryable,
  proofs: readonly { readonly shipmentId: string; readonly proof: ProofOfDelivery }[],
): Promise<void> {
  if (proofs.length === 0) return;
  await rowsOf(
    database,
    `update shipments s set proof_of_delivery = p.proof
       from jsonb_to_recordset($1::jsonb) as p("shipmentId" text, proof jsonb)
      where s.shipment_id = p."shipmentId" and s.proof_of_delivery is null`,
    proofs,
  );
}
